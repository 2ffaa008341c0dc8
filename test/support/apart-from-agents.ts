import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentOf } from '../../src/context/agents.ts';
import { processesAbove } from '../../src/context/processes.ts';

/**
 * How a server is started whose person a program plays. Below a coding agent the server would, rightly, believe nobody: there
 * the demo and the tests cut their ties to whoever runs them first. The process that is started is then only a shell.
 */
export function apartFromAgents(command: readonly [string, ...string[]]): [string, ...string[]] {
  return belowAgent() ? ['/bin/sh', '-c', CUT_LOOSE, 'sh', ...command] : [...command];
}

function belowAgent(): boolean {
  isBelowAgent ??= processesAbove().some((process) => agentOf(process) !== undefined);
  return isBelowAgent;
}

/**
 * The same with the process that is really started: its id stands in `pidFile` before it begins, whatever lies between.
 */
export const apartWithPid = (
  command: readonly [string, ...string[]],
  pidFile: string,
): [string, ...string[]] =>
  apartFromAgents(['/bin/sh', '-c', 'echo "$$" > "$0"; exec "$@"', pidFile, ...command]);

let isBelowAgent: boolean | undefined;

/** The shells between end at once, so that the system's first process is the new parent; `cat` waits for the server's end. */
export const CUT_LOOSE = 'exec 3<&0 4>&1; { "$@" 9>&1 <&3 >&4 3<&- 4>&- & } | cat >&2';

/**
 * For the start of a whole program, such as a test runner: below a coding agent it starts the same program again without
 * ties to it and without its variables, waits, and exits with its code. Otherwise it does nothing.
 */
export function leaveAgents(): void {
  if (!belowAgent()) return;
  const folder = mkdtempSync(join(tmpdir(), 'pitcrew-apart-'));
  const codeFile = join(folder, 'code');
  try {
    const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
    const noted = ['/bin/sh', '-c', '"$@"; echo "$?" > "$0"', codeFile, ...again];
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_AGENTS.test(name)));
    spawnSync('/bin/sh', ['-c', CUT_LOOSE, 'sh', ...noted], { stdio: 'inherit', env });
    process.exitCode = Number(readFileSync(codeFile, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
  process.exit();
}

const OF_AGENTS = /^(CLAUDECODE|CLAUDE_|CODEX_|GEMINI_CLI|OPENCODE|CURSOR_|AI_AGENT)/;
