import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A folder for all tests of a file, removed after them; its path is known once they run. */
export function useFolder(files: Readonly<Record<string, string>> = {}): { path: string } {
  const folder = { path: '' };
  beforeAll(async () => {
    folder.path = await realpath(await mkdtemp(join(tmpdir(), 'pitcrew-fuzz-')));
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder.path, path)), { recursive: true });
      await writeFile(join(folder.path, path), text);
    }
  });
  afterAll(() => rm(folder.path, { recursive: true, force: true }));
  return folder;
}
