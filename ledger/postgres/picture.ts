import { ticketViews } from '../apply/line.ts';
import type { Changes, StepRow } from '../apply/state.ts';
import type { Run, RunView, Ticket, TicketView } from '../ledger.ts';
import { HISTORY_DAYS } from '../limits.ts';
import type { Sight } from '../liveness.ts';
import { sightOf } from '../owners.ts';
import { viewOf } from '../views.ts';
import { missing, tooNew } from './failures.ts';
import {
  HEAD,
  type LoadedState,
  type Place,
  ticketsOf,
  type WorktreeData,
  worktreeOf,
  worktreesOf,
} from './load.ts';
import type { Ask } from './queries.ts';
import { FORMAT } from './schema.ts';
import { sql } from './sql.ts';

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

/** What is held and waited for now, and the `recent` runs that were closed last within the history, newest first. */
export async function pictureOf(place: Place, ask: Ask, parts: { recent: number }): Promise<Picture> {
  const { repository, now } = place;
  const recent = sql`(SELECT json_agg(data) FROM (
    SELECT data FROM pitcrew.runs
    WHERE repository = ${repository} AND closed_at >= ${now} - ${HISTORY_DAYS * 86_400_000}
    ORDER BY closed_at DESC, fence DESC LIMIT ${parts.recent}) AS closed)`;
  const found = await ask<FoundPicture>(sql`SELECT json_build_object(
    'format', (SELECT format FROM pitcrew.format), 'now', ${now}, ${HEAD},
    'runs', (SELECT json_agg(data) FROM pitcrew.runs WHERE repository = ${repository} AND status = 'active'),
    'recent', ${parts.recent > 0 ? recent : sql`NULL::json`},
    'tickets', ${ticketsOf(repository)},
    'worktrees', ${worktreesOf(repository)}
  ) AS data FROM pitcrew.ledger WHERE repository = ${repository}`);
  if (!found) throw missing(place.shown, repository);
  if (found.format > FORMAT) throw tooNew(place.shown, found.format, FORMAT);
  const { fence: _, runs, recent: closed, tickets, worktrees, ...head } = found;
  return {
    ...head,
    runs: runs ?? [],
    recent: closed ?? [],
    tickets: tickets ?? [],
    worktrees: worktrees ?? [],
  };
}

/** A part is null where no row fits. */
type FoundPicture = Pick<Picture, 'format' | 'store' | 'rev' | 'now' | 'trimmedAt'> & {
  fence: number;
} & { [Part in 'runs' | 'recent' | 'tickets' | 'worktrees']: Picture[Part] | null };

/** What `pictureOf` would give after `changes` were made to `state`: nobody has to ask for it. */
export function pictureAfter(state: LoadedState, changes: Changes): Picture {
  const { format, store, now } = state;
  const runs = upserted(state.runs, changes.runs, ({ run }) => run).filter(isActive);
  const held = new Set(runs.flatMap((run) => run.incidents));
  // Those of incidents that the command names may be of no active run yet.
  const before = [
    ...state.worktrees.map(({ incident, ...data }) => ({ incident, data })),
    ...worktreesAmong(state.steps),
  ];
  const worktrees = upserted(before, worktreesAmong(changes.steps), ({ incident }) => incident);
  return {
    ...{ format, store, now, rev: changes.rev, runs, recent: [] },
    worktrees: worktrees.filter(({ incident }) => held.has(incident)),
    trimmedAt: changes.forget ? now : state.trimmedAt,
    tickets: upserted(state.tickets, changes.tickets, ({ ticket }) => ticket).filter(
      ({ ticket }) => !changes.dropTickets.includes(ticket),
    ),
  };
}

const worktreesAmong = (steps: readonly StepRow[]): WorktreeData[] =>
  steps.flatMap(({ incident, step, data }) =>
    step === 'worktree' ? [{ incident, data: data as WorktreeData['data'] }] : [],
  );

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
    waiting: ticketViews(tickets, sight),
  };
}

export const isActive = (run: Run): boolean => run.status === 'active';

const upserted = <Row>(rows: readonly Row[], changed: readonly Row[], keyOf: (row: Row) => string): Row[] => [
  ...new Map([...rows, ...changed].map((row) => [keyOf(row), row])).values(),
];
