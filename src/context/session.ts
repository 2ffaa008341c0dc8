import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Owner } from '../../ledger/ledger.ts';
import { DEFAULT_LEASE_MS, STALE_AFTER_MS } from '../../ledger/limits.ts';
import { currentOwner } from '../../ledger/owner.ts';

/** A server lives as long as its session; a command is one step of a session that outlives it. */
export type SessionKind = { kind: 'server'; clientLabel: string } | { kind: 'command' };

export interface Session {
  id: string;
  owner: Owner;
  /** False where the client says that nobody sits before it, and so closes every question by itself. */
  attended: boolean;
  /** How long a claim lasts without being renewed. */
  leaseMs: number;
}

/**
 * Who is working. A server is a process of its own, and its claims end with it. Commands belong to the session named
 * by PITCREW_SESSION, else by the client that runs them, else to the terminal's process session; as none of these is
 * a process of ours, only the lease ends their claims.
 */
export async function openSession(kind: SessionKind, env: NodeJS.ProcessEnv): Promise<Session> {
  const named = env.PITCREW_SESSION;
  if (kind.kind === 'server') {
    const owner = currentOwner({ label: kind.clientLabel });
    return {
      id: named ?? `server:${randomUUID()}`,
      owner,
      attended: !env.CLAUDE_CODE_ENTRYPOINT?.startsWith('sdk'),
      leaseMs: DEFAULT_LEASE_MS,
    };
  }
  const id =
    named ?? (env.CLAUDE_CODE_SESSION_ID ? `claude:${env.CLAUDE_CODE_SESSION_ID}` : await terminalSession());
  const owner = currentOwner({ label: `command line (session ${id})`, pid: 0 });
  return { id, owner, attended: true, leaseMs: STALE_AFTER_MS };
}

/** The POSIX session of this process, shared by all commands of one terminal; the user's name where unknown. */
async function terminalSession(): Promise<string> {
  const stat = await readFile('/proc/self/stat', 'utf8').catch(() => '');
  // The program's name, in parentheses, may hold spaces; the session is the fourth field after it.
  const session = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3];
  return `terminal:${hostname()}:${session ?? process.getuid?.() ?? 'user'}`;
}
