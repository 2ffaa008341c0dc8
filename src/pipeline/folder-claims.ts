import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PathClaim } from '../../ledger/ledger.ts';
import { normalizeGlob } from '../../ledger/overlap.ts';
import { inputError } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';
import type { Repository } from '../git/repository.ts';

/**
 * The paths of a claim as they are meant: a folder whose name ends like a file's (`packages/socket.io`) gets a slash, so
 * that the ledger, which sees only names, takes it for all that lies beneath. Everything else stays as it was written. Throws
 * an input error for a resource among them, which as a path would keep nobody from anything, for what is no path, and for one
 * that is named in both modes.
 */
export async function pathClaims(
  paths: { [Mode in PathClaim['mode']]: readonly string[] },
  repository: Repository,
): Promise<PathClaim[]> {
  const claimsOf = (mode: PathClaim['mode']) =>
    paths[mode].map(async (path) => ({ glob: await meant(path, repository), mode }));
  const claims = await Promise.all([...claimsOf('exclusive'), ...claimsOf('shared')]);
  refuseBoth(claims.map(({ glob, mode }) => ({ glob: normalizeGlob(glob), mode })));
  return claims;
}

function refuseBoth(claims: readonly PathClaim[]): void {
  const shared = new Set(claims.filter(({ mode }) => mode === 'shared').map(({ glob }) => glob));
  const both = claims.find(({ glob, mode }) => mode === 'exclusive' && shared.has(glob));
  if (both) {
    throw inputError(
      `${untrustedLine(both.glob, 300)} is named both as shared and as this session's alone.`,
      'Name it once: with `shared` where others change it too.',
    );
  }
}

async function meant(path: string, { root }: Repository): Promise<string> {
  if (/^[A-Za-z][A-Za-z0-9-]{1,30}:(?![\\/])/.test(path)) {
    throw inputError(
      `${untrustedLine(path, 60)} is a resource and no path.`,
      'Name it among the resources, which are not shared; a path with a colon is written with ./ before it.',
    );
  }
  if (!/[^/]\.[^/*]*$/.test(path) || path.includes('\0')) return path;
  const found = await stat(join(root, path)).catch(() => undefined);
  return found?.isDirectory() ? `${path}/` : path;
}
