import { ticketViews } from '../apply/line.ts';
import type { StepRow } from '../apply/state.ts';
import type {
  IncidentRecord,
  LedgerEvent,
  Run,
  RunView,
  Selection,
  StepName,
  Steps,
  Ticket,
  TicketView,
  Triage,
} from '../ledger.ts';
import { HISTORY_DAYS } from '../limits.ts';
import type { Sight } from '../liveness.ts';
import { sightOf } from '../owners.ts';
import { viewOf } from '../views.ts';
import { missing, tooNew } from './failures.ts';
import { type Place, stepsOf, type WorktreeData, worktreeOf, worktreesOf } from './load.ts';
import { FORMAT } from './schema.ts';
import { type Sql, sql } from './sql.ts';

/** Asks one statement, whose answer is one column `data`; `undefined` where there is no row. */
export type Ask = <T>(statement: Sql) => Promise<T | undefined>;
export type JudgeOwners = NonNullable<Parameters<typeof sightOf>[1]>;

/** Rows as they are stored, with the server's time. */
export interface Picture {
  format: number;
  store: string;
  rev: number;
  now: number;
  trimmedAt: number;
  runs: Run[];
  recent: Run[];
  tickets: Ticket[];
  worktrees: WorktreeData[];
}

export interface Listing {
  store: string;
  rev: number;
  active: RunView[];
  recent: Run[];
  waiting: TicketView[];
}

const RECENT_LIMIT = 100;

/** What is held and waited for now; with `recent` also the runs that were closed within the history, newest first. */
export async function pictureOf(place: Place, ask: Ask, parts: { recent: boolean }): Promise<Picture> {
  const { repository, now } = place;
  const recent = sql`(SELECT coalesce(json_agg(data), '[]') FROM (
    SELECT data FROM pitcrew.runs
    WHERE repository = ${repository} AND closed_at >= ${now} - ${HISTORY_DAYS * 86_400_000}
    ORDER BY closed_at DESC, fence DESC LIMIT ${RECENT_LIMIT}) AS closed)`;
  const picture = await ask<Picture>(sql`SELECT json_build_object(
    'format', (SELECT format FROM pitcrew.format),
    'store', store, 'rev', rev, 'now', ${now}, 'trimmedAt', trimmed_at,
    'runs', (SELECT coalesce(json_agg(data), '[]') FROM pitcrew.runs
      WHERE repository = ${repository} AND status = 'active'),
    'recent', ${parts.recent ? recent : sql`'[]'::json`},
    'tickets', (SELECT coalesce(json_agg(data), '[]') FROM pitcrew.tickets WHERE repository = ${repository}),
    'worktrees', ${worktreesOf(repository)}
  ) AS data FROM pitcrew.ledger WHERE repository = ${repository}`);
  if (!picture) throw missing(place.shown, repository);
  if (picture.format > FORMAT) throw tooNew(place.shown, picture.format, FORMAT);
  return picture;
}

export async function revisionOf({ shown, repository }: Place, ask: Ask): Promise<number> {
  const rev = await ask<string>(sql`SELECT rev AS data FROM pitcrew.ledger WHERE repository = ${repository}`);
  if (rev === undefined) throw missing(shown, repository);
  return Number(rev);
}

/** The rows as people see them at `now` (epoch milliseconds of the server's clock): active runs oldest first. */
export function listingOf(picture: Picture, now: number, judge?: JudgeOwners): Listing {
  const { store, rev, runs, recent, tickets, worktrees } = picture;
  const sight: Sight = { ...sightOf([...runs, ...tickets], judge), now };
  return {
    store,
    rev,
    active: [...runs]
      .sort((a, b) => a.startedAt - b.startedAt || a.fence - b.fence)
      .map((run) => viewOf(run, worktrees.map(worktreeOf), sight)),
    recent,
    waiting: ticketViews(tickets, now),
  };
}

/** Events after a revision, at least `limit` of them where there are so many: a revision is never cut in two. */
export async function eventsAfter(
  { repository }: Place,
  ask: Ask,
  query: { afterRev: number; limit: number },
): Promise<LedgerEvent[]> {
  const of = sql`FROM pitcrew.events WHERE repository = ${repository} AND rev > ${query.afterRev}`;
  const last = sql`SELECT max(rev) FROM (SELECT rev ${of} ORDER BY rev, n LIMIT ${Math.max(1, query.limit)}) AS page`;
  const events = await ask<LedgerEvent[]>(
    sql`SELECT coalesce(json_agg(data ORDER BY rev, n), '[]') AS data ${of} AND rev <= (${last})`,
  );
  return events ?? [];
}

export function findTriage(
  { repository }: Place,
  ask: Ask,
  query: { id?: string; session?: string },
): Promise<Triage | undefined> {
  const which =
    query.id !== undefined
      ? sql`AND id = ${query.id}`
      : query.session !== undefined
        ? sql`AND session = ${query.session}`
        : sql``;
  return ask<Triage>(
    sql`SELECT data FROM pitcrew.triages WHERE repository = ${repository} ${which} ORDER BY rev DESC LIMIT 1`,
  );
}

interface IncidentRows {
  now: number;
  chosen: { selection: Selection; rev: number; triage: Triage | null } | null;
  /** Later selections, each with the triage that it answers. */
  later: { selection: Selection; triage: Triage | null }[];
  holder: Run | null;
  worktrees: WorktreeData[];
  steps: StepRow[];
}

export async function incidentRecord(
  { repository, now }: Place,
  ask: Ask,
  incident: string,
  judge?: JudgeOwners,
): Promise<IncidentRecord> {
  const triageOf = (alias: Sql) =>
    sql`(SELECT data FROM pitcrew.triages AS t WHERE t.repository = ${repository} AND t.id = ${alias}.triage)`;
  const newest = sql`(SELECT max(rev) FROM pitcrew.selected WHERE repository = ${repository} AND incident = ${incident})`;
  const rows = await ask<IncidentRows>(sql`SELECT json_build_object(
    'now', ${now},
    'chosen', (SELECT json_build_object('selection', data, 'rev', rev, 'triage', ${triageOf(sql`s`)})
      FROM pitcrew.selections AS s WHERE repository = ${repository} AND rev = ${newest}),
    'later', (SELECT coalesce(json_agg(json_build_object('selection', data, 'triage', ${triageOf(sql`s`)})), '[]')
      FROM pitcrew.selections AS s WHERE repository = ${repository} AND rev > ${newest}),
    'holder', (SELECT data FROM pitcrew.claims JOIN pitcrew.runs USING (repository, run)
      WHERE repository = ${repository} AND incident = ${incident}),
    'worktrees', ${worktreesOf(repository)},
    'steps', ${stepsOf(repository, sql`incident = ${incident}`)}
  ) AS data`);
  return rows ? recordOf(incident, rows, judge) : { incident, steps: {} };
}

function recordOf(incident: string, rows: IncidentRows, judge?: JudgeOwners): IncidentRecord {
  const { chosen, holder, now, worktrees } = rows;
  const names = (triage: Triage | null) => triage?.candidates.find((row) => row.incident === incident);
  // A later answer of the same session to a triage that showed the incident, and that left it out: a no after a yes.
  const isTakenBack = rows.later.some(
    ({ selection, triage }) => selection.session === chosen?.selection.session && names(triage),
  );
  const selection = isTakenBack ? undefined : chosen?.selection;
  const candidate = selection && names(chosen?.triage ?? null);
  const steps: Partial<Record<StepName, Steps[StepName]>> = {};
  for (const row of rows.steps) steps[row.step] = row.data;
  return {
    incident,
    ...(selection ? { selection } : {}),
    ...(candidate ? { candidate } : {}),
    ...(holder
      ? { run: viewOf(holder, worktrees.map(worktreeOf), { ...sightOf([holder], judge), now }) }
      : {}),
    // Each row's data was recorded under its own step's name.
    steps: steps as Partial<Steps>,
  };
}
