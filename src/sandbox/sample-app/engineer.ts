import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { applyHunks, parsePatch } from './patch.ts';
import { sampleAppFolder, sampleRepositoryFolder } from './repository.ts';

export { copySampleRepository } from './repository.ts';
export { runTraffic, type Scenario, TRAFFIC } from './traffic.ts';

/** What a Sentry issue and its latest event say about a crash; `file` is the crash frame's, as Sentry shows it. */
export interface CrashSummary {
  type: string;
  value: string;
  title: string;
  function?: string;
  file?: string;
}

export interface EngineerFix {
  /** The bug's name; a folder of `engineer/`. */
  bug: string;
  matches(issue: CrashSummary): boolean;
  /** All that any attempt writes, source and test, relative to the repository. */
  files: string[];
  testFile: string;
  testCommand: string;
  rootCause: string;
  fix: string;
  /** In the order in which they are tried: the last one is right, those before it are not. */
  attempts: Attempt[];
}

export interface Attempt {
  description: string;
  /** Writes the whole of every file the attempt touches, from the app's base: it may follow any other attempt. */
  apply(worktree: string): Promise<void>;
}

/** The scripted engineer's answer to every bug of the sample app, sorted by the bug's name. */
export async function loadEngineer(): Promise<EngineerFix[]> {
  const folder = join(sampleAppFolder(), 'engineer');
  const bugs = await readdir(folder);
  return Promise.all(bugs.sort().map((bug) => loadFix(bug, join(folder, bug))));
}

async function loadFix(bug: string, folder: string): Promise<EngineerFix> {
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const script = SCRIPT.parse(JSON.parse(await read('engineer.json')));
  const testFile = `test/${script.test}`;
  const test = { path: testFile, text: await read(script.test) };
  const edits = await Promise.all(script.attempts.map(async ({ patch }) => patchedFiles(await read(patch))));
  return {
    bug,
    matches: (issue) => isAnsweredBy(script.match, issue),
    files: [...new Set([...edits.flat().map(({ path }) => path), testFile])],
    testFile,
    testCommand: `node --test ${testFile}`,
    rootCause: script.rootCause,
    fix: script.fix,
    attempts: script.attempts.map(({ description }, index) => ({
      description,
      apply: (worktree) => writeFiles(worktree, [...(edits[index] ?? []), test]),
    })),
  };
}

const SCRIPT = z.object({
  match: z.object({ types: z.array(z.string()), value: z.string(), files: z.array(z.string()) }),
  test: z.string(),
  rootCause: z.string(),
  fix: z.string(),
  attempts: z.array(z.object({ patch: z.string(), description: z.string() })).min(1),
});

type Match = z.infer<typeof SCRIPT>['match'];

// The crash frame may be Node's own (`JSON.parse`, `<anonymous>`): only a file of the app can speak against a match.
function isAnsweredBy({ types, value, files }: Match, issue: CrashSummary): boolean {
  const file = issue.file?.endsWith('.mjs') ? issue.file : undefined;
  return (
    types.includes(issue.type) &&
    `${issue.value}\n${issue.title}`.includes(value) &&
    (file === undefined || files.some((known) => file.endsWith(known)))
  );
}

interface TextFile {
  path: string;
  text: string;
}

function patchedFiles(patch: string): Promise<TextFile[]> {
  return Promise.all(
    parsePatch(patch).map(async (filePatch) => {
      const base = await readFile(join(sampleRepositoryFolder(), filePatch.path), 'utf8');
      return { path: filePatch.path, text: applyHunks(base, filePatch) };
    }),
  );
}

async function writeFiles(worktree: string, files: readonly TextFile[]): Promise<void> {
  for (const { path, text } of files) {
    const target = join(worktree, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }
}
