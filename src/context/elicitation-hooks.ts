import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The first file in which Claude Code finds a hook that may answer a dialog in the person's place (`Elicitation`), or
 * change their answer (`ElicitationResult`); `undefined` where none is seen. Only looked at, never written. `folders` are
 * those whose `.claude` the client may read. What the client was given on its own command line is not seen.
 */
export function elicitationHook(folders: readonly string[], env: NodeJS.ProcessEnv): string | undefined {
  const personal = env.CLAUDE_CONFIG_DIR || join(env.HOME || homedir(), '.claude');
  const roots = [personal, ...folders.map((folder) => join(folder, '.claude'))];
  const files = [
    ...roots.flatMap((root) => [join(root, 'settings.json'), join(root, 'settings.local.json')]),
    ...managedFiles(env),
    ...roots.flatMap((root) => partsBelow(join(root, 'skills'))),
    ...installedPlugins(personal).flatMap(partsOf),
  ];
  return [...new Set(files)].find((file) => mayAnswer(textOf(file)));
}

/** https://code.claude.com/docs/en/settings: where an administrator's settings lie. */
function managedFiles(env: NodeJS.ProcessEnv): string[] {
  const folders: Partial<Record<NodeJS.Platform, string>> = {
    darwin: '/Library/Application Support/ClaudeCode',
    win32: join(env.ProgramFiles ?? 'C:\\Program Files', 'ClaudeCode'),
  };
  const root = folders[process.platform] ?? '/etc/claude-code';
  const dropIns = join(root, 'managed-settings.d');
  return [join(root, 'managed-settings.json'), ...namesIn(dropIns).map((name) => join(dropIns, name))];
}

/** Files of a plugin or of a skill in which hooks can stand. */
const partsOf = (folder: string): string[] => [
  join(folder, 'hooks', 'hooks.json'),
  join(folder, '.claude-plugin', 'plugin.json'),
  join(folder, 'SKILL.md'),
  ...namesIn(join(folder, 'skills')).map((name) => join(folder, 'skills', name, 'SKILL.md')),
];

const partsBelow = (folder: string): string[] =>
  namesIn(folder).flatMap((name) => partsOf(join(folder, name)));

function installedPlugins(personal: string): string[] {
  const text = textOf(join(personal, 'plugins', 'installed_plugins.json'));
  return [...text.matchAll(/"installPath"\s*:\s*("(?:[^"\\]|\\.)*")/g)].map(([, path = '""']) =>
    String(JSON.parse(path)),
  );
}

/** A key of that name with something in it, in JSON or in a skill's front matter; prose that only names it is none. */
const mayAnswer = (text: string): boolean =>
  /"Elicitation(?:Result)?"\s*:(?!\s*(?:\[\s*\]|null|\{\s*\}))|^\s*Elicitation(?:Result)?\s*:/m.test(text);

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
