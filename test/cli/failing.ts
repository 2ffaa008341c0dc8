import { expect } from 'vitest';
import { type RunResult, run } from '../../src/core/run.ts';
import { commands } from '../../src/tools/registry.ts';
import type { TestClient } from '../support/mcp.ts';
import { PROGRAM, type Stage } from '../support/stage.ts';

export interface Place {
  cwd: string;
  env: Record<string, string>;
}

/** Runs the built program somewhere. */
export const pitcrew = (args: string[], { cwd, env }: Place): Promise<RunResult> =>
  run(process.execPath, [PROGRAM, ...args], { cwd, env, timeoutMs: 120_000 });

export interface Expected {
  /** 2 input, 3 refused, 4 upstream. */
  code: 2 | 3 | 4;
  sentence: RegExp;
  hint?: RegExp;
}

/**
 * Runs a command line that has to fail: one line that says what is wrong and one with the next step on stderr,
 * nothing on stdout, and no secret of the environment anywhere.
 */
export async function failsWith(args: string[], place: Place, expected: Expected): Promise<RunResult> {
  const result = await pitcrew(args, place);
  expect(result.stderr).toMatch(expected.sentence);
  expect(result.code).toBe(expected.code);
  expect(result.stdout).toBe('');
  const lines = result.stderr.replace(/\n$/, '').split('\n');
  expect(lines).toHaveLength(2);
  isClear(lines[0] ?? '', lines[1] ?? '');
  if (expected.hint) expect(lines[1]).toMatch(expected.hint);
  namesNoTool(lines[1] ?? '');
  holdsNoSecret(result, place.env);
  return result;
}

/** The same with `--json`: the sentence and the next step are in the envelope on stdout, and stderr is silent. */
export async function failsAsJson(args: string[], place: Place, expected: Expected): Promise<void> {
  const result = await pitcrew([...args, '--json'], place);
  const { schema_version, data } = JSON.parse(result.stdout);
  expect(schema_version).toBe(1);
  expect(data.error.message).toMatch(expected.sentence);
  expect(data.error.kind).toBe({ 2: 'input', 3: 'refused', 4: 'upstream' }[expected.code]);
  expect(result.code).toBe(expected.code);
  expect(result.stderr).toBe('');
  isClear(data.error.message, data.error.hint);
  namesNoTool(data.error.hint);
  holdsNoSecret(result, place.env);
}

/** Whoever types commands calls no tools. */
function namesNoTool(hint: string): void {
  expect(commands.filter(({ name }) => hint.includes(name)).map(({ name }) => name)).toEqual([]);
}

/** Plain words: ended, without controls, stack traces, doubled punctuation or values that nobody meant to print. */
export function isClear(sentence: string, hint: string): void {
  for (const text of [sentence, hint]) {
    expect(text.length).toBeGreaterThan(10);
    expect(text.length).toBeLessThan(600);
    expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(text).not.toMatch(/\bundefined\b|\[object |\bNaN\b|!|\bhas no the\b|:\.?$|\.\.$|^\s|\s$/);
  }
  expect(sentence).toMatch(/\.$/);
  expect(hint).not.toContain('fault in Pitcrew');
}

/** No token of the environment, whole or in part, is in what was printed. */
export function holdsNoSecret(
  result: Pick<RunResult, 'stdout' | 'stderr'>,
  env: Record<string, string>,
): void {
  for (const [name, value] of Object.entries(env)) {
    if (!/TOKEN|SECRET/.test(name) || value.length < 8) continue;
    for (const text of [result.stdout, result.stderr]) {
      expect(text.includes(value), `${name} was printed`).toBe(false);
      expect(text.includes(value.slice(-16)), `the end of ${name} was printed`).toBe(false);
    }
  }
}

/** Everything that a failed step must not touch: the checkout, its worktrees and branches, the ledger, Sentry. */
export async function stateOf(stage: Stage, observer: TestClient): Promise<unknown> {
  const ledger = await observer.call('ledger_status');
  const git = [
    ['status', '--porcelain', '--untracked-files=all'],
    ['rev-parse', 'HEAD'],
    ['for-each-ref'],
    ['worktree', 'list', '--porcelain'],
    ['stash', 'list'],
  ];
  return {
    git: await Promise.all(git.map((args) => stage.git(...args))),
    active: ledger.data.active,
    written: stage.sandbox.requestLog().filter(({ method, side }) => method !== 'GET' && side === 'sentry'),
  };
}
