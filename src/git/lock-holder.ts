import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile, readlink, rename, rm, stat } from 'node:fs/promises';

/** Who holds a lock: enough to know, on the same system, that this very process is gone. */
interface Holder {
  boot: string;
  pidNamespace: string;
  pid: number;
  start: string;
}

/** Writes down that this process holds the lock of `path`. Does nothing where /proc does not tell who is who. */
export async function noteHolder(path: string): Promise<void> {
  const holder = await thisProcess();
  if (!holder) return;
  const draft = `${recordOf(path)}.new`;
  try {
    // Whole or not at all, and with no pause in which a kill could leave a lock without its record.
    writeFileSync(draft, JSON.stringify(holder));
    renameSync(draft, recordOf(path));
  } catch {
    rmSync(draft, { force: true });
  }
}

export const forgetHolder = (path: string): Promise<void> => rm(recordOf(path), { force: true });

/**
 * Takes away the lock of a holder that was killed, so that nobody waits until it is stale. Only what is certain
 * counts: a holder of this boot and pid namespace, whose process is gone, and no git that it started is still at work
 * on a worktree of `checkout`. Answers whether it did. A lock that a living process took at the same moment is put
 * back; should that fail, its holder notices the loss, as with any stale lock.
 */
export async function breakLockOfTheDead(path: string, checkout: string): Promise<boolean> {
  const lock = `${path}.lock`;
  const before = await stat(lock, { bigint: true }).catch(() => undefined);
  const record = await readFile(recordOf(path), 'utf8').catch(() => undefined);
  if (!before || record === undefined) return false;
  if (!(await isGone(record)) || (await isGitAtWork(checkout))) return false;
  const aside = `${lock}.${process.pid}-${randomBytes(6).toString('hex')}`;
  if (!(await rename(lock, aside).then(isDone, isNotDone))) return false;
  const taken = await stat(aside, { bigint: true });
  const isTheSame = taken.ino === before.ino && taken.birthtimeNs === before.birthtimeNs;
  if (isTheSame) await forgetHolder(path);
  else await rename(aside, lock).catch(() => {});
  await rm(aside, { recursive: true, force: true });
  return isTheSame;
}

const isDone = (): boolean => true;
const isNotDone = (): boolean => false;

const recordOf = (path: string): string => `${path}.holder`;

async function thisProcess(): Promise<Holder | undefined> {
  const start = await startOf(process.pid);
  if (start === undefined) return undefined;
  return { ...(await thisSystem()), pid: process.pid, start };
}

async function thisSystem(): Promise<{ boot: string; pidNamespace: string }> {
  const [boot, pidNamespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  return { boot: boot.trim(), pidNamespace };
}

async function isGone(record: string): Promise<boolean> {
  const holder = parsed(record);
  const here = await thisSystem();
  if (!holder || here.boot === '' || holder.boot !== here.boot) return false;
  if (holder.pidNamespace !== here.pidNamespace) return false;
  // Where /proc hides other users' processes, the signal still tells that there is one.
  return (await startOf(holder.pid)) !== holder.start && !(await isHidden(holder.pid));
}

function parsed(record: string): Holder | undefined {
  try {
    const { boot, pidNamespace, pid, start } = JSON.parse(record);
    const isHolder = [boot, pidNamespace, start].every((text) => typeof text === 'string');
    return isHolder && Number.isInteger(pid) && pid > 0 ? { boot, pidNamespace, pid, start } : undefined;
  } catch {
    return undefined;
  }
}

/** proc(5): behind the name in parentheses, field 3 is the state and field 22 the start. A zombie has ended. */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

async function isHidden(pid: number): Promise<boolean> {
  if (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return !(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH');
  }
}

/** A killed process leaves the git behind that it started: `git worktree add` goes on, and must not be disturbed. */
async function isGitAtWork(checkout: string): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
      if (!/(^|\/)git$/.test(words[0] ?? '') || !words.includes('worktree')) return false;
      return (await readlink(`/proc/${pid}/cwd`).catch(() => checkout)) === checkout;
    }),
  );
  return found.includes(true);
}
