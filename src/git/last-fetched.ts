import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repository } from './repository.ts';

/**
 * When this clone last heard of a remote's branch (`origin/main`): epoch milliseconds of its last fetch, or of what
 * last moved the branch here, such as a push. Undefined where git kept no trace of either.
 */
export async function lastFetched(repository: Repository, branch: string): Promise<number | undefined> {
  const logs = join('logs', 'refs', 'remotes');
  // A fresh clone has a log of the remote's HEAD alone.
  const traces = ['FETCH_HEAD', join(logs, branch), join(logs, branch.replace(/\/.*/, ''), 'HEAD')];
  const times = await Promise.all(
    traces.map(async (name) => {
      const found = await stat(join(repository.commonDirectory, name)).catch(() => undefined);
      return found?.mtimeMs ?? 0;
    }),
  );
  return Math.max(...times) || undefined;
}
