import { agentOf } from '../../src/context/agents.ts';
import { processesAbove } from '../../src/context/processes.ts';

/**
 * How a server is started whose person a program plays. Below a coding agent the server would, rightly, believe nobody: there
 * the demo and the tests cut their ties to whoever runs them first. The process that is started is then only a shell.
 */
export function apartFromAgents(command: readonly [string, ...string[]]): [string, ...string[]] {
  isBelowAgent ??= processesAbove().some((process) => agentOf(process) !== undefined);
  return isBelowAgent ? ['/bin/sh', '-c', CUT_LOOSE, 'sh', ...command] : [...command];
}

let isBelowAgent: boolean | undefined;

/** The shells between end at once, so that the system's first process is the new parent; `cat` waits for the server's end. */
export const CUT_LOOSE = 'exec 3<&0 4>&1; { "$@" 9>&1 <&3 >&4 3<&- 4>&- & } | cat >&2';
