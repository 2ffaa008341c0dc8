import { statfs } from 'node:fs/promises';
import { run } from '../../core/run.ts';
import { isAtLeast, nodeOnPath } from '../clients/launch.ts';
import type { World } from '../world.ts';
import { type Check, reporter } from './check.ts';

const say = reporter('machine');

export async function checkNode(world: World): Promise<Check[]> {
  const needed = world.nodeNeeded.join('.');
  const own = isAtLeast(world.nodeVersion, world.nodeNeeded)
    ? say.ok('node', `Node ${world.nodeVersion}`)
    : say.fail('node', `Node ${world.nodeVersion} is too old.`, `Install Node ${needed} or newer.`);
  const found = await nodeOnPath(world.childEnv);
  if (found !== undefined && isAtLeast(found, world.nodeNeeded)) return [own];
  const text =
    found === undefined ? 'There is no node in PATH' : `The node in PATH is ${found}, older than ${needed}`;
  return [
    own,
    say.warn(
      'node-in-path',
      `${text}; this command runs on another one.`,
      `Install Node ${needed} or newer where your clients find it; pitcrew init names this one by its path instead.`,
    ),
  ];
}

const GIT_NEEDED = [2, 36] as const;

export async function checkGit(world: World): Promise<Check[]> {
  const { code, stdout } = await run('git', ['--version'], {
    cwd: '/',
    env: world.childEnv,
    timeoutMs: 10_000,
    signal: world.signal,
  });
  const version = /(\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1];
  const needed = GIT_NEEDED.join('.');
  if (code !== 0 || version === undefined)
    return [say.fail('git', 'git is not installed, or not in PATH.', `Install git ${needed} or newer.`)];
  return [
    isAtLeast(version, GIT_NEEDED)
      ? say.ok('git', `git ${version}`)
      : say.fail('git', `git ${version} is too old.`, `Install git ${needed} or newer.`),
  ];
}

const GIGABYTE = 1e9;

/** A worktree is a second copy of the files, and checks build in it. */
export async function checkDisk(folder: string): Promise<Check[]> {
  const { bavail, bsize, type } = await statfs(folder);
  const free = Number(bavail) * Number(bsize);
  const text = `${(free / GIGABYTE).toFixed(1)} GB free where the repository lies`;
  const space =
    free < 0.1 * GIGABYTE
      ? say.fail('disk', text, 'Make room: a worktree is another copy of the files.')
      : free < GIGABYTE
        ? say.warn('disk', text, 'Make room before working on several issues at once.')
        : say.ok('disk', text);
  return [space, fileSystem(Number(type))];
}

/** By the magic numbers of Linux's statfs(2); elsewhere they mean nothing. */
function fileSystem(type: number): Check {
  if (process.platform !== 'linux')
    return say.unknown('file-system', 'Whether the disk is local is not known on this system');
  const network = NETWORK.get(type >>> 0);
  if (network !== undefined)
    return say.fail(
      'file-system',
      `The repository lies on a network disk (${network}), where the ledger's locks do not hold.`,
      'Work in a clone on a local disk.',
      'refused',
    );
  const shared = SHARED.get(type >>> 0);
  return shared === undefined
    ? say.ok('file-system', 'The disk is local')
    : say.warn(
        'file-system',
        `The repository lies on a disk that may be shared with another system (${shared}).`,
        'Do not run Pitcrew on both sides at once; a clone on a local disk is safe, and faster.',
      );
}

const NETWORK = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB2'],
  [0xff534d42, 'CIFS'],
]);
const SHARED = new Map([
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
  [0x786f4256, 'VirtualBox'],
]);
