import * as z from 'zod';
import type { AmendCommand } from '../../ledger/ledger.ts';
import { commandId } from '../core/command-id.ts';
import { inputError, refusedError } from '../core/errors.ts';
import { claimData, pathText, resourceTexts, sharedInVain } from '../pipeline/claim-texts.ts';
import { conflictError } from '../pipeline/conflict.ts';
import { pathClaims } from '../pipeline/folder-claims.ts';
import { withFreePorts } from '../pipeline/free-ports.ts';
import { defineStep } from './define.ts';

const words = z.array(z.string().min(1).max(300)).max(200).default([]);

export const ledgerUpdate = defineStep({
  name: 'ledger_update',
  title: 'Change the paths of a claim',
  description:
    'Adds, shares or drops paths or resources of a claim of this session. Use when the fix needs a file that nobody foresaw; refused when another live session holds it.',
  effect: 'write',
  examples: [
    'ledger-update WEB-3F --add src/cart/total.ts',
    'ledger-update WEB-3F --drop src/old.ts',
    'ledger-update WEB-3F --shared CHANGELOG.md --add port:3000-3999',
  ],
  requires: [],
  input: {
    add: words.describe('Files or globs; resources as port:5173.'),
    shared: words.describe('Files or globs to share.'),
    drop: words.describe('What to drop, as it is listed.'),
  },
  async run({ add, shared, drop }, context, _call, held) {
    if (add.length + shared.length + drop.length === 0) {
      throw inputError(
        'Nothing to change: no path is named.',
        'Name at least one in `add`, `shared` or `drop`.',
      );
    }
    const ledger = await context.ledger();
    const addResources = add.filter(isResource);
    const change: Omit<AmendCommand, 'cmd'> = {
      run: held.run.run,
      fence: held.run.fence,
      add: await pathClaims({ exclusive: add.filter(isPath), shared }, context.repository),
      drop: drop.filter(isPath),
      addResources,
      dropResources: drop.filter(isResource),
    };
    const { owner } = context.session;
    const answer = await withFreePorts({ ledger, resources: addResources, owner }, (found) =>
      ledger.amend({ cmd: commandId(), ...change, ...found }),
    );
    if (!answer.ok)
      throw 'conflicts' in answer
        ? conflictError(answer.conflicts, 'path')
        : refusedError(answer.reason, answer.advice);
    const { run } = await ledger.incident(held.incident);
    const { paths, resources } = run ?? { paths: [], resources: [] };
    const { ports = [] } = answer;
    const covers = [...paths.map(pathText), ...resourceTexts(resources, ports)].join(', ');
    return {
      text: [
        `The claim of ${held.shortId} now covers: ${covers || 'no paths'}.`,
        ...sharedInVain(paths),
      ].join('\n'),
      data: { issue: held.shortId, ...claimData({ paths, resources }, ports) },
    };
  },
});

/** `port:5173`. A path with a colon in its first segment is written with ./ before it. */
const isResource = (word: string): boolean => /^[A-Za-z][A-Za-z0-9-]{0,30}:/.test(word);
const isPath = (word: string): boolean => !isResource(word);
