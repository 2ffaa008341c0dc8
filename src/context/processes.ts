import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** A process above this one, as far as the system shows it to us. */
export interface Process {
  pid: number;
  parent: number;
  /** The file that runs, without its folder; the system's short name where the file is hidden from us. */
  program: string;
  /** The name it goes by, which it may have chosen itself. */
  name: string;
  /** The words of its command line, or the title that replaced them. */
  words: string[];
  /** Its controlling terminal; empty without one. */
  terminal: string;
  /** Its POSIX session; where the system does not tell, what goes with one: the terminal. */
  session: string;
  /** The names of its environment's variables; none where that is hidden. */
  variables: string[];
}

/** More than a terminal, some shells, a launcher and a client; it ends what a changing table could make endless. */
const MOST = 64;

/** The processes above this one, nearest first, up to the first that the system started. Empty where none can be seen. */
export function processesAbove(): Process[] {
  const look = process.platform === 'linux' ? linuxProcess : tableOfPs();
  const above: Process[] = [];
  for (let at = thisProcess()?.parent ?? 0; at > 0 && above.length < MOST; ) {
    const seen = look(at);
    if (!seen) break;
    above.push(seen);
    at = seen.parent;
  }
  return above;
}

/** This process; `undefined` where it cannot be seen, as where /proc shows another process namespace than its own. */
export function thisProcess(): Process | undefined {
  if (process.platform !== 'linux') return tableOfPs()(process.pid);
  return linkOf('/proc/self') === String(process.pid) ? linuxProcess(process.pid) : undefined;
}

/** proc(5). */
function linuxProcess(pid: number): Process | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  const end = stat.lastIndexOf(')');
  if (end < 0) return undefined;
  // Behind the name, which is in parentheses: state, parent, group, session, terminal.
  const [, parent = '0', , session = '', terminal = '0'] = stat.slice(end + 2).split(' ');
  const name = stat.slice(stat.indexOf('(') + 1, end);
  return {
    pid,
    parent: Number(parent),
    program: basename(linkOf(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '')) || name,
    name,
    words: textOf(`/proc/${pid}/cmdline`).split('\0').filter(Boolean),
    terminal: terminal === '0' ? '' : terminal,
    session,
    variables: textOf(`/proc/${pid}/environ`)
      .split('\0')
      .map((entry) => entry.slice(0, Math.max(0, entry.indexOf('=')))),
  };
}

/** Everywhere else: one look at all processes. Windows has no `ps`, and shows nothing. */
function tableOfPs(): (pid: number) => Process | undefined {
  if (process.platform === 'win32') return () => undefined;
  const lines = new Map(outputOfPs('pid=,args=').map((line) => fieldsOf(line, 1)));
  const table = new Map(
    outputOfPs('pid=,ppid=,tty=,comm=').map((line): [number, Process] => {
      const [pid = '', parent = '', terminal = ''] = line.trim().split(/\s+/);
      const [, comm] = fieldsOf(line, 3);
      const tty = /^\?*$/.test(terminal) ? '' : terminal;
      return [
        Number(pid),
        {
          pid: Number(pid),
          parent: Number(parent),
          program: basename(comm),
          name: basename(comm),
          words: (lines.get(Number(pid)) ?? '').split(/\s+/).filter(Boolean),
          terminal: tty,
          session: tty,
          variables: [],
        },
      ];
    }),
  );
  return (pid) => table.get(pid);
}

/** The first number of a line, and what stands behind so many fields. */
function fieldsOf(line: string, skipped: number): [number, string] {
  const rest = new RegExp(`^\\s*(?:\\S+\\s+){${skipped}}`).exec(line)?.[0] ?? '';
  return [Number.parseInt(line, 10), line.slice(rest.length).trim()];
}

function outputOfPs(columns: string): string[] {
  try {
    const options = { encoding: 'utf8', env: { LC_ALL: 'C' }, timeout: 2000, stdio: 'pipe' } as const;
    return execFileSync('/bin/ps', ['-axo', columns], options).split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
