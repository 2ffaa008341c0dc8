import type { CheckCommand } from '../run-check.ts';
import type { Discover } from './folder.ts';
import { discoverGradle, discoverMaven } from './jvm.ts';
import { discoverNode } from './node.ts';
import { discoverCargo, discoverDotnet, discoverGo, discoverPhp, discoverRuby } from './others.ts';
import { discoverPython } from './python.ts';

export interface Kind {
  manifest: RegExp;
  discover: Discover;
}

/** Every kind of project that is known, in the order in which its checks run; `discoverMake` comes after all of them. */
export const KINDS: readonly Kind[] = [
  { manifest: /^package\.json$/, discover: discoverNode },
  { manifest: /^Cargo\.toml$/, discover: discoverCargo },
  { manifest: /^go\.mod$/, discover: discoverGo },
  {
    manifest: /^(pyproject\.toml|setup\.py|requirements\.txt|Pipfile|pytest\.ini)$/,
    discover: discoverPython,
  },
  { manifest: /^pom\.xml$/, discover: discoverMaven },
  { manifest: /^(build|settings)\.gradle(\.kts)?$/, discover: discoverGradle },
  { manifest: /\.(slnx?|(cs|fs|vb)proj)$/i, discover: discoverDotnet },
  { manifest: /^Gemfile$/, discover: discoverRuby },
  { manifest: /^composer\.json$/, discover: discoverPhp },
];

/** Named checks as they are run. Two kinds at one place may both have a check `test`: the second is named after its command. */
export function checkCommands(
  found: readonly { name: string; folder: string; command: string }[],
): CheckCommand[] {
  const taken = new Set<string>();
  return found.map(({ name, folder, command }) => {
    const plain = folder === '' ? name : `${folder} ${name}`;
    const unique = taken.has(plain) ? `${plain} (${command.split(/\s/)[0] ?? ''})` : plain;
    taken.add(unique);
    return { name: unique, command, timeoutSeconds: TIMEOUTS[name] ?? 600 };
  });
}

/** Generous: a time-out is there for what hangs, not for what is slow. */
const TIMEOUTS: Record<string, number> = { typecheck: 300, check: 300, build: 600, test: 900 };
