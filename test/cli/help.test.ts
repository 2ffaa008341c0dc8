import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commandHelp, PROGRAM_COMMANDS, programHelp } from '../../src/cli/help.ts';
import { configSchema } from '../../src/config/schema.ts';
import { packageVersion } from '../../src/core/package-root.ts';
import { tools } from '../../src/tools/registry.ts';

const commands = [
  ...PROGRAM_COMMANDS.map(({ name }) => name),
  ...tools.map(({ name }) => name.replaceAll('_', '-')),
];

describe('help', () => {
  test('of the program', () => {
    const help = programHelp();
    expect(help.replace(packageVersion(), 'VERSION')).toMatchSnapshot();
    for (const command of commands) expect(help).toContain(`\n  ${command} `);
  });

  test('of one tool', () => {
    expect(commandHelp('sentry-latest-event')).toMatchSnapshot();
  });

  test.each(commands)('of %s: fits a wide terminal but for its prose, and ends with a line', (command) => {
    const help = commandHelp(command) ?? '';
    expect(help).toMatch(/^pitcrew \S[\s\S]*\S\n$/);
    expect(help).not.toMatch(/\bundefined\b|\[object /);
    expect(help).toContain(`pitcrew ${command}`);
  });

  test.each(commands)('of %s names commands and flags, no tool', (command) => {
    const help = commandHelp(command) ?? '';
    expect(tools.filter(({ name }) => help.includes(name)).map(({ name }) => name)).toEqual([]);
  });

  test('of what there is not', () => {
    expect(commandHelp('frobnicate')).toBeUndefined();
    expect(commandHelp('sentry_list_issues')).toBeUndefined();
    expect(commandHelp('constructor')).toBeUndefined();
  });
});

// What people are told to do next has to be there.
describe('the sentences of the program', () => {
  const files = globSync(['src/**/*.ts', 'mcp-server/**/*.ts', 'ledger/**/*.ts']).filter(
    (file) => !file.startsWith('src/sandbox/sample-app/'),
  );
  const named = (pattern: RegExp) =>
    files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(pattern)].map((match) => ({ file, name: match[1] ?? '' })),
    );

  test('name only commands that exist', () => {
    // The last two are no commands, but how a line of the log and a sentence go on.
    const known = new Set([...commands, 'help', 'version', 'error', 'needs']);
    const found = named(/(?:`|npx |: |run )pitcrew ([a-z][a-z-]*[a-z])/g);
    expect(found.length).toBeGreaterThan(3);
    expect(found.filter(({ name }) => !known.has(name))).toEqual([]);
  });

  test('name only keys of pitcrew.yml that exist', () => {
    const shape = configSchema.parse({});
    const found = named(/\b((?:sentry|github|triage)\.[a-z_]+)(?: (?:in|of) pitcrew\.yml)/g);
    expect(found.length).toBeGreaterThan(1);
    const optional = ['sentry.organization', 'github.repository', 'github.base'];
    const known = new Set([
      ...optional,
      ...Object.entries(shape).flatMap(([section, keys]) =>
        Object.keys(Object(keys)).map((key) => `${section}.${key}`),
      ),
    ]);
    expect(found.filter(({ name }) => !known.has(name))).toEqual([]);
  });
});
