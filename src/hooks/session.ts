import type { RunView } from '../../ledger/reader.ts';
import type { HookInput } from './input.ts';

/** Whose hook this is: the client's process, which all of its subagents share, and the session it names. */
export interface HookSession {
  clientPid: number;
  session: string;
}

/** CLAUDE_PID is the client's process; an older client does not say it and is the one that started this hook. */
export const sessionOf = (input: HookInput, env: NodeJS.ProcessEnv): HookSession => ({
  clientPid: Number(env.CLAUDE_PID) || process.ppid,
  session: input.session,
});

/**
 * Whether a run is this session's own: registered through the server that this client started (whatever the session
 * is called after a resume or a clear), or through the command line in its shell.
 */
export function isOwn(run: RunView, { clientPid, session }: HookSession): boolean {
  if (run.owner.client?.pids.includes(clientPid)) return true;
  return session !== '' && (run.session === `claude:${session}` || run.owner.client?.session === session);
}
