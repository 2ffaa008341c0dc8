import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, vi } from 'vitest';
import type { Ledger } from '../../../ledger/ledger.ts';
import { groupCommit } from '../../../ledger/sqlite/group/group-commit.ts';
import { openSqliteLedger } from '../../../ledger/sqlite-ledger.ts';
import { collectingLog, ownerOf, tempFolder } from '../helpers.ts';

export interface Session {
  child: ChildProcess;
  /** Registers all of them at once. */
  ask(...incidents: string[]): void;
  /** The run that it was given for each incident, or `refused`. */
  answers: Map<string, string>;
  end(): Promise<void>;
}

/** A process that leads or follows where others want the store, too. */
export async function openSession(file: string, name: string, view = ''): Promise<Session> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'session.ts'), file, name, view], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const answers = new Map<string, string>();
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'ready') return resolve();
      const [incident = '', answer = ''] = line.split(' ');
      answers.set(incident, answer);
    });
  });
  await ready;
  return {
    child,
    answers,
    ask: (...incidents) => void child.stdin.write(`${incidents.join(' ')}\n`),
    end: async () => {
      const closed = once(child, 'close');
      child.stdin.end();
      await closed;
    },
  };
}

/** Takes the store's write lock, as another program does that is in the middle of its transaction; the result lets go. */
export function holdLock(file: string): () => void {
  const database = new DatabaseSync(file);
  database.exec('BEGIN IMMEDIATE');
  return () => database.close();
}

export const placeOf = (file: string): string => join(file, '..', 'group.sock');

/** How many are connected to the leader: the kernel's own list has a line for who listens and one for each. */
export const followersOf = (file: string): number =>
  readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .filter((line) => line.endsWith(placeOf(file))).length - 1;

export const newStore = async (): Promise<string> => {
  const file = join(tempFolder(), 'pitcrew', 'ledger.db');
  await (await openSqliteLedger({ file, clock: Date.now, log: collectingLog() })).dispose();
  return file;
};

/** The incidents of all runs that were ever granted; a process that is gone has lost its own by now. */
export async function registered(file: string): Promise<string[]> {
  const ledger = await openSqliteLedger({ file, clock: Date.now, log: collectingLog() });
  const events = await ledger.events({ afterRev: 0, limit: 1000 });
  const { active, recent } = await ledger.list();
  await ledger.dispose();
  const granted = events.filter(({ kind }) => kind === 'registered').map(({ run }) => run);
  expect(new Set(granted)).toEqual(new Set([...active, ...recent].map(({ run }) => run)));
  expect(new Set(granted).size).toBe(granted.length);
  return [...active, ...recent].flatMap(({ incidents }) => incidents).sort();
}

export const names = (session: string, count: number) =>
  Array.from({ length: count }, (_, at) => `sentry:a/${session.toUpperCase()}-${at}`);

export const answered = (session: Session, count: number) =>
  vi.waitFor(() => expect(session.answers.size).toBe(count), { timeout: 20_000, interval: 10 });

export async function openTogether(file: string): Promise<Ledger> {
  const ledger = await openSqliteLedger({
    file,
    clock: Date.now,
    log: collectingLog(),
    together: groupCommit('test'),
  });
  onTestFinished(() => ledger.dispose());
  return ledger;
}

export const register = (ledger: Ledger, incident: string) =>
  ledger.register({
    cmd: randomUUID(),
    session: 'here',
    owner: ownerOf('here'),
    incidents: [incident],
    paths: [],
    base: 'b',
    ttlMs: 60_000,
    intent: '',
  });

export const leading = (file: string) =>
  vi.waitFor(() => expect(existsSync(placeOf(file))).toBe(true), { timeout: 10_000, interval: 5 });

/** Two sessions of which the first leads and the other follows, with one incident each. */
export async function group(file: string, view?: string): Promise<[Session, Session]> {
  const leader = await openSession(file, 'leader', view);
  const follower = await openSession(file, 'follower', view);
  const letLead = holdLock(file);
  leader.ask('sentry:a/FIRST-1');
  await leading(file);
  letLead();
  await answered(leader, 1);
  const letFollow = holdLock(file);
  follower.ask('sentry:a/FIRST-2');
  // Followed at once, since the leader has nothing else to do; and asked for no longer than it has patience.
  await vi.waitFor(() => expect(followersOf(file)).toBe(1), { timeout: 2000, interval: 2 });
  letFollow();
  await answered(follower, 1);
  return [leader, follower];
}

/** What a real leader of this store says first; it has registered one incident, and is gone. */
export async function greetingOf(file: string): Promise<string> {
  const ledger = await openTogether(file);
  const letGo = holdLock(file);
  const asked = register(ledger, 'sentry:a/OTHER-1');
  await leading(file);
  const [greeting] = await once(connect(placeOf(file)).setEncoding('utf8'), 'data');
  letGo();
  await asked;
  await ledger.dispose();
  return String(greeting).trim();
}
