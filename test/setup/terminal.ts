import { spawn, spawnSync } from 'node:child_process';

/** Python's own pseudo terminal: on every system that has Python, and nothing to install. */
const PYTHON = ['/usr/bin/python3', 'python3'].find(
  (program) => spawnSync(program, ['-c', 'import pty'], { timeout: 10_000 }).status === 0,
);

/** False where there is no way to make a terminal; then the tests that need one are skipped, and say so. */
export const hasTerminal = PYTHON !== undefined && process.platform !== 'win32';
if (!hasTerminal) console.warn('SKIPPED: no python3 with pty, so no prompt was tried in a terminal.');

export interface TerminalRun {
  code: number | null;
  /** All that the terminal showed, without control sequences. */
  shown: string;
}

/**
 * Runs a program in a terminal and types an answer whenever it shows the text before it. Each answer is given once, in
 * order; `\u0003` is Ctrl-C and `\u0004` Ctrl-D.
 */
export function inTerminal(
  command: string,
  args: readonly string[],
  options: {
    cwd: string;
    env: Record<string, string>;
    answers: readonly (readonly [when: string, type: string])[];
  },
): Promise<TerminalRun> {
  const spawnInPty = 'import os,pty,sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
  const child = spawn(PYTHON ?? 'python3', ['-c', spawnInPty, command, ...args], {
    cwd: options.cwd,
    env: { ...options.env, TERM: 'dumb' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = [...options.answers];
  let shown = '';
  let read = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString('utf8');
    const at = waiting[0] ? shown.indexOf(waiting[0][0], read) : -1;
    const next = at < 0 ? undefined : waiting.shift();
    if (!next) return;
    read = at + next[0].length;
    child.stdin.write(
      next[1].startsWith('\u0003') || next[1].startsWith('\u0004') ? next[1] : `${next[1]}\r`,
    );
  });
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, shown: shown.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\r', '') });
    });
  });
}
