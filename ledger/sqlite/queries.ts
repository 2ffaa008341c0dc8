import { ticketViews } from '../apply/line.ts';
import type {
  IncidentRecord,
  LedgerEvent,
  Run,
  RunView,
  Selection,
  StepName,
  Steps,
  TicketView,
  Triage,
} from '../ledger.ts';
import { HISTORY_DAYS, LISTED_RECENT } from '../limits.ts';
import type { Sight } from '../liveness.ts';
import { viewOf } from '../views.ts';
import type { Database } from './database.ts';
import { holdingsIn } from './holdings.ts';
import { loadHead, stepsOf, worktrees } from './load.ts';
import { parsed, storedRun } from './rows.ts';
import { EVENTS_OF_ONE } from './schema.ts';

export interface Listing {
  store: string;
  rev: number;
  active: RunView[];
  recent: Run[];
  waiting: TicketView[];
}

/** Active runs, oldest first, and those closed within the history, newest first and at most `most` of them. */
export function listRuns(database: Database, file: string, moment: Sight, most = LISTED_RECENT): Listing {
  const { store, rev } = loadHead(database, file);
  const { runs, tickets } = holdingsIn(database);
  const rows = worktrees(database);
  const since = moment.now - HISTORY_DAYS * 86_400_000;
  return {
    store,
    rev,
    active: [...runs]
      .sort((a, b) => a.startedAt - b.startedAt || a.fence - b.fence)
      .map((run) => viewOf(run, rows, moment)),
    recent: database
      .all(
        'SELECT data FROM runs WHERE closed_at >= ? ORDER BY closed_at DESC, fence DESC LIMIT ?',
        since,
        most,
      )
      .map(storedRun),
    waiting: ticketViews(tickets, moment),
  };
}

/** Events after a revision, at least `limit` of them where there are so many: a revision is never cut in two. */
export function eventsAfter(database: Database, afterRev: number, limit: number): LedgerEvent[] {
  return database
    .all(
      `SELECT data FROM events WHERE id >= ?1 AND id <
         (SELECT (max(id) / ${EVENTS_OF_ONE} + 1) * ${EVENTS_OF_ONE}
          FROM (SELECT id FROM events WHERE id >= ?1 ORDER BY id LIMIT ?2))
       ORDER BY id`,
      (afterRev + 1) * EVENTS_OF_ONE,
      Math.max(1, limit),
    )
    .map(parsed<LedgerEvent>);
}

export function findTriage(database: Database, query: { id?: string; session?: string }): Triage | undefined {
  const row =
    query.id !== undefined
      ? database.get('SELECT data FROM triages WHERE id = ?', query.id)
      : query.session !== undefined
        ? database.get('SELECT data FROM triages WHERE session = ? ORDER BY rev DESC LIMIT 1', query.session)
        : database.get('SELECT data FROM triages ORDER BY rev DESC LIMIT 1');
  return row && parsed<Triage>(row);
}

export function incidentRecord(database: Database, incident: string, moment: Sight): IncidentRecord {
  const chosen = database.get(
    `SELECT selections.data, selections.rev FROM selected JOIN selections ON selections.rev = selected.rev
     WHERE selected.incident = ? ORDER BY selected.rev DESC LIMIT 1`,
    incident,
  );
  const newest = chosen && parsed<Selection>(chosen);
  const selection =
    newest && isTakenBack(database, incident, newest, Number(chosen.rev)) ? undefined : newest;
  const candidate =
    selection &&
    findTriage(database, { id: selection.triage })?.candidates.find((row) => row.incident === incident);
  const holder = database.get(
    'SELECT runs.data FROM claims JOIN runs ON runs.n = CAST(substr(claims.run, 2) AS INTEGER) WHERE claims.incident = ?',
    incident,
  );
  const steps: Partial<Record<StepName, Steps[StepName]>> = {};
  for (const row of stepsOf(database, incident)) steps[row.step] = row.data;
  return {
    incident,
    ...(selection ? { selection } : {}),
    ...(candidate ? { candidate } : {}),
    ...(holder ? { run: viewOf(storedRun(holder), worktrees(database), moment) } : {}),
    // Each row's data was recorded under its own step's name.
    steps: steps as Partial<Steps>,
  };
}

/** A later answer of the same session to a triage that showed the incident, and that left it out: a no after a yes. */
function isTakenBack(database: Database, incident: string, selection: Selection, rev: number): boolean {
  return database
    .all('SELECT data FROM selections WHERE rev > ?', rev)
    .map(parsed<Selection>)
    .filter((later) => later.session === selection.session)
    .some((later) =>
      findTriage(database, { id: later.triage })?.candidates.some((row) => row.incident === incident),
    );
}
