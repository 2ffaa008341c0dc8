import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Owner } from '../../ledger/ledger.ts';
import { DEFAULT_LEASE_MS, STALE_AFTER_MS } from '../../ledger/limits.ts';
import { currentOwner } from '../../ledger/owner.ts';

/** A server lives as long as its session; a command is one step of a session that outlives it. */
export type SessionKind =
  | {
      kind: 'server';
      clientLabel: string;
      /** The client's own id of its session, as far as its hooks have told it. */
      clientSession?: () => string | undefined;
    }
  | { kind: 'command' };

export interface Session {
  kind: SessionKind['kind'];
  id: string;
  owner: Owner;
  /** False where the client says that nobody sits before it, or a command is run by an agent. */
  attended: boolean;
  /** How long a claim lasts without being renewed. */
  leaseMs: number;
}

/**
 * Who is working. A server is a process of its own, and its claims end with it; nothing in the environment can give it
 * another server's name. Commands belong to the session that PITCREW_SESSION names, else to the client that runs them,
 * else to the terminal; as none of these is a process of ours, only the lease ends their claims.
 */
export async function openSession(kind: SessionKind, env: NodeJS.ProcessEnv): Promise<Session> {
  if (kind.kind === 'server') {
    const owner = currentOwner({ label: kind.clientLabel });
    return {
      kind: 'server',
      id: `server:${randomUUID()}`,
      get owner() {
        return withClientSession(owner, kind.clientSession?.());
      },
      attended: !env.CLAUDE_CODE_ENTRYPOINT?.startsWith('sdk'),
      leaseMs: DEFAULT_LEASE_MS,
    };
  }
  const id = await commandSession(env);
  return {
    kind: 'command',
    id,
    owner: currentOwner({ label: `command line (session ${id})`, pid: 0 }),
    attended: !AGENT_VARIABLES.some((name) => env[name] !== undefined),
    leaseMs: STALE_AFTER_MS,
  };
}

const withClientSession = (owner: Owner, session: string | undefined): Owner =>
  session === undefined ? owner : { ...owner, client: { pids: owner.client?.pids ?? [], session } };

/** Set by coding agents in the shells that they run: whoever types there is no person, terminal or not. */
const AGENT_VARIABLES = [
  'CLAUDECODE',
  'CLAUDE_CODE_ENTRYPOINT',
  'CODEX_SANDBOX',
  'CODEX_THREAD_ID',
  'GEMINI_CLI',
  'OPENCODE',
  'CURSOR_AGENT',
  'AI_AGENT',
];

async function commandSession(env: NodeJS.ProcessEnv): Promise<string> {
  if (env.PITCREW_SESSION) return `named:${env.PITCREW_SESSION}`;
  if (env.CLAUDE_CODE_SESSION_ID) return `claude:${env.CLAUDE_CODE_SESSION_ID}`;
  return terminalSession();
}

/** The POSIX session of this process, shared by all commands of one terminal; the user's name where unknown. */
async function terminalSession(): Promise<string> {
  const stat = await readFile('/proc/self/stat', 'utf8').catch(() => '');
  // The program's name, in parentheses, may hold spaces; the session is the fourth field after it.
  const session = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3];
  return `terminal:${hostname()}:${session ?? process.getuid?.() ?? 'user'}`;
}
