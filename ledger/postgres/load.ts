import type { Input, Kind, State, StepRow, WorktreeRow } from '../apply/state.ts';
import { trimsBefore } from '../apply/trim.ts';
import type { Run, Ticket, Triage } from '../ledger.ts';
import { ANSWER_KEPT_MS } from '../limits.ts';
import { missing, tooNew } from './failures.ts';
import { FORMAT } from './schema.ts';
import { list, type Sql, sql } from './sql.ts';

export interface Place {
  /** How people are shown the database. */
  shown: string;
  repository: string;
  /** Epoch milliseconds, as an expression: the server's clock, which is the same for all. */
  now: Sql;
}

export const SERVER_CLOCK = sql`floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint`;

/** What `stateQuery` gives back, in its one column `data`. */
export interface LoadedState extends State {
  format: number;
  now: number;
  trimmedAt: number;
}

/**
 * Just what `kind` needs to be judged, in one statement and so on one picture of the store; every look-up is by key, so
 * history costs nothing. What it does not need is left out of the text: most of the server's time goes into planning. What
 * changes something also needs what the mirror shows.
 */
export function stateQuery<K extends Kind>(place: Place, kind: K, input: Input<K>): Sql {
  const { repository, now } = place;
  const parts = [sql`'format', (SELECT format FROM pitcrew.format), 'now', ${now}`, HEAD];
  parts.push(sql`'runs', ${runsOf(repository, 'run' in input ? input.run : undefined)}`);
  if (kind !== 'guard') {
    parts.push(sql`'tickets', ${ticketsOf(repository)}, 'worktrees', ${worktreesOf(repository)}`);
  }
  if ('cmd' in input) parts.push(sql`'known', ${answerTo(place, input.cmd)}`);
  if ('triage' in input && typeof input.triage === 'string') {
    parts.push(
      sql`'triage', (SELECT data FROM pitcrew.triages WHERE repository = ${repository} AND id = ${input.triage})`,
    );
  }
  const incidents = namedIncidents(kind, input);
  if (incidents.length > 0) {
    parts.push(sql`'steps', ${stepsOf(repository, sql`incident = ANY(${incidents})`)}`);
  }
  if ('olderThanDays' in input) {
    const before = sql`${now} - ${-trimsBefore(0, input.olderThanDays)}`;
    parts.push(
      sql`'forgettable', (SELECT json_agg(run) FROM pitcrew.runs WHERE repository = ${repository} AND closed_at < ${before})`,
    );
  }
  return sql`SELECT json_build_object(${list(parts)}) AS data FROM pitcrew.ledger WHERE repository = ${repository}`;
}

/** Columns of the repository's row of `pitcrew.ledger`. */
export const HEAD = sql`'store', store, 'rev', rev, 'fence', fence, 'trimmedAt', trimmed_at`;

/** All active runs, and the one that is named whatever its status. */
function runsOf(repository: string, named: string | undefined): Sql {
  const active = sql`SELECT data FROM pitcrew.runs WHERE repository = ${repository} AND status = 'active'`;
  if (named === undefined) return sql`(SELECT json_agg(data) FROM (${active}) AS active)`;
  return sql`(SELECT json_agg(data) FROM (${active} UNION ALL SELECT data FROM pitcrew.runs
    WHERE repository = ${repository} AND run = ${named} AND status <> 'active') AS active_or_named)`;
}

const answerTo = ({ repository, now }: Place, cmd: string): Sql => sql`(
  SELECT json_build_object('kind', kind, 'answer', answer) FROM pitcrew.answers
  WHERE repository = ${repository} AND cmd = ${cmd} AND at > ${now} - ${ANSWER_KEPT_MS})`;

/** What `stateQuery` gave. Another program may have brought the store to a newer format since this one looked. */
export function stateOf(place: Place, data: unknown): LoadedState {
  // The form is bound to the format's number, which is looked at next.
  const state = data as StateRow | undefined;
  if (!state) throw missing(place.shown, place.repository);
  if (state.format > FORMAT) throw tooNew(place.shown, state.format, FORMAT);
  const { known, triage, runs, tickets, worktrees, steps, forgettable, ...head } = state;
  return {
    ...head,
    runs: runs ?? [],
    tickets: tickets ?? [],
    worktrees: (worktrees ?? []).map(worktreeOf),
    steps: steps ?? [],
    forgettable: forgettable ?? [],
    ...(known ? { known } : {}),
    ...(triage ? { triage } : {}),
  };
}

/** A part is null where no row fits, and not there where `kind` does not need it. */
interface StateRow extends Pick<LoadedState, 'format' | 'now' | 'store' | 'rev' | 'fence' | 'trimmedAt'> {
  known?: State['known'] | null;
  runs: Run[] | null;
  tickets?: Ticket[] | null;
  worktrees?: WorktreeData[] | null;
  triage?: Triage | null;
  steps?: StepRow[] | null;
  forgettable?: string[] | null;
}

/** As `worktreesOf` gives it: taken apart here, as the server cannot take every string of JSON apart (`\\u0000`). */
export interface WorktreeData {
  incident: string;
  data: Omit<WorktreeRow, 'incident'>;
}

export const worktreeOf = ({ incident, data }: WorktreeData): WorktreeRow => ({ ...data, incident });

export const ticketsOf = (repository: string): Sql =>
  sql`(SELECT json_agg(data) FROM pitcrew.tickets WHERE repository = ${repository})`;

/** The newest worktree record of each incident of an active run, as an expression; null where there is none. */
export const worktreesOf = (repository: string): Sql => sql`(
  SELECT json_agg(json_build_object('incident', incident, 'data', data) ORDER BY incident)
  FROM pitcrew.claims JOIN pitcrew.steps USING (repository, incident)
  WHERE repository = ${repository} AND step = 'worktree')`;

export const stepsOf = (repository: string, which: Sql): Sql => sql`(
  SELECT json_agg(json_build_object('incident', incident, 'step', step, 'run', run, 'data', data))
  FROM pitcrew.steps WHERE repository = ${repository} AND ${which})`;

/** Those whose steps decide something: of a step that is recorded, and of a claim that may follow a resolution. */
function namedIncidents(kind: Kind, input: Input<Kind>): string[] {
  if ('incident' in input) return [input.incident];
  return kind === 'register' && 'incidents' in input ? [...(input.incidents ?? [])] : [];
}
