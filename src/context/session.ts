import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Owner } from '../../ledger/ledger.ts';
import { STALE_AFTER_MS } from '../../ledger/limits.ts';
import { currentOwner } from '../../ledger/owner.ts';
import { type Standing, standingOf, startedByAgent } from './person.ts';

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
  /** False where the client says that nobody sits before it, or a command is not typed by a person. */
  attended: boolean;
  /** Why nobody's word is to be had here, as the middle of a sentence; absent where `attended`. */
  nobody?: string;
  /** How long a claim lasts without being renewed. */
  leaseMs: number;
}

/**
 * Who is working. A server is a process of its own, and its claims end with it; nothing in the environment can give it
 * another server's name. Commands belong to the session that PITCREW_SESSION names, else to the agent that runs them,
 * whose end is the end of their claims, else to the terminal; of the first and the last no process is known, so only
 * the lease ends their claims.
 */
export async function openSession(
  kind: SessionKind,
  env: NodeJS.ProcessEnv,
  serverLeaseMs: number,
): Promise<Session> {
  if (kind.kind === 'server') return serverSession(kind, env, serverLeaseMs);
  // Looked at only when it matters: where there is no /proc it takes a process.
  let standing: Standing | undefined;
  const seen = () => {
    standing ??= standingOf(env);
    return standing;
  };
  const { id, owner } = await commandIdentity(env, seen);
  return {
    kind: 'command',
    id,
    owner,
    get attended() {
      return seen().nobody === undefined;
    },
    get nobody() {
      return seen().nobody;
    },
    leaseMs: STALE_AFTER_MS,
  };
}

function serverSession(
  kind: Extract<SessionKind, { kind: 'server' }>,
  env: NodeJS.ProcessEnv,
  leaseMs: number,
): Session {
  const owner = currentOwner({ label: kind.clientLabel });
  // Looked at before the first answer and kept: what started a server may be gone, or moved, when it is asked for.
  const nobody = unattendedAs(env.CLAUDE_CODE_ENTRYPOINT ?? '') ?? startedByAgent(kind.clientLabel);
  return {
    kind: 'server',
    id: `server:${randomUUID()}`,
    get owner() {
      return withClientSession(owner, kind.clientSession?.());
    },
    attended: nobody === undefined,
    ...(nobody === undefined ? {} : { nobody }),
    leaseMs,
  };
}

const unattendedAs = (entrypoint: string): string | undefined =>
  WITHOUT_PERSON.test(entrypoint)
    ? `the client runs without a person before it (${entrypoint.slice(0, 40)})`
    : undefined;

/** How Claude Code is started by programs: `-p` and the SDKs (sdk-cli, sdk-ts, sdk-py), as a server, in CI. */
const WITHOUT_PERSON = /^(sdk|mcp$|local-agent|remote)|github|action/i;

const withClientSession = (owner: Owner, session: string | undefined): Owner =>
  session === undefined ? owner : { ...owner, client: { pids: owner.client?.pids ?? [], session } };

async function commandIdentity(
  env: NodeJS.ProcessEnv,
  seen: () => Standing,
): Promise<{ id: string; owner: Owner }> {
  const label = (id: string) => `command line (session ${id})`;
  const unbound = (id: string) => ({ id, owner: currentOwner({ label: label(id), pid: 0 }) });
  if (env.PITCREW_SESSION) return unbound(`named:${env.PITCREW_SESSION}`);
  const session = env.CLAUDE_CODE_SESSION_ID;
  const { agent } = seen();
  if (!agent) return unbound(session ? `claude:${session}` : await terminalSession());
  const id = session ? `claude:${session}` : `agent:${hostname()}:${agent.pid}`;
  const owner = currentOwner({ label: label(id), pid: agent.pid });
  return { id, owner: { ...owner, client: { pids: [agent.pid], ...(session ? { session } : {}) } } };
}

/** The POSIX session of this process, shared by all commands of one terminal; the user's name where unknown. */
async function terminalSession(): Promise<string> {
  const stat = await readFile('/proc/self/stat', 'utf8').catch(() => '');
  // The program's name, in parentheses, may hold spaces; the session is the fourth field after it.
  const session = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3];
  return `terminal:${hostname()}:${session ?? process.getuid?.() ?? 'user'}`;
}
