import type { Changes, State } from '../apply/state.ts';
import type { Run } from '../ledger.ts';
import { ANSWER_KEPT_MS } from '../limits.ts';
import { isActive } from './picture.ts';
import { type Sql, sql } from './sql.ts';

/** The statements that write `changes` down, part of the command's own transaction. `now` is its moment. */
export function savingOf(repository: string, state: State, changes: Changes, now: number): Sql[] {
  return [
    ...(changes.rev === state.rev && changes.fence === state.fence
      ? []
      : [
          sql`UPDATE pitcrew.ledger SET rev = ${changes.rev}, fence = ${changes.fence} WHERE repository = ${repository}`,
        ]),
    ...runsOf(repository, state.runs, changes.runs),
    ...ticketsOf(repository, changes),
    ...stepsOf(repository, changes),
    ...changes.events.map(
      (event, n) =>
        sql`INSERT INTO pitcrew.events VALUES (${repository}, ${event.rev}, ${n}, ${event.at}, ${JSON.stringify(event)})`,
    ),
    ...changes.triages.map(
      ({ session, triage }) => sql`
        INSERT INTO pitcrew.triages VALUES
          (${repository}, ${triage.id}, ${changes.rev}, ${session}, ${now}, ${JSON.stringify(triage)})
        ON CONFLICT (repository, id) DO UPDATE
          SET rev = excluded.rev, session = excluded.session, at = excluded.at, data = excluded.data`,
    ),
    ...selectionsOf(repository, changes, now),
    ...(changes.forget ? forgetting(repository, changes.forget, now) : []),
  ];
}

/** Keeps the answer. One that is too old to be repeated gives way; the others of its age go with the next trim. */
export const answerKept = (
  repository: string,
  cmd: string,
  kind: string,
  answer: unknown,
  now: number,
): Sql => sql`
  INSERT INTO pitcrew.answers VALUES (${repository}, ${cmd}, ${kind}, ${now}, ${JSON.stringify(answer)})
  ON CONFLICT (repository, cmd) DO UPDATE SET kind = excluded.kind, at = excluded.at, answer = excluded.answer`;

/** All claims go before the first comes: an incident may pass from one changed run to another. */
function runsOf(repository: string, known: readonly Run[], runs: readonly Run[]): Sql[] {
  const claims = runs
    .filter(isActive)
    .flatMap(({ run, incidents }) => incidents.map((incident) => ({ incident, run })));
  const old = runs
    .map((run) => run.run)
    .filter((id) => known.some(({ run, status }) => run === id && status === 'active'));
  return [
    ...(old.length > 0
      ? [sql`DELETE FROM pitcrew.claims WHERE repository = ${repository} AND run = ANY(${old})`]
      : []),
    ...runs.map(
      (run) => sql`
        INSERT INTO pitcrew.runs VALUES
          (${repository}, ${run.run}, ${run.status}, ${run.fence}, ${run.closedAt ?? null}, ${JSON.stringify(run)})
        ON CONFLICT (repository, run) DO UPDATE
          SET status = excluded.status, fence = excluded.fence, closed_at = excluded.closed_at, data = excluded.data`,
    ),
    ...claims.map(
      ({ incident, run }) => sql`INSERT INTO pitcrew.claims VALUES (${repository}, ${incident}, ${run})`,
    ),
  ];
}

const ticketsOf = (repository: string, { tickets, dropTickets }: Changes): Sql[] => [
  ...(dropTickets.length > 0
    ? [sql`DELETE FROM pitcrew.tickets WHERE repository = ${repository} AND ticket = ANY(${dropTickets})`]
    : []),
  ...tickets.map(
    (ticket) => sql`
      INSERT INTO pitcrew.tickets VALUES (${repository}, ${ticket.ticket}, ${JSON.stringify(ticket)})
      ON CONFLICT (repository, ticket) DO UPDATE SET data = excluded.data`,
  ),
];

const stepsOf = (repository: string, { steps, dropSteps }: Changes): Sql[] => [
  ...dropSteps.map(
    ({ incident, step }) =>
      sql`DELETE FROM pitcrew.steps WHERE repository = ${repository} AND incident = ${incident} AND step = ${step}`,
  ),
  ...steps.map(
    ({ incident, step, run, data }) => sql`
      INSERT INTO pitcrew.steps VALUES (${repository}, ${incident}, ${step}, ${run}, ${JSON.stringify(data)})
      ON CONFLICT (repository, incident, step) DO UPDATE SET run = excluded.run, data = excluded.data`,
  ),
];

const selectionsOf = (repository: string, { rev, selections }: Changes, now: number): Sql[] =>
  selections.flatMap((selection) => [
    sql`INSERT INTO pitcrew.selections VALUES
      (${repository}, ${rev}, ${selection.triage}, ${now}, ${JSON.stringify(selection)})`,
    ...selection.incidents.map(
      (incident) => sql`INSERT INTO pitcrew.selected VALUES (${repository}, ${incident}, ${rev})`,
    ),
  ]);

const forgetting = (
  repository: string,
  { runs, before }: { runs: string[]; before: number },
  now: number,
): Sql[] => [
  sql`DELETE FROM pitcrew.runs WHERE repository = ${repository} AND run = ANY(${runs})`,
  sql`DELETE FROM pitcrew.events WHERE repository = ${repository} AND at < ${before}`,
  // What was chosen and listed stays as long as somebody works on it.
  sql`DELETE FROM pitcrew.selected AS old WHERE repository = ${repository}
    AND NOT EXISTS (SELECT FROM pitcrew.claims AS held
      WHERE held.repository = ${repository} AND held.incident = old.incident)
    AND rev IN (SELECT rev FROM pitcrew.selections WHERE repository = ${repository} AND at < ${before})`,
  sql`DELETE FROM pitcrew.selections WHERE repository = ${repository} AND at < ${before}
    AND rev NOT IN (SELECT rev FROM pitcrew.selected WHERE repository = ${repository})`,
  sql`DELETE FROM pitcrew.triages WHERE repository = ${repository} AND at < ${before}
    AND id NOT IN (SELECT triage FROM pitcrew.selections WHERE repository = ${repository})`,
  sql`DELETE FROM pitcrew.answers WHERE repository = ${repository} AND at <= ${now - ANSWER_KEPT_MS}`,
  sql`UPDATE pitcrew.ledger SET trimmed_at = ${now} WHERE repository = ${repository}`,
];
