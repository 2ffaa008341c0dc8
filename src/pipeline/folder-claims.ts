import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repository } from '../git/repository.ts';

/**
 * The paths of a claim as they are meant: a folder whose name ends like a file's (`packages/socket.io`) gets a slash, so
 * that the ledger, which sees only names, takes it for all that lies beneath. Everything else stays as it was written.
 */
export const meantAsFolders = (paths: readonly string[], repository: Repository): Promise<string[]> =>
  Promise.all(paths.map((path) => meant(path, repository)));

async function meant(path: string, { root }: Repository): Promise<string> {
  if (!/[^/]\.[^/*]*$/.test(path) || path.includes('\0')) return path;
  const found = await stat(join(root, path)).catch(() => undefined);
  return found?.isDirectory() ? `${path}/` : path;
}
