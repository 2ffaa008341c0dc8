import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { currentOwner } from '../../ledger/owner.ts';
import { commandId } from '../../src/core/command-id.ts';
import type { OpenStore } from './store.ts';

const fileIn = (folder: string): string => join(folder, 'same-rows.db');
const LEASE_MS = 120_000;

/**
 * Raw `node:sqlite` that writes down what ours must: the run with its owner and paths, the claim, the event, the answer of
 * the command, the revision and the fence. By hand, in one BEGIN IMMEDIATE, with the active runs read and compared letter by
 * letter; without layers, globs, tickets, steps, a look for dead owners, or a view.
 */
export const openSameRows: OpenStore = async ({ folder, worker }) => {
  const database = connect(folder);
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const repeated = database.prepare('SELECT answer FROM answers WHERE cmd = ?');
  const head = database.prepare('SELECT rev, fence FROM ledger WHERE id = 1');
  const active = database.prepare("SELECT data FROM runs WHERE status = 'active'");
  const named = database.prepare('SELECT data FROM runs WHERE fence = ?');
  const raise = database.prepare('UPDATE ledger SET rev = ?, fence = ? WHERE id = 1');
  const insert = database.prepare("INSERT INTO runs VALUES (?, 'active', NULL, ?)");
  const shut = database.prepare(
    "UPDATE runs SET status = 'completed', closed_at = ?, data = ? WHERE fence = ?",
  );
  const claim = database.prepare('INSERT INTO claims VALUES (?, ?)');
  const release = database.prepare('DELETE FROM claims WHERE run = ?');
  const record = database.prepare('INSERT INTO events VALUES (?, ?, ?)');
  const remember = database.prepare('INSERT INTO answers VALUES (?, ?, ?)');
  const owner = currentOwner({ label: `bench ${worker}` });
  const session = `bench-${worker}`;
  const fences = new Map<string, number>();

  const write = (cmd: string, rev: number, fence: number, event: object, answer: object): void => {
    raise.run(rev, fence);
    record.run(rev, Date.now(), JSON.stringify(event));
    remember.run(cmd, Date.now(), JSON.stringify(answer));
  };
  return {
    async register({ issue, path }) {
      const cmd = commandId();
      const incident = `sentry:acme/${issue}`;
      begin.run();
      if (repeated.get(cmd)) throw new Error('No command is repeated here.');
      const last = head.get();
      const rev = Number(last?.rev) + 1;
      const fence = Number(last?.fence) + 1;
      const now = Date.now();
      for (const row of active.iterate()) {
        const held = JSON.parse(String(row.data));
        const isTaken =
          held.incidents.includes(incident) || held.paths.some(({ glob }: Path) => glob === path);
        if (isTaken) throw new Error('Nobody wants the same here.');
      }
      const run = {
        run: `r${fence}`,
        session,
        owner,
        incidents: [incident],
        paths: [{ glob: path, mode: 'exclusive' }],
        base: 'HEAD',
        intent: 'bench',
        fence,
        status: 'active',
        startedAt: now,
        renewedAt: now,
        expiresAt: now + LEASE_MS,
        commits: [],
      };
      insert.run(fence, JSON.stringify(run));
      claim.run(incident, fence);
      const summary = `${owner.label} claimed ${incident}, ${path}`;
      const event = { session, run: run.run, kind: 'registered', summary, rev, at: now };
      write(cmd, rev, fence, event, { ok: true, run, rev });
      commit.run();
      fences.set(issue, fence);
      return true;
    },
    async close({ issue }) {
      const cmd = commandId();
      const fence = fences.get(issue) ?? 0;
      fences.delete(issue);
      begin.run();
      if (repeated.get(cmd)) throw new Error('No command is repeated here.');
      const last = head.get();
      const rev = Number(last?.rev) + 1;
      const now = Date.now();
      const run = JSON.parse(String(named.get(fence)?.data));
      shut.run(now, JSON.stringify({ ...run, status: 'completed', closedAt: now }), fence);
      release.run(fence);
      const summary = `${owner.label}: completed ${run.incidents.join()}`;
      const event = { session, run: run.run, kind: 'closed', summary, rev, at: now };
      write(cmd, rev, Number(last?.fence), event, { ok: true, rev });
      commit.run();
    },
    end: async () => database.close(),
  };
};

interface Path {
  glob: string;
}

export function makeSameRows(folder: string): void {
  const database = connect(folder);
  database.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE ledger (id INTEGER PRIMARY KEY, rev INTEGER, fence INTEGER);
    INSERT INTO ledger VALUES (1, 0, 0);
    CREATE TABLE runs (fence INTEGER PRIMARY KEY, status TEXT, closed_at INTEGER, data TEXT);
    CREATE INDEX runs_active ON runs (fence) WHERE status = 'active';
    CREATE INDEX runs_closed ON runs (closed_at) WHERE closed_at IS NOT NULL;
    CREATE TABLE claims (incident TEXT PRIMARY KEY, run INTEGER) WITHOUT ROWID;
    CREATE TABLE events (rev INTEGER PRIMARY KEY, at INTEGER, data TEXT);
    CREATE TABLE answers (cmd TEXT PRIMARY KEY, at INTEGER, answer TEXT) WITHOUT ROWID`);
  database.close();
}

export function keptInSameRows(folder: string): Set<string> {
  const database = connect(folder);
  const rows = database.prepare("SELECT data FROM events WHERE data LIKE '%registered%'").all();
  database.close();
  return new Set(rows.flatMap(({ data }) => String(data).match(/sentry:acme\/([A-Z]+-\d+)/)?.[1] ?? []));
}

function connect(folder: string): DatabaseSync {
  const database = new DatabaseSync(fileIn(folder), { timeout: 30_000 });
  database.exec('PRAGMA synchronous = NORMAL');
  return database;
}
