import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { findTool } from '../../src/tools/registry.ts';

const PREFIX = 'mcp__plugin_pitcrew_pitcrew__';

/** The front part of a Markdown file, between two lines of three hyphens. */
function frontOf(path: string): Record<string, unknown> {
  const front = /^---\n([\s\S]*?)\n---\n/.exec(readFileSync(path, 'utf8'))?.[1];
  return parse(front ?? '');
}

const toolsOf = (path: string): string[] => String(frontOf(path).tools).split(', ');
const ours = (names: readonly string[]) =>
  names.filter((name) => name.startsWith('mcp__')).map((name) => findTool(name.replace(PREFIX, '')));

describe('subagents', () => {
  test('the investigator is given only what reads', () => {
    const tools = toolsOf('agents/investigator.md');
    expect(tools.filter((name) => !name.startsWith('mcp__'))).toEqual(['Read', 'Grep', 'Glob']);
    expect(ours(tools).map((tool) => tool?.effect)).toEqual(ours(tools).map(() => 'read'));
  });

  test('the fixer has no shell and nothing that commits, publishes or resolves', () => {
    const tools = toolsOf('agents/fixer.md');
    expect(tools.filter((name) => !name.startsWith('mcp__'))).toEqual([
      'Read',
      'Grep',
      'Glob',
      'Edit',
      'Write',
    ]);
    const beyondReading = ours(tools).filter((tool) => tool?.effect !== 'read');
    expect(beyondReading.map((tool) => tool?.name)).toEqual(['fix_verify']);
  });
});

test('what the skill allows without asking exists, runs no command of the agent and leaves this machine alone', () => {
  const allowed = frontOf('skills/sentry/SKILL.md')['allowed-tools'];
  const names = (Array.isArray(allowed) ? allowed : []).map((name) => String(name).replace(PREFIX, ''));
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect(findTool(name), name).toBeDefined();
  for (const name of ['fix_verify', 'github_create_draft_pr', 'sentry_resolve', 'worktree_remove'])
    expect(names).not.toContain(name);
});

test('commands do not double the skill, and only a person calls them', () => {
  const commands = readdirSync('commands');
  expect(commands).not.toContain('sentry.md');
  for (const command of commands) {
    expect(frontOf(`commands/${command}`)['disable-model-invocation']).toBe(true);
    // In a command for the shell what was typed would be run.
    expect(readFileSync(`commands/${command}`, 'utf8')).not.toContain('$ARGUMENTS');
  }
});

describe('scenarios beside the skill', () => {
  const folder = 'skills/sentry/scenarios';
  const names = readdirSync(folder);

  test('there are at least twelve', () => expect(names.length).toBeGreaterThanOrEqual(12));

  test.each(names)('%s names only tools that there are', (name) => {
    const { request, decisions, never } = frontOf(`${folder}/${name}`);
    expect(request).toMatch(/^\/sentry/);
    const steps = [...(decisions as Record<string, unknown>[]), ...(never as Record<string, unknown>[])];
    expect(steps.length).toBeGreaterThan(1);
    for (const { call } of steps)
      if (call !== undefined && !['Bash', 'Edit', 'Write'].includes(String(call)))
        expect(findTool(String(call)), String(call)).toBeDefined();
  });
});
