import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { inputError, refusedError } from '../core/errors.ts';
import { conflictError } from '../pipeline/conflict.ts';
import { defineStep } from './define.ts';

export const ledgerUpdate = defineStep({
  name: 'ledger_update',
  title: 'Change the paths of a claim',
  description:
    'Adds paths to the claim of an issue that this session holds, or drops some. Use when the fix turns out to need a file that nobody foresaw; refused when another live session holds it.',
  effect: 'write',
  examples: ['ledger-update WEB-3F --add src/cart/total.ts', 'ledger-update WEB-3F --drop src/old.ts'],
  requires: [],
  input: {
    add: z.array(z.string().min(1).max(300)).max(200).default([]).describe('Files or globs to add.'),
    drop: z
      .array(z.string().min(1).max(300))
      .max(200)
      .default([])
      .describe('Claimed globs to drop, as they are listed.'),
  },
  async run(input, context, _call, held) {
    if (input.add.length === 0 && input.drop.length === 0) {
      throw inputError('Nothing to change: both `add` and `drop` are empty.', 'Name at least one path.');
    }
    const ledger = await context.ledger();
    const answer = await ledger.amend({
      cmd: randomUUID(),
      run: held.run.run,
      fence: held.run.fence,
      add: input.add.map((glob) => ({ glob, mode: 'exclusive' })),
      drop: input.drop,
    });
    if (!answer.ok)
      throw 'conflicts' in answer
        ? conflictError(answer.conflicts, 'path')
        : refusedError(answer.reason, answer.advice);
    const { run } = await ledger.incident(held.incident);
    const paths = (run?.paths ?? []).map((path) => path.glob);
    return {
      text: `The claim of ${held.shortId} now covers: ${paths.join(', ') || 'no paths'}.`,
      data: { issue: held.shortId, paths },
    };
  },
});
