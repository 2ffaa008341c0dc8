import type { Input, Kind, State, WorktreeRow } from '../apply/state.ts';
import { trimsBefore } from '../apply/trim.ts';
import type { Steps, Triage } from '../ledger.ts';
import { ANSWER_KEPT_MS } from '../limits.ts';
import { missing, tooNew } from './failures.ts';
import { FORMAT } from './schema.ts';
import { type Sql, sql } from './sql.ts';

export interface Place {
  /** How people are shown the database. */
  shown: string;
  repository: string;
  /** Epoch milliseconds, as an expression: the server's clock, which is the same for all. */
  now: Sql;
}

export const SERVER_CLOCK = sql`floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint`;

/** Runs in the order of their birth (`r9-`, `r10-`): where several of them fit, the rules name the first. */
const BIRTH = sql`length(run), run`;

/** What `stateQuery` gives back, in its one column `state`. */
export interface LoadedState extends State {
  format: number;
  now: number;
}

/**
 * Just what `kind` needs to be judged, in one statement and so on one picture of the store; every look-up is by key, so
 * history costs nothing.
 */
export function stateQuery<K extends Kind>(place: Place, kind: K, input: Input<K>): Sql {
  const { repository, now } = place;
  const run = 'run' in input ? input.run : null;
  const triage = 'triage' in input && typeof input.triage === 'string' ? input.triage : null;
  const cmd = 'cmd' in input ? input.cmd : null;
  const forgetBefore =
    'olderThanDays' in input ? sql`${now} - ${-trimsBefore(0, input.olderThanDays)}` : sql`NULL::bigint`;
  return sql`SELECT json_build_object(
    'format', (SELECT format FROM pitcrew.format),
    'now', ${now},
    'store', head.store, 'rev', head.rev, 'fence', head.fence,
    'known', (SELECT json_build_object('kind', kind, 'answer', answer) FROM pitcrew.answers
      WHERE repository = ${repository} AND cmd = ${cmd} AND at > ${now} - ${ANSWER_KEPT_MS}),
    'runs', (SELECT coalesce(json_agg(data ORDER BY status <> 'active', ${BIRTH}), '[]') FROM (
      SELECT run, status, data FROM pitcrew.runs WHERE repository = ${repository} AND status = 'active'
      UNION ALL SELECT run, status, data FROM pitcrew.runs
        WHERE repository = ${repository} AND run = ${run} AND status <> 'active') AS all_runs),
    'tickets', (SELECT coalesce(json_agg(data), '[]') FROM pitcrew.tickets WHERE repository = ${repository}),
    'worktrees', ${NAMES_BRANCHES.has(kind) ? worktreesOf(repository) : sql`'[]'::json`},
    'triage', (SELECT data FROM pitcrew.triages WHERE repository = ${repository} AND id = ${triage}),
    'steps', ${stepsOf(repository, sql`incident = ANY(${namedIncidents(kind, input)})`)},
    'forgettable', (SELECT coalesce(json_agg(run), '[]') FROM pitcrew.runs
      WHERE repository = ${repository} AND closed_at < ${forgetBefore})
  ) AS state FROM pitcrew.ledger AS head WHERE head.repository = ${repository}`;
}

/** Those that answer with conflicts. */
const NAMES_BRANCHES: ReadonlySet<Kind> = new Set<Kind>(['register', 'probe', 'amend', 'poll', 'takeover']);

/** The row of `stateQuery`. Another program may have brought the store to a newer format since this one looked. */
export function stateOf(place: Place, rows: readonly Record<string, unknown>[]): LoadedState {
  // The form is bound to the format's number, which is looked at next.
  const state = rows[0]?.state as (Omit<LoadedState, keyof StateRows> & StateRows) | undefined;
  if (!state) throw missing(place.shown, place.repository);
  if (state.format > FORMAT) throw tooNew(place.shown, state.format, FORMAT);
  const { known, triage, worktrees, ...rest } = state;
  return {
    ...rest,
    worktrees: worktrees.map(worktreeOf),
    ...(known ? { known } : {}),
    ...(triage ? { triage } : {}),
  };
}

interface StateRows {
  known: State['known'] | null;
  triage: Triage | null;
  worktrees: WorktreeData[];
}

/** As `worktreesOf` gives it: taken apart here, as the server cannot take every string of JSON apart (`\\u0000`). */
export interface WorktreeData {
  incident: string;
  data: Steps['worktree'];
}

export const worktreeOf = ({ incident, data }: WorktreeData): WorktreeRow => ({ ...data, incident });

/** The newest worktree record of each incident of an active run, as an expression. */
export const worktreesOf = (repository: string): Sql => sql`(
  SELECT coalesce(json_agg(json_build_object('incident', incident, 'data', data) ORDER BY incident), '[]')
  FROM pitcrew.claims JOIN pitcrew.steps USING (repository, incident)
  WHERE repository = ${repository} AND step = 'worktree')`;

export const stepsOf = (repository: string, which: Sql): Sql => sql`(
  SELECT coalesce(json_agg(json_build_object('incident', incident, 'step', step, 'run', run, 'data', data)), '[]')
  FROM pitcrew.steps WHERE repository = ${repository} AND ${which})`;

/** Those whose steps decide something: of a step that is recorded, and of a claim that may follow a resolution. */
function namedIncidents(kind: Kind, input: Input<Kind>): string[] {
  if ('incident' in input) return [input.incident];
  return kind === 'register' && 'incidents' in input ? [...(input.incidents ?? [])] : [];
}
