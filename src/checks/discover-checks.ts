import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonRecord, type NamedCommand, openFolder, recordOf } from './project/folder.ts';
import { checkCommands, KINDS } from './project/kinds.ts';
import { discoverMake } from './project/others.ts';
import type { CheckCommand } from './run-check.ts';

/**
 * The checks that run where pitcrew.yml names none, in the order to run them: of what the files at the top of `root` say,
 * the plain ones of the plainest kinds of projects. What else a project may want is shown by `pitcrew init`, for a
 * person to commit. Empty where nothing is recognised.
 */
export async function discoverChecks(root: string): Promise<CheckCommand[]> {
  const folder = openFolder(root, '', () => true);
  const found = await Promise.all(KINDS.map((kind) => kind.discover(folder)));
  const checks = found.flatMap((said) => unasked(said?.checks));
  // A Makefile beside one of the others mostly wraps the same commands.
  return checkCommands(checks.length > 0 ? checks : unasked((await discoverMake(folder))?.checks));
}

const unasked = (checks: readonly NamedCommand[] = []) =>
  checks.flatMap(({ name, unasked: command }) =>
    command === undefined ? [] : [{ name, folder: '', command }],
  );

/** The scripts of `before`'s package.json that `after` changes or lacks: they say what a check by its name really runs. */
export async function changedScripts(before: string, after: string): Promise<string[]> {
  const [old, current] = await Promise.all([before, after].map(scriptsIn));
  return Object.keys(old ?? {}).filter((name) => old?.[name] !== current?.[name]);
}

async function scriptsIn(root: string): Promise<Record<string, unknown>> {
  const text = await readFile(join(root, 'package.json'), 'utf8').catch(() => '');
  return recordOf(jsonRecord(text).scripts);
}
