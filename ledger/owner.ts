import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Owner } from './ledger.ts';

export type OwnerLiveness = 'alive' | 'gone' | 'unknown';

/**
 * The identity of this process, labelled for people: `claude-code, pid 4711 on build-3`. With `pid: 0` the identity
 * of a session that has no process of its own (commands typed one by one); then only the lease counts.
 */
export function currentOwner(options: { label: string; pid?: number }): Owner {
  const host = hostname();
  const pid = options.pid ?? process.pid;
  return {
    host,
    boot: bootId(),
    pidNamespace: pidNamespace(),
    pid,
    start: pid === 0 ? '' : (processStart(pid) ?? ''),
    label: pid === 0 ? `${options.label} on ${host}` : `${options.label}, pid ${pid} on ${host}`,
    ...(pid === process.pid ? { client: { pids: ancestors() } } : {}),
  };
}

/**
 * The processes above this one, nearest first: the client, or a launcher such as npx and the client above it. Only the
 * parent where the system has no /proc.
 */
function ancestors(): number[] {
  const pids: number[] = [];
  for (let pid = process.ppid; pid > 1 && pids.length < MOST_ANCESTORS; pid = parentOf(pid)) pids.push(pid);
  return pids;
}

/** A client, a launcher and two shells between them. */
const MOST_ANCESTORS = 4;

function parentOf(pid: number): number {
  const stat = readText(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0) || 0;
}

/**
 * Whether the process behind `owner` still runs, as far as this process can know: `unknown` on another machine,
 * boot or pid namespace, or without a pid. A pid that now belongs to another process counts as gone.
 */
export function ownerLiveness(owner: Owner): OwnerLiveness {
  if (owner.pid <= 0 || !isOnThisSystem(owner)) return 'unknown';
  const start = processStart(owner.pid);
  if (start === undefined) return signalSays(owner.pid);
  if (owner.start === '' || start === '') return 'unknown';
  return start === owner.start ? 'alive' : 'gone';
}

/** This boot of this machine; empty where it cannot be read. The same inside its containers. */
export function bootId(): string {
  knownBoot ??= readBootId();
  return knownBoot;
}

let knownBoot: string | undefined;

// The host's name may change while it runs (a laptop that changes networks); a boot id does not.
function isOnThisSystem(owner: Owner): boolean {
  const isSameMachine = owner.boot === '' ? owner.host === hostname() : owner.boot === bootId();
  return isSameMachine && (owner.boot !== '' || bootId() === '') && owner.pidNamespace === pidNamespace();
}

function readBootId(): string {
  if (process.platform === 'linux') return readText('/proc/sys/kernel/random/boot_id');
  if (process.platform === 'darwin') return outputOf('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']);
  return '';
}

/** A process stays in the namespace that it began in. */
export function pidNamespace(): string {
  knownNamespace ??= readNamespace();
  return knownNamespace;
}

let knownNamespace: string | undefined;

function readNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** The moment the process started, in the system's own words; `undefined` when no such process is seen. */
function processStart(pid: number): string | undefined {
  if (process.platform === 'linux') return linuxStart(pid);
  if (process.platform === 'win32') return undefined;
  return outputOf('/bin/ps', ['-o', 'lstart=', '-p', String(pid)]) || undefined;
}

/** proc(5): after the command's name, which is in parentheses, field 3 is the state and field 22 the start time. */
function linuxStart(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === '') return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const isEnded = fields[0] === 'Z' || fields[0] === 'X';
  return isEnded ? ENDED : fields[19];
}

/** A process that has ended but was not waited for: equal to no start time. */
const ENDED = 'ended';

/** /proc may hide other users' processes, and Windows shows no start time: then a signal tells at least who is gone. */
function signalSays(pid: number): OwnerLiveness {
  try {
    process.kill(pid, 0);
    return 'unknown';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH' ? 'gone' : 'unknown';
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

function outputOf(program: string, args: string[]): string {
  try {
    const options = {
      encoding: 'utf8',
      env: { LC_ALL: 'C', TZ: 'UTC' },
      timeout: 2000,
      stdio: 'pipe',
    } as const;
    return execFileSync(program, args, options).trim();
  } catch {
    return '';
  }
}
