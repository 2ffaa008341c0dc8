import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';

/** Python's own pseudo terminal: on every system that has Python, and nothing to install. */
const PYTHON =
  process.platform === 'win32'
    ? undefined
    : ['/usr/bin/python3', 'python3'].find(
        (program) => spawnSync(program, ['-c', 'import pty'], { timeout: 10_000 }).status === 0,
      );

export const canOpenTerminal = PYTHON !== undefined;
if (!canOpenTerminal) console.warn('SKIPPED: no python3 with pty, so no consent was given in a terminal.');

export interface TerminalRun {
  code: number;
  /** All that the terminal showed, without control sequences. */
  shown: string;
}

export interface TerminalOptions {
  cwd: string;
  env: Record<string, string>;
  /** What is typed whenever the text before it is shown; each once, in order. */
  answers?: readonly (readonly [when: string, type: string])[];
  /** What the program that opens the terminal is called; `xterm` stands for one that a person starts. */
  opener?: string;
}

/**
 * Runs a program in a terminal of its own, below nothing but the program that opened it, as a person's desktop does it:
 * whoever runs the tests, an agent perhaps, is not above it.
 */
export function inTerminalOfItsOwn(
  command: readonly string[],
  options: TerminalOptions,
): Promise<TerminalRun> {
  const folder = mkdtempSync(join(tmpdir(), 'pitcrew-terminal-'));
  const opener = namedCopy(which(PYTHON ?? 'python3'), folder, options.opener ?? 'xterm');
  // The shells between are gone at once, and the system's first process is the new parent.
  const child = spawn('/bin/sh', ['-c', '("$@" <&3 3<&- &)', 'sh', opener, '-c', OPEN, ...command], {
    cwd: options.cwd,
    env: { ...options.env, TERM: 'dumb' },
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  // Not the standard input: Node closes that as soon as the first shell is gone.
  const keyboard = child.stdio[3] as Writable;
  const waiting = [...(options.answers ?? [])];
  let shown = '';
  let read = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    shown += chunk.toString('utf8');
    const at = waiting[0] ? shown.indexOf(waiting[0][0], read) : -1;
    const next = at < 0 ? undefined : waiting.shift();
    if (!next) return;
    read = at + next[0].length;
    keyboard.write(`${next[1]}\r`);
  });
  keyboard.on('error', () => {});
  return new Promise((resolve) => {
    child.on('close', () => {
      rmSync(folder, { recursive: true, force: true });
      const plain = shown.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\r', '');
      const [, code = '-1'] = /\[exit (-?\d+)\]\n$/.exec(plain) ?? [];
      resolve({ code: Number(code), shown: plain });
    });
  });
}

/** A program under another name: so it looks to everybody who asks the system. */
export function namedCopy(program: string, folder: string, name: string): string {
  const copy = join(folder, name);
  copyFileSync(realpathSync(program), copy);
  chmodSync(copy, 0o755);
  return copy;
}

const which = (program: string): string =>
  spawnSync('/bin/sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();

/** Nobody waits for it, so it ends by itself. */
const OPEN = `import os, pty, signal, sys
signal.alarm(40)
code = os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:]))
sys.stdout.write('\\n[exit %d]\\n' % code)
`;
