import { runOf } from '../apply/refusals.ts';
import type { Changes, State } from '../apply/state.ts';
import type { Run } from '../ledger.ts';
import { ANSWER_KEPT_MS } from '../limits.ts';
import type { Database } from './database.ts';
import type { WrittenRun } from './holdings.ts';
import { EVENTS_OF_ONE } from './schema.ts';

/**
 * Writes `changes` and the answer of `command` down, all but the head (`saveHead`); part of the command's own transaction.
 * `state` is what they were made from. Answers with the rows of the changed runs, for `rememberWritten`.
 */
export function saveChanges(
  database: Database,
  state: Pick<State, 'runs' | 'named'>,
  changes: Changes,
  command: { cmd: string | undefined; kind: string; answer: unknown; now: number },
): WrittenRun[] {
  const { now } = command;
  const written = saveRuns(database, state, changes.runs);
  saveTickets(database, changes);
  saveEvents(database, changes, command);
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
  return written;
}

/** Where the ledger stands: once for all commands of a transaction, before it ends or the head is read again. */
export function saveHead(database: Database, { rev, fence }: Pick<Changes, 'rev' | 'fence'>): void {
  database.run('UPDATE ledger SET rev = ?, fence = ? WHERE id = 1', rev, fence);
}

/** All claims go before the first comes: an incident may pass from one changed run to another. */
function saveRuns(
  database: Database,
  state: Pick<State, 'runs' | 'named'>,
  runs: readonly Run[],
): WrittenRun[] {
  const changed = runs.map((run) => ({ run, before: runOf(state, run.run) }));
  const reclaimed = changed.filter(({ run, before }) => !holdsTheSame(run, before));
  for (const { run, before } of reclaimed) {
    for (const incident of before?.incidents ?? [])
      database.run('DELETE FROM claims WHERE incident = ? AND run = ?', incident, run.run);
  }
  const written = changed.map(({ run, before }) => saveRun(database, run, before));
  for (const { run } of reclaimed) {
    if (run.status !== 'active') continue;
    for (const incident of run.incidents) database.run('INSERT INTO claims VALUES (?, ?)', incident, run.run);
  }
  return written;
}

const holdsTheSame = (run: Run, before: Run | undefined): boolean =>
  run.status === before?.status && run.incidents.join('\n') === before.incidents.join('\n');

function saveRun(database: Database, run: Run, before: Run | undefined): WrittenRun {
  const { run: id, status, fence, closedAt = null } = run;
  const data = JSON.stringify(run);
  if (!before) {
    const insert = 'INSERT INTO runs VALUES (CAST(substr(?1, 2) AS INTEGER), ?1, ?2, ?3, ?4, ?5)';
    database.run(insert, id, status, fence, closedAt, data);
  } else if (status === before.status && fence === before.fence && closedAt === (before.closedAt ?? null)) {
    // Nothing that an index holds: no page of one is written.
    database.run('UPDATE runs SET data = ?2 WHERE n = CAST(substr(?1, 2) AS INTEGER)', id, data);
  } else {
    const update =
      'UPDATE runs SET status = ?2, fence = ?3, closed_at = ?4, data = ?5 WHERE n = CAST(substr(?1, 2) AS INTEGER)';
    database.run(update, id, status, fence, closedAt, data);
  }
  return { run: id, ...(status === 'active' && { data }) };
}

function saveTickets(database: Database, { tickets, dropTickets }: Changes): void {
  for (const ticket of dropTickets) database.run('DELETE FROM tickets WHERE ticket = ?', ticket);
  for (const ticket of tickets) {
    const data = JSON.stringify(ticket);
    database.run('INSERT OR REPLACE INTO tickets VALUES (?, ?, ?)', ticket.ticket, ticket.number, data);
  }
}

/**
 * The events, and the answer beside the first of them: there it goes to the end of a table, while a command's id that is not
 * made in order (`commandId`) falls on any page. One that is too old to be repeated gives way; the others of its age go with the next trim.
 */
function saveEvents(
  database: Database,
  { rev, events }: Changes,
  { cmd, kind, answer, now }: { cmd: string | undefined; kind: string; answer: unknown; now: number },
): void {
  const first = rev * EVENTS_OF_ONE;
  const text = cmd === undefined ? null : JSON.stringify(answer);
  events.forEach((event, n) => {
    const data = JSON.stringify(event);
    database.run('INSERT INTO events VALUES (?, ?, ?, ?)', first + n, event.at, data, n === 0 ? text : null);
  });
  if (cmd === undefined) return;
  const [inline, beside] = events.length > 0 ? [null, first] : [text, null];
  database.run('INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)', cmd, kind, now, inline, beside);
}

function forget(database: Database, { runs, before }: { runs: string[]; before: number }, now: number): void {
  for (const run of runs) database.run('DELETE FROM runs WHERE n = CAST(substr(?1, 2) AS INTEGER)', run);
  database.run('DELETE FROM answers WHERE at <= ?', now - ANSWER_KEPT_MS);
  // An answer may have to outlive its event, and an event outlives most answers.
  database.run(
    `UPDATE answers SET answer = (SELECT events.answer FROM events WHERE id = answers.event), event = NULL
     WHERE event IN (SELECT id FROM events WHERE at < ?)`,
    before,
  );
  database.run('DELETE FROM events WHERE at < ?', before);
  database.run('UPDATE events SET answer = NULL WHERE answer IS NOT NULL AND at <= ?', now - ANSWER_KEPT_MS);
  // What was chosen and listed stays as long as somebody works on it.
  database.run(
    `DELETE FROM selected WHERE incident NOT IN (SELECT incident FROM claims)
     AND rev IN (SELECT rev FROM selections WHERE at < ?)`,
    before,
  );
  database.run('DELETE FROM selections WHERE at < ? AND rev NOT IN (SELECT rev FROM selected)', before);
  database.run('DELETE FROM triages WHERE at < ? AND id NOT IN (SELECT triage FROM selections)', before);
  database.run('UPDATE ledger SET trimmed_at = ? WHERE id = 1', now);
}
