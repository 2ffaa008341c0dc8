import * as z from 'zod';
import { commandId } from '../core/command-id.ts';
import { inputError, refusedError } from '../core/errors.ts';
import { conflictError } from '../pipeline/conflict.ts';
import { meantAsFolders } from '../pipeline/folder-claims.ts';
import { defineStep } from './define.ts';

export const ledgerUpdate = defineStep({
  name: 'ledger_update',
  title: 'Change the paths of a claim',
  description:
    'Adds paths or resources to the claim of an issue that this session holds, or drops some. Use when the fix turns out to need a file that nobody foresaw; refused when another live session holds it.',
  effect: 'write',
  examples: ['ledger-update WEB-3F --add src/cart/total.ts', 'ledger-update WEB-3F --drop src/old.ts'],
  requires: [],
  input: {
    add: z
      .array(z.string().min(1).max(300))
      .max(200)
      .default([])
      .describe('Files or globs to add; resources as port:5173.'),
    drop: z.array(z.string().min(1).max(300)).max(200).default([]).describe('What to drop, as it is listed.'),
  },
  async run(input, context, _call, held) {
    if (input.add.length === 0 && input.drop.length === 0) {
      throw inputError('Nothing to change: no path is named.', 'Name at least one in `add` or `drop`.');
    }
    const ledger = await context.ledger();
    const added = await meantAsFolders(input.add.filter(isPath), context.repository);
    const answer = await ledger.amend({
      cmd: commandId(),
      run: held.run.run,
      fence: held.run.fence,
      add: added.map((glob) => ({ glob, mode: 'exclusive' })),
      drop: input.drop.filter(isPath),
      addResources: input.add.filter(isResource),
      dropResources: input.drop.filter(isResource),
    });
    if (!answer.ok)
      throw 'conflicts' in answer
        ? conflictError(answer.conflicts, 'path')
        : refusedError(answer.reason, answer.advice);
    const { run } = await ledger.incident(held.incident);
    const paths = (run?.paths ?? []).map((path) => path.glob);
    const resources = run?.resources ?? [];
    return {
      text: `The claim of ${held.shortId} now covers: ${[...paths, ...resources].join(', ') || 'no paths'}.`,
      data: { issue: held.shortId, paths, resources },
    };
  },
});

/** `port:5173`. A path with a colon in its first segment is written with ./ before it. */
const isResource = (word: string): boolean => /^[A-Za-z][A-Za-z0-9-]{0,30}:/.test(word);
const isPath = (word: string): boolean => !isResource(word);
