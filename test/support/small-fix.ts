import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestClient } from './mcp.ts';
import { WORDS, works } from './steps.ts';

/** The smallest fix that can be proven: a file, and a test in shell that fails with the crash's words without it. */
export interface SmallFix {
  source: string;
  testFile: string;
  test: string;
  files: string[];
}

/** Writes a fix of `crashIn(file)` into a worktree. */
export async function writeSmallFix(folder: string, file: string): Promise<SmallFix> {
  const testFile = `test/${file.replace(/[^\w]+/g, '-')}.sh`;
  const script = [
    `if test -e '${file}'; then echo "1 passed"; exit 0; fi`,
    `echo "TypeError: ${file} is broken"`,
    'exit 1',
    '',
  ];
  await writeAll(folder, { [file]: 'mended\n', [testFile]: script.join('\n') });
  return { source: file, testFile, test: `sh ${testFile}`, files: [file, testFile].sort() };
}

/** Writes texts into a folder, by their paths in it. */
export async function writeAll(folder: string, texts: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

/** From the claim of an issue that crashed in `file` to its proven commit. Answers the commit's id and files. */
export async function proveAndCommit(
  client: TestClient,
  issue: string,
  file: string,
): Promise<{ sha: string; folder: string; fix: SmallFix }> {
  const folder: string = (await works(client, 'worktree_create', { issue })).data.path;
  const fix = await writeSmallFix(folder, file);
  await works(client, 'fix_verify', { issue, test: fix.test, test_files: [fix.testFile] });
  const { data } = await works(client, 'fix_commit', { issue, files: fix.files, ...WORDS });
  return { sha: data.sha, folder, fix };
}
