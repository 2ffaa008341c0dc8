import type { Changes } from '../apply/state.ts';
import type { Run } from '../ledger.ts';
import { ANSWER_KEPT_MS } from '../limits.ts';
import type { Database } from './database.ts';

/** Writes `changes` down; part of the command's own transaction. */
export function saveChanges(database: Database, changes: Changes, now: number): void {
  database.run(
    'UPDATE ledger SET rev = ?1, fence = ?2 WHERE id = 1 AND (rev <> ?1 OR fence <> ?2)',
    changes.rev,
    changes.fence,
  );
  saveRuns(database, changes.runs);
  for (const ticket of changes.dropTickets) database.run('DELETE FROM tickets WHERE ticket = ?', ticket);
  for (const ticket of changes.tickets) {
    const data = JSON.stringify(ticket);
    database.run('INSERT OR REPLACE INTO tickets VALUES (?, ?, ?)', ticket.ticket, ticket.number, data);
  }
  changes.events.forEach((event, n) => {
    database.run('INSERT INTO events VALUES (?, ?, ?, ?)', event.rev, n, event.at, JSON.stringify(event));
  });
  for (const { session, triage } of changes.triages) {
    const data = JSON.stringify(triage);
    database.run(
      'INSERT OR REPLACE INTO triages VALUES (?, ?, ?, ?, ?)',
      triage.id,
      changes.rev,
      session,
      now,
      data,
    );
  }
  for (const selection of changes.selections) {
    const data = JSON.stringify(selection);
    database.run('INSERT INTO selections VALUES (?, ?, ?, ?)', changes.rev, selection.triage, now, data);
    for (const incident of selection.incidents) {
      database.run('INSERT INTO selected VALUES (?, ?)', incident, changes.rev);
    }
  }
  for (const { incident, step } of changes.dropSteps) {
    database.run('DELETE FROM steps WHERE incident = ? AND step = ?', incident, step);
  }
  for (const { incident, step, run, data } of changes.steps) {
    database.run(
      'INSERT OR REPLACE INTO steps VALUES (?, ?, ?, ?)',
      incident,
      step,
      run,
      JSON.stringify(data),
    );
  }
  if (changes.forget) forget(database, changes.forget, now);
}

/** Keeps the answer. One that is too old to be repeated gives way; the others of its age go with the next trim. */
export function saveAnswer(
  database: Database,
  cmd: string,
  kind: string,
  answer: unknown,
  now: number,
): void {
  database.run('INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)', cmd, kind, now, JSON.stringify(answer));
}

/** All claims go before the first comes: an incident may pass from one changed run to another. */
function saveRuns(database: Database, runs: readonly Run[]): void {
  for (const run of runs) database.run('DELETE FROM claims WHERE run = ?', run.run);
  for (const run of runs) {
    database.run(
      `INSERT INTO runs VALUES (?, ?, ?, ?, ?) ON CONFLICT (run) DO UPDATE
       SET status = excluded.status, fence = excluded.fence, closed_at = excluded.closed_at, data = excluded.data`,
      run.run,
      run.status,
      run.fence,
      run.closedAt ?? null,
      JSON.stringify(run),
    );
    if (run.status !== 'active') continue;
    for (const incident of run.incidents) database.run('INSERT INTO claims VALUES (?, ?)', incident, run.run);
  }
}

function forget(database: Database, { runs, before }: { runs: string[]; before: number }, now: number): void {
  for (const run of runs) database.run('DELETE FROM runs WHERE run = ?', run);
  database.run('DELETE FROM events WHERE at < ?', before);
  // What was chosen and listed stays as long as somebody works on it.
  database.run(
    `DELETE FROM selected WHERE incident NOT IN (SELECT incident FROM claims)
     AND rev IN (SELECT rev FROM selections WHERE at < ?)`,
    before,
  );
  database.run('DELETE FROM selections WHERE at < ? AND rev NOT IN (SELECT rev FROM selected)', before);
  database.run('DELETE FROM triages WHERE at < ? AND id NOT IN (SELECT triage FROM selections)', before);
  database.run('DELETE FROM answers WHERE at <= ?', now - ANSWER_KEPT_MS);
  database.run('UPDATE ledger SET trimmed_at = ? WHERE id = 1', now);
}
