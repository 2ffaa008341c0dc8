import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { LedgerEvent, Run } from '../../ledger/ledger.ts';
import { overlaps } from '../../ledger/overlap.ts';
import { currentOwner } from '../../ledger/owner.ts';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { cmd, collectingLog, tempFolder } from './helpers.ts';

interface Said {
  did: 'register' | 'close' | 'violation';
  run: string;
  fence: number;
  rev: number;
  reason?: string;
}

interface Storm {
  file: string;
  viewFile: string;
  said: Said[];
  errors: string[];
  start(session: string): ChildProcess;
}

function storm(): Storm {
  const folder = tempFolder();
  const file = join(folder, 'pitcrew', 'ledger.db');
  const viewFile = join(folder, '.claude', 'active-runs.md');
  const said: Said[] = [];
  const errors: string[] = [];
  const start = (session: string) => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'storm-worker.ts'), file, session, viewFile],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line)));
    child.stderr.on('data', (chunk) => errors.push(String(chunk)));
    return child;
  };
  return { file, viewFile, said, errors, start };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'close');
}

test('sessions that register hot issues and are killed leave a history without a fault', async () => {
  const { file, viewFile, said, errors, start } = storm();
  let sessions = 0;
  const children = Array.from({ length: 6 }, () => start(`session-${sessions++}`));
  let kills = 0;
  while (said.length < 400 || kills < 12) {
    await delay(120);
    const victim = Math.floor(Math.random() * children.length);
    await end(children[victim] as ChildProcess);
    children[victim] = start(`session-${sessions++}`);
    kills++;
  }
  for (const child of children) await end(child);

  expect(errors.join('')).toBe('');
  expect(said.filter((line) => line.did === 'violation')).toEqual([]);
  const history = readHistory(file);
  expect(history.integrity).toBe('ok');
  expect(faultsOf(history.events, history.runs)).toEqual([]);
  for (const line of said) {
    const run = history.runs.get(line.run);
    expect(run?.fence, `${line.run} was acknowledged`).toBe(line.fence);
    if (line.did === 'close')
      expect(run).toMatchObject({ status: 'completed', commits: [String(line.fence)] });
  }
  expect(readFileSync(viewFile, 'utf8').match(/pitcrew:begin/g)).toHaveLength(1);

  // Everyone is dead now: whatever they held is free at once.
  const ledger = await openSqliteLedger({ file, clock: Date.now, log: collectingLog() });
  onTestFinished(() => ledger.dispose());
  const all = Array.from({ length: 8 }, (_, at) => `sentry:hot/WEB-${at}`);
  const owner = currentOwner({ label: 'last' });
  const command = { cmd: cmd(), session: 'last', owner, base: 'b', ttlMs: 60_000, intent: '' };
  const paths = [{ glob: '**', mode: 'exclusive' as const }];
  expect(await ledger.register({ ...command, incidents: all, paths })).toMatchObject({ ok: true });
});

test('a stopped session keeps its claim and stops nobody else', async () => {
  const { file, said, start } = storm();
  const child = start('frozen');
  while (said.length < 5) await delay(10);
  child.kill('SIGSTOP');
  const ledger = await openSqliteLedger({ file, clock: Date.now, log: collectingLog() });
  onTestFinished(() => ledger.dispose());
  const owner = currentOwner({ label: 'other' });
  const claim = (incidents: string[]) =>
    ledger.register({
      cmd: cmd(),
      session: 'other',
      owner,
      incidents,
      paths: [],
      base: 'b',
      ttlMs: 60_000,
      intent: '',
    });
  // It may have been stopped inside a transaction, then everybody waits for it; that lasts 0.2 ms of its life.
  const other = await claim(['sentry:calm/API-1']).catch((error) => error);
  const { active } = await ledger.list();
  const frozen = active.find((run) => run.session === 'frozen');
  if (frozen && 'ok' in other) {
    expect(frozen.liveness).toBe('live');
    expect(await claim(frozen.incidents)).toMatchObject({ ok: false, conflicts: [{ run: frozen.run }] });
  }
  await end(child);
  expect(await claim(frozen?.incidents ?? ['sentry:hot/WEB-1'])).toMatchObject({ ok: true });
});

interface History {
  integrity: string;
  events: LedgerEvent[];
  runs: Map<string, Run>;
}

/** Read with nothing of the ledger's own code. */
function readHistory(file: string): History {
  const database = new DatabaseSync(file);
  const rows = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map((row) => JSON.parse(String(row.data)));
  const events: LedgerEvent[] = rows('SELECT data FROM events ORDER BY rev, n');
  const runs = new Map(rows('SELECT data FROM runs').map((run: Run) => [run.run, run]));
  const integrity = String(database.prepare('PRAGMA integrity_check').get()?.integrity_check);
  database.close();
  return { integrity, events, runs };
}

/** Replays who held what: no gap in the revisions, fences that only rise, no two holders that overlap. */
function faultsOf(events: readonly LedgerEvent[], runs: ReadonlyMap<string, Run>): string[] {
  const faults: string[] = [];
  const held = new Map<string, Run>();
  let rev = 0;
  let fence = 0;
  for (const event of events) {
    if (event.rev !== rev && event.rev !== rev + 1) faults.push(`revision ${event.rev} after ${rev}`);
    rev = event.rev;
    const run = runs.get(event.run ?? '');
    if (!run) {
      faults.push(`no run for ${event.kind} at ${rev}`);
      continue;
    }
    if (event.kind !== 'registered') {
      held.delete(run.run);
      continue;
    }
    if (run.fence <= fence) faults.push(`fence ${run.fence} after ${fence}`);
    fence = run.fence;
    for (const other of held.values()) {
      if (isTogether(run, other)) faults.push(`at ${rev} ${run.run} and ${other.run} hold the same`);
    }
    held.set(run.run, run);
  }
  return faults;
}

const isTogether = (a: Run, b: Run): boolean =>
  a.session !== b.session &&
  (a.incidents.some((incident) => b.incidents.includes(incident)) ||
    a.paths.some((path) => b.paths.some((other) => overlaps(path.glob, other.glob))));
