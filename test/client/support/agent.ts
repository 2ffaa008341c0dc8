import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  copySampleRepository,
  type EngineerFix,
  loadEngineer,
} from '../../../src/sandbox/sample-app/engineer.ts';
import { call, type Seen, type ToolCall, type Turn } from './model.ts';

/** A part of a script, for `yield*`. */
export type Part<T = string> = AsyncGenerator<Turn, T, Seen>;

/** Calls a tool that has to succeed; answers what the model was shown. */
export async function* does(tool: string, input: Record<string, unknown> = {}): Part {
  const { last } = yield { calls: [call(tool, input)] };
  expect(last.isError, `${tool}: ${last.text}`).toBe(false);
  return last.text;
}

/** Calls a tool that has to be refused with this sentence. */
export async function* isRefused(tool: string, input: Record<string, unknown>, sentence: RegExp): Part {
  const { last } = yield { calls: [call(tool, input)] };
  expect(last.isError, `${tool} should be refused: ${last.text}`).toBe(true);
  expect(last.text).toMatch(sentence);
  return last.text;
}

/** Makes the worktree of a claimed issue; answers its folder. */
export async function* makesWorktree(issue: string): Part {
  const text = yield* does('worktree_create', { issue });
  return /(?:^Made|Taken up again:) (\/.+)$/m.exec(text)?.[1] ?? `no folder in: ${text}`;
}

/** Writes the right fix and its test as an agent does: with the client's own tools, under its hooks. */
export async function* writesFix(bug: string, worktree: string): Part<EngineerFix> {
  const { fix, texts } = await answerTo(bug);
  const calls = texts.flatMap(({ path, text }): ToolCall[] => {
    const file_path = join(worktree, path);
    const write = call('Write', { file_path, content: text });
    return path === fix.testFile ? [write] : [call('Read', { file_path }), write];
  });
  const seen = yield { calls };
  for (const result of seen.results) expect(result.isError, `${result.name}: ${result.text}`).toBe(false);
  return fix;
}

export const proofOf = (issue: string, fix: EngineerFix): Record<string, unknown> => ({
  issue,
  test: fix.testCommand,
  test_files: [fix.testFile],
});

export const commitOf = (issue: string, fix: EngineerFix): Record<string, unknown> => ({
  issue,
  files: fix.files,
  root_cause: fix.rootCause,
  fix: fix.fix,
});

/** From the written fix to the draft pull request. */
export async function* proves(issue: string, fix: EngineerFix): Part<void> {
  expect(yield* does('fix_verify', proofOf(issue, fix))).toContain(`${issue} is proven`);
  yield* does('fix_commit', commitOf(issue, fix));
}

/** What the scripted engineer writes, without a worktree to write it into. */
async function answerTo(bug: string): Promise<{ fix: EngineerFix; texts: { path: string; text: string }[] }> {
  const fix = (await loadEngineer()).find((one) => one.bug === bug);
  const attempt = fix?.attempts.at(-1);
  if (!fix || !attempt) throw new Error(`The scripted engineer knows no bug ${bug}.`);
  const scratch = await mkdtemp(join(tmpdir(), 'pitcrew-answer-'));
  try {
    await copySampleRepository(scratch);
    await attempt.apply(scratch);
    const read = async (path: string) => ({ path, text: await readFile(join(scratch, path), 'utf8') });
    return { fix, texts: await Promise.all(fix.files.map(read)) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
