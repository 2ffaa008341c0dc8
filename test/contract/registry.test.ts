import { existsSync, readFileSync } from 'node:fs';
import { getEncoding } from 'js-tiktoken';
import { describe, expect, test } from 'vitest';
import { parseToolArguments } from '../../src/cli/arguments.ts';
import { commandHelp } from '../../src/cli/help.ts';
import { commands, tools } from '../../src/tools/registry.ts';

const CARD_NAMES = [
  'sentry_list_issues',
  'sentry_latest_event',
  'github_search_issues',
  'ledger_register',
  'worktree_create',
  'sentry_resolve',
];

describe('registry', () => {
  test("keeps the card's tool names", () => {
    const names = tools.map((tool) => tool.name);
    expect(names).toEqual(expect.arrayContaining(CARD_NAMES));
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(commands.map((tool) => [tool.name, tool] as const))(
    '%s is at its address, described and usable',
    (name, tool) => {
      const hyphens = name.replaceAll('_', '-');
      expect(name).toMatch(/^[a-z]+(_[a-z]+)+$/);
      expect(existsSync(`src/tools/${hyphens}.ts`)).toBe(true);
      expect(tool.title.length).toBeLessThanOrEqual(60);
      expect(tool.description).toContain('Use ');
      expect(tool.description.length).toBeLessThanOrEqual(400);
      expect(commandHelp(hyphens)).toContain(`pitcrew ${hyphens}`);
      for (const [argument, property] of Object.entries(tool.inputSchema.properties)) {
        expect(property.description, `${name}.${argument}`).toBeTruthy();
      }
      expect(tool.inputSchema.additionalProperties).toBe(false);
    },
  );

  test.each(commands.flatMap((tool) => tool.examples.map((example) => [example, tool] as const)))(
    'the example `%s` parses',
    (example, tool) => {
      const words = [...example.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
        (match) => match[1] ?? match[2] ?? match[3] ?? '',
      );
      expect(words[0]).toBe(tool.name.replaceAll('_', '-'));
      const parsed = parseToolArguments(tool, words.slice(1));
      const required = tool.inputSchema.required ?? [];
      expect(Object.keys(parsed)).toEqual(
        expect.arrayContaining(
          required.filter((name) =>
            parsed[name] === undefined ? tool.inputSchema.properties[name]?.default === undefined : true,
          ),
        ),
      );
    },
  );

  test('what all tools cost a model stays small', () => {
    const listed = tools.map(({ name, description, inputSchema }) => ({
      name,
      description,
      input_schema: inputSchema,
    }));
    expect(getEncoding('o200k_base').encode(JSON.stringify(listed)).length).toBeLessThanOrEqual(4_000);
  });
});

describe('texts that name tools', () => {
  const known = new Set(commands.map((tool) => tool.name));
  const texts = [
    'README.md',
    'AGENTS.md',
    'skills/sentry/SKILL.md',
    'skills/sentry/references/refusals.md',
    'skills/sentry/references/tools.md',
    '.claude/commands/sentry.md',
    'mcp-server/instructions.ts',
    'docs/configuration.md',
  ];

  test.each(texts)('%s names only tools and files that exist', (path) => {
    const text = readFileSync(path, 'utf8');
    const named = [
      ...text.matchAll(/\b(?:sentry|triage|ledger|worktree|fix|github)_[a-z]+(?:_[a-z]+)*\b/g),
    ].map((match) => match[0]);
    expect(named.filter((name) => !known.has(name) && !ARGUMENTS.has(name))).toEqual([]);
    const paths = [
      ...text.matchAll(
        /`((?:src|ledger|mcp-server|test|docs|skills|scripts|bench|references|\.claude-plugin)\/[\w./-]+\.(?:ts|md|json|yml))`/g,
      ),
    ].map((match) => match[1] ?? '');
    const base = path.startsWith('skills/') ? ['', 'skills/sentry/'] : [''];
    expect(paths.filter((one) => !base.some((folder) => existsSync(folder + one)))).toEqual([]);
  });

  test('every tool is in the skill, and every command in the README', () => {
    const skill = `${readFileSync('skills/sentry/SKILL.md', 'utf8')}${readFileSync('skills/sentry/references/tools.md', 'utf8')}`;
    const readme = readFileSync('README.md', 'utf8');
    for (const { name } of tools) expect(skill).toContain(name);
    for (const name of known) expect(readme).toContain(name);
  });
});

// Arguments and configuration keys that look like tools.
const ARGUMENTS = new Set(['sentry_url']);
