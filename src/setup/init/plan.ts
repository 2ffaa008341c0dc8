import { join } from 'node:path';
import { redact } from '../../core/redact.ts';
import { type Change, textOf } from '../changes.ts';
import { type Scope, shownPath } from '../clients/client.ts';
import { planWiring } from '../clients/plan-wiring.ts';
import type { Choices } from './choices.ts';
import { keyLines, mergeConfig, newConfig } from './config-file.ts';
import { configKeys } from './config-keys.ts';
import type { Survey } from './survey.ts';

export interface Plan {
  changes: Change[];
  /** Where pitcrew.yml says otherwise than what was found: it stays as it is. */
  differences: string[];
}

/** Everything that init would write, without writing it. */
export async function planInit(survey: Survey, choices: Choices, scope: Scope): Promise<Plan> {
  const config = await planConfig(survey, choices);
  const wired = await Promise.all(
    choices.clients.map((client) => planWiring(client, survey.place, scope, 'add')),
  );
  return { changes: [config.change, ...wired.flat()], differences: config.differences };
}

/** Only where the package is installed in the project: an editor complains about one that is not there. */
const SCHEMA = 'node_modules/pitcrew/pitcrew.schema.json';

async function planConfig(
  survey: Survey,
  choices: Choices,
): Promise<{ change: Change; differences: string[] }> {
  const keys = configKeys(survey, choices);
  const path = join(survey.repository.mainCheckout, survey.config.source ?? 'pitcrew.yml');
  const shown = shownPath(path, survey.place);
  const before = await textOf(path);
  if (before === undefined) {
    const hasSchema = survey.place.exists(join(survey.repository.mainCheckout, SCHEMA));
    const after = newConfig(keys, hasSchema ? SCHEMA : undefined);
    const lines = after
      .trimEnd()
      .split('\n')
      .map((line) => `+ ${line}`);
    return { change: { path, shown, action: 'create', after, lines, original: {} }, differences: [] };
  }
  const { text, added, differences } = mergeConfig(before, keys);
  const said = differences.map(
    ({ key, held }) =>
      `${shown} has ${key.path.join('.')}: ${redact(JSON.stringify(held))}; found: ${JSON.stringify(key.value)} (${key.why}). It stays as it is.`,
  );
  const lines = added.flatMap((key) =>
    key.path.length === 2
      ? [`+ ${key.path[0]}:`, ...keyLines(key, '  ').map((line) => `+ ${line}`)]
      : keyLines(key).map((line) => `+ ${line}`),
  );
  if (added.length === 0)
    return { change: { path, shown, action: 'same', before, lines: [] }, differences: said };
  return {
    change:
      text === undefined
        ? {
            path,
            shown,
            action: 'by-hand',
            before,
            lines,
            note: 'it is written in a way that cannot be edited safely: add this yourself',
          }
        : { path, shown, action: 'change', before, after: text, lines, original: { text: before } },
    differences: said,
  };
}
