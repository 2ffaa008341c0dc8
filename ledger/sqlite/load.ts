import type { Input, Kind, State, StepRow, WorktreeRow } from '../apply/state.ts';
import { trimsBefore } from '../apply/trim.ts';
import type { Run, StepName, Steps, Triage } from '../ledger.ts';
import { ANSWER_KEPT_MS } from '../limits.ts';
import type { Database } from './database.ts';
import { type Head, type Holdings, headAt, holdingsAt, rememberedRun } from './holdings.ts';
import { tooNew } from './open-store.ts';
import { parsed, storedRun } from './rows.ts';
import { SCHEMA } from './schema.ts';

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

/**
 * Just what `kind` needs to be judged: every look-up is by key, so history costs nothing. What few rules ask for is read
 * when they do, in the same transaction: to close a run nobody looks at the others. `version` is the transaction's
 * (`versionOf`).
 */
export function loadState<K extends Kind>(
  database: Database,
  file: string,
  kind: K,
  input: Input<K>,
  { now, version }: { now: number; version: number },
): State {
  const { store, rev, fence } = headAt(database, version, () => loadHead(database, file));
  const known = 'cmd' in input ? knownAnswer(database, input.cmd, now) : undefined;
  const named = 'run' in input ? namedRun(database, version, input.run) : undefined;
  let held: Holdings | undefined;
  let runs: readonly Run[] | undefined;
  let branches: WorktreeRow[] | undefined;
  const holdings = (): Holdings => {
    held ??= holdingsAt(database, version);
    return held;
  };
  return {
    store,
    rev,
    fence,
    ...(known ? { known } : {}),
    ...(named ? { named } : {}),
    get runs() {
      runs ??= withNamed(holdings().runs, named);
      return runs;
    },
    get tickets() {
      return holdings().tickets;
    },
    get worktrees() {
      branches ??= worktrees(database);
      return branches;
    },
    ...triageFor(database, input),
    steps: namedIncidents(kind, input).flatMap((incident) => stepsOf(database, incident)),
    forgettable:
      'olderThanDays' in input ? closedBefore(database, trimsBefore(now, input.olderThanDays)) : [],
  };
}

/** Those whose steps decide something: of a step that is recorded, and of a claim that may follow a resolution. */
function namedIncidents(kind: Kind, input: Input<Kind>): readonly string[] {
  if ('incident' in input) return [input.incident];
  return kind === 'register' && 'incidents' in input ? (input.incidents ?? []) : [];
}

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

function namedRun(database: Database, version: number, id: string): Run | undefined {
  const remembered = rememberedRun(database, version, id);
  if (remembered) return remembered;
  const row = database.get('SELECT data FROM runs WHERE n = CAST(substr(?1, 2) AS INTEGER) AND run = ?1', id);
  return row && storedRun(row);
}

const withNamed = (runs: readonly Run[], named: Run | undefined): readonly Run[] =>
  named === undefined || runs.some((run) => run.run === named.run) ? runs : [...runs, named];

function knownAnswer(database: Database, cmd: string, now: number): State['known'] {
  const row = database.get(
    `SELECT kind, coalesce(answers.answer, events.answer) AS answer
     FROM answers LEFT JOIN events ON events.id = answers.event WHERE cmd = ? AND answers.at > ?`,
    cmd,
    now - ANSWER_KEPT_MS,
  );
  if (!row) return undefined;
  if (row.answer === null) throw new SyntaxError('an answer has lost its event');
  return { kind: String(row.kind), answer: JSON.parse(String(row.answer)) };
}

function triageFor(database: Database, input: Input<Kind>): { triage?: Triage } {
  if (!('triage' in input) || typeof input.triage !== 'string') return {};
  const row = database.get('SELECT data FROM triages WHERE id = ?', input.triage);
  return row ? { triage: parsed<Triage>(row) } : {};
}

const closedBefore = (database: Database, before: number): string[] =>
  database.all('SELECT run FROM runs WHERE closed_at < ?', before).map((row) => String(row.run));
