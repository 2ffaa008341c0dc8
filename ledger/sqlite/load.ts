import type { Input, Kind, State, StepRow, WorktreeRow } from '../apply/state.ts';
import { trimsBefore } from '../apply/trim.ts';
import type { Run, StepName, Steps, Ticket, Triage } from '../ledger.ts';
import { ANSWER_KEPT_MS } from '../limits.ts';
import type { Database, Row } from './database.ts';
import { tooNew } from './open-store.ts';
import { SCHEMA } from './schema.ts';

export interface Head {
  store: string;
  rev: number;
  fence: number;
  trimmedAt: number;
}

/** The store's own row. Another program may have changed the format since this one opened it. */
export function loadHead(database: Database, file: string): Head {
  const row = database.get('SELECT schema, store, rev, fence, trimmed_at FROM ledger WHERE id = 1') ?? {};
  if (Number(row.schema) > SCHEMA) throw tooNew(file, Number(row.schema));
  return {
    store: String(row.store),
    rev: Number(row.rev),
    fence: Number(row.fence),
    trimmedAt: Number(row.trimmed_at),
  };
}

/** Just what `kind` needs to be judged: every look-up is by key, so history costs nothing. */
export function loadState<K extends Kind>(
  database: Database,
  file: string,
  kind: K,
  input: Input<K>,
  now: number,
): State {
  const { store, rev, fence } = loadHead(database, file);
  const known = 'cmd' in input ? knownAnswer(database, input.cmd, now) : undefined;
  return {
    store,
    rev,
    fence,
    ...(known ? { known } : {}),
    runs: runsFor(database, 'run' in input ? input.run : undefined),
    tickets: tickets(database),
    worktrees: NAMES_BRANCHES.has(kind) ? worktrees(database) : [],
    ...triageFor(database, input),
    steps: namedIncidents(kind, input).flatMap((incident) => stepsOf(database, incident)),
    forgettable:
      'olderThanDays' in input ? closedBefore(database, trimsBefore(now, input.olderThanDays)) : [],
  };
}

/** Those that answer with conflicts. */
const NAMES_BRANCHES: ReadonlySet<Kind> = new Set(['register', 'probe', 'amend', 'poll', 'takeover']);

/** Those whose steps decide something: of a step that is recorded, and of a claim that may follow a resolution. */
function namedIncidents(kind: Kind, input: Input<Kind>): readonly string[] {
  if ('incident' in input) return [input.incident];
  return kind === 'register' && 'incidents' in input ? (input.incidents ?? []) : [];
}

/**
 * In the order in which they were granted: their ids are `r`, a rising number and one ending for all. Each is parsed once
 * for as long as its row stays as it is; nobody may change what comes from here.
 */
export function activeRuns(database: Database): Run[] {
  const before = parsedRuns.get(database);
  const now = new Map<string, Run>();
  const runs = database.all("SELECT data FROM runs WHERE status = 'active'").map((row) => {
    const text = String(row.data);
    const run = before?.get(text) ?? storedRun(row);
    now.set(text, run);
    return run;
  });
  parsedRuns.set(database, now);
  return runs.sort((a, b) => a.run.length - b.run.length || (a.run < b.run ? -1 : 1));
}

const parsedRuns = new WeakMap<Database, ReadonlyMap<string, Run>>();

/** SQLite keeps no checksums: a damaged byte may leave JSON that is no run. That is damage, and not a fault of ours. */
export function storedRun(row: Row): Run {
  const run = parsed<Partial<Run>>(row);
  const isWhole =
    [run.incidents, run.paths, run.commits].every(Array.isArray) &&
    [run.fence, run.startedAt, run.renewedAt, run.expiresAt, run.owner?.pid].every(Number.isFinite) &&
    [run.run, run.session, run.owner?.host, run.owner?.label].every((text) => typeof text === 'string') &&
    run.paths?.every((path) => typeof path.glob === 'string') &&
    Array.isArray(run.resources) === Array.isArray(run.lanes);
  if (!isWhole) throw new SyntaxError('a run has lost a part');
  return run as Run;
}

export const tickets = (database: Database): Ticket[] =>
  database.all('SELECT data FROM tickets').map(parsed<Ticket>);

export const worktrees = (database: Database): WorktreeRow[] =>
  database
    .all(
      `SELECT claims.incident, steps.data FROM claims
       JOIN steps ON steps.incident = claims.incident AND steps.step = 'worktree'`,
    )
    .map((row) => ({ ...parsed<Steps['worktree']>(row), incident: String(row.incident) }));

export const stepsOf = (database: Database, incident: string): StepRow[] =>
  database.all('SELECT step, run, data FROM steps WHERE incident = ?', incident).map((row) => ({
    incident,
    step: String(row.step) as StepName,
    run: String(row.run),
    data: parsed<Steps[StepName]>(row),
  }));

/** The column `data` of a row that this program wrote; its form is bound to the schema's number. */
export const parsed = <T>(row: Row): T => JSON.parse(String(row.data)) as T;

function runsFor(database: Database, named: string | undefined): Run[] {
  const runs = activeRuns(database);
  if (named === undefined || runs.some((run) => run.run === named)) return runs;
  const row = database.get('SELECT data FROM runs WHERE run = ?', named);
  return row ? [...runs, storedRun(row)] : runs;
}

function knownAnswer(database: Database, cmd: string, now: number): State['known'] {
  const row = database.get(
    'SELECT kind, answer FROM answers WHERE cmd = ? AND at > ?',
    cmd,
    now - ANSWER_KEPT_MS,
  );
  return row && { kind: String(row.kind), answer: JSON.parse(String(row.answer)) };
}

function triageFor(database: Database, input: Input<Kind>): { triage?: Triage } {
  if (!('triage' in input) || typeof input.triage !== 'string') return {};
  const row = database.get('SELECT data FROM triages WHERE id = ?', input.triage);
  return row ? { triage: parsed<Triage>(row) } : {};
}

const closedBefore = (database: Database, before: number): string[] =>
  database.all('SELECT run FROM runs WHERE closed_at < ?', before).map((row) => String(row.run));
