import { dirname, isAbsolute, resolve } from 'node:path';
import { type Checkout, gitRead } from './git.ts';
import { line } from './repository.ts';

export interface RemoteRepository {
  owner: string;
  name: string;
  /** `github.com`, `github.example.com`; with the port where an http(s) URL has one, as the API is there too. */
  host: string;
}

/** What `origin` points to on its host; undefined without an origin, and for a remote that is a folder. */
export async function remoteRepository(checkout: Checkout): Promise<RemoteRepository | undefined> {
  // `get-url` applies the person's url.insteadOf rules, as a push will.
  const answer = await gitRead(checkout, ['remote', 'get-url', 'origin'], { accept: [0, 1, 2, 128] });
  return answer.code === 0 ? parseRemote(line(answer.stdout)) : undefined;
}

/** Where the remote of this name is, as git has it; undefined where there is none. */
export async function remoteUrl(checkout: Checkout, name: string): Promise<string | undefined> {
  const rows = (await gitRead(checkout, ['remote', '--verbose'])).stdout.split('\n');
  return rows
    .find((row) => row.startsWith(`${name}\t`))
    ?.slice(name.length + 1)
    .replace(/ \((?:fetch|push)\)(?: \[[^\]]*\])?$/, '');
}

/**
 * Options before a git command by which a remote that is a relative path is found from a linked worktree too: git takes
 * such a path from the folder that it runs in, and people mean the main checkout. None for any other address.
 */
export async function fromMainCheckout(checkout: Checkout, url: string): Promise<string[]> {
  if (isAbsolute(url) || /^[^/]*:/.test(url)) return [];
  const asked = await gitRead(checkout, ['rev-parse', '--path-format=absolute', '--git-common-dir']);
  const place = resolve(dirname(line(asked.stdout)), url);
  // git would take what is before the first `=` for the whole name.
  return place.includes('=') ? [] : ['-c', `url.${place}.insteadOf=${url}`];
}

/** `https://HOST/OWNER/NAME.git`, `ssh://git@HOST:PORT/OWNER/NAME`, `git@HOST:OWNER/NAME.git`. */
export function parseRemote(url: string): RemoteRepository | undefined {
  const place = fromUrl(url) ?? fromScp(url);
  if (place === undefined) return undefined;
  const segments = place.path.split('/').filter((segment) => segment !== '');
  const name = segments.pop()?.replace(/\.git$/, '');
  const owner = segments.join('/');
  if (!name || !owner) return undefined;
  // GitHub's way around firewalls that block port 22 is not where its API is.
  return { owner, name, host: place.host === 'ssh.github.com' ? 'github.com' : place.host };
}

interface Place {
  host: string;
  path: string;
}

function fromUrl(url: string): Place | undefined {
  if (!/^(https?|ssh|git|git\+ssh):\/\//i.test(url) || !URL.canParse(url)) return undefined;
  const { protocol, host, hostname, pathname } = new URL(url);
  return { host: protocol.startsWith('http') ? host : hostname, path: decode(pathname) };
}

/** The form of scp. A single letter before the colon is a drive of Windows, not a host. */
function fromScp(url: string): Place | undefined {
  const match = /^(?:[^@/\s:]{1,100}@)?([A-Za-z0-9][A-Za-z0-9.-]{1,250}):(?!\/\/)([^\s]{1,500})$/.exec(url);
  return match?.[1] && match[2] ? { host: match[1].toLowerCase(), path: match[2] } : undefined;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
