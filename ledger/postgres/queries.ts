import type { StepRow } from '../apply/state.ts';
import type { IncidentRecord, LedgerEvent, Run, Selection, StepName, Steps, Triage } from '../ledger.ts';
import { sightOf } from '../owners.ts';
import { viewOf } from '../views.ts';
import { missing } from './failures.ts';
import { type Place, stepsOf, type WorktreeData, worktreeOf, worktreesOf } from './load.ts';
import type { JudgeOwners } from './picture.ts';
import { type Sql, sql } from './sql.ts';

/** Asks one statement, whose answer is one column `data`; `undefined` where there is no row. */
export type Ask = <T>(statement: Sql) => Promise<T | undefined>;

export async function revisionOf({ shown, repository }: Place, ask: Ask): Promise<number> {
  const rev = await ask<string>(sql`SELECT rev AS data FROM pitcrew.ledger WHERE repository = ${repository}`);
  if (rev === undefined) throw missing(shown, repository);
  return Number(rev);
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
  later: { selection: Selection; triage: Triage | null }[] | null;
  holder: Run | null;
  worktrees: WorktreeData[] | null;
  steps: StepRow[] | null;
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
    'later', (SELECT json_agg(json_build_object('selection', data, 'triage', ${triageOf(sql`s`)}))
      FROM pitcrew.selections AS s WHERE repository = ${repository} AND rev > ${newest}),
    'holder', (SELECT data FROM pitcrew.claims JOIN pitcrew.runs USING (repository, run)
      WHERE repository = ${repository} AND incident = ${incident}),
    'worktrees', ${worktreesOf(repository)},
    'steps', ${stepsOf(repository, sql`incident = ${incident}`)}
  ) AS data`);
  return rows ? recordOf(incident, rows, judge) : { incident, steps: {} };
}

function recordOf(incident: string, rows: IncidentRows, judge?: JudgeOwners): IncidentRecord {
  const { chosen, later, holder, now, worktrees } = rows;
  const names = (triage: Triage | null) => triage?.candidates.find((row) => row.incident === incident);
  // A later answer of the same session to a triage that showed the incident, and that left it out: a no after a yes.
  const isTakenBack = later?.some(
    ({ selection, triage }) => selection.session === chosen?.selection.session && names(triage),
  );
  const selection = isTakenBack ? undefined : chosen?.selection;
  const candidate = selection && names(chosen?.triage ?? null);
  const steps: Partial<Record<StepName, Steps[StepName]>> = {};
  for (const row of rows.steps ?? []) steps[row.step] = row.data;
  return {
    incident,
    ...(selection ? { selection } : {}),
    ...(candidate ? { candidate } : {}),
    ...(holder
      ? { run: viewOf(holder, (worktrees ?? []).map(worktreeOf), { ...sightOf([holder], judge), now }) }
      : {}),
    // Each row's data was recorded under its own step's name.
    steps: steps as Partial<Steps>,
  };
}
