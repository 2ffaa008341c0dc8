import { isoSeconds } from '../../src/core/clock.ts';
import { shortIdOf } from '../incident-key.ts';
import type { Conflict, HandwrittenEntry, PathClaim, Run } from '../ledger.ts';
import { livenessAt } from '../liveness.ts';
import { overlaps } from '../overlap.ts';
import type { Moment, State, WorktreeRow } from './state.ts';

export interface Claims {
  incidents: readonly string[];
  paths: readonly PathClaim[];
  resources: readonly string[];
}
export interface Request extends Claims {
  session: string;
}

/**
 * Who stands in the way of `request`: active runs of other sessions that share an incident or a resource, or a path
 * unless both only read it, and entries written by hand that are started and young. A session's own runs never do.
 */
export function conflictsOf(
  request: Request,
  active: readonly Run[],
  state: Pick<State, 'worktrees'>,
  moment: Moment,
): Conflict[] {
  return [
    ...active.flatMap((run) => runConflict(request, run, state, moment) ?? []),
    ...moment.handwritten.flatMap((entry) => handwrittenConflict(request, entry) ?? []),
  ];
}

export type Meeting = Pick<Conflict, 'incidents' | 'paths' | 'resources'>;

/** What two claims cannot both have; `undefined` where they do not meet. */
export function meeting(wanted: Claims, held: Claims): Meeting | undefined {
  const incidents = held.incidents.filter((incident) => wanted.incidents.includes(incident));
  const resources = held.resources.filter((resource) => wanted.resources.includes(resource));
  const paths = pathConflicts(wanted.paths, held.paths);
  return incidents.length + resources.length + paths.length === 0
    ? undefined
    : { incidents, paths, resources };
}

/** The files that every session writes: the view of the ledger and the triage reports. */
export const isOwnFile = (glob: string): boolean => /^\.claude\/(active-runs\.md|sentry(\/.*)?)$/i.test(glob);

function runConflict(
  request: Request,
  run: Run,
  state: Pick<State, 'worktrees'>,
  moment: Moment,
): Conflict | undefined {
  if (run.session === request.session) return undefined;
  const met = meeting(request, run);
  if (!met) return undefined;
  const liveness = livenessAt(run, moment);
  const branch = branchOf(run, met.incidents, state.worktrees);
  return {
    source: 'ledger',
    run: run.run,
    holder: run.owner.label,
    since: run.startedAt,
    liveness,
    ...(branch === undefined ? {} : { branch }),
    ...met,
    advice: adviceFor(run, liveness),
  };
}

function pathConflicts(wanted: readonly PathClaim[], held: readonly PathClaim[]): Conflict['paths'] {
  const met: Conflict['paths'] = [];
  for (const want of wanted) {
    for (const have of held) {
      if (want.mode === 'shared' && have.mode === 'shared') continue;
      if (!overlaps(want.glob, have.glob) || isOwnFile(want.glob) || isOwnFile(have.glob)) continue;
      met.push({ wanted: want.glob, held: have.glob });
    }
  }
  return met;
}

function branchOf(
  run: Run,
  shared: readonly string[],
  worktrees: readonly WorktreeRow[],
): string | undefined {
  const rows = run.incidents.flatMap((incident) => worktrees.filter((row) => row.incident === incident));
  return (rows.find((row) => shared.includes(row.incident)) ?? rows[0])?.branch;
}

/** What someone who was refused can do about `run`. */
export function adviceFor(run: Run, liveness: Conflict['liveness']): string {
  if (liveness === 'live') {
    // Commands typed one by one have no session of their own that could end.
    const end =
      run.owner.pid === 0 ? 'when it is completed, or 2 h after its last renewal' : 'with its session';
    return `Take another issue, or wait: ${run.owner.label} still works on it, and its claim ends ${end}.`;
  }
  return (
    `Not renewed since ${isoSeconds(run.renewedAt)}, but nobody can say that its owner is gone. Ask whoever runs ` +
    `${run.owner.label}; an abandoned claim ends 2 h after its last renewal, or by a takeover, which asks a person.`
  );
}

function handwrittenConflict(request: Request, entry: HandwrittenEntry): Conflict | undefined {
  if (entry.status !== 'active' || namesSession(entry, request.session)) return undefined;
  const incidents = request.incidents.filter((incident) => namesIncident(entry, incident));
  const held = entry.paths.map((glob): PathClaim => ({ glob, mode: 'exclusive' }));
  const paths = pathConflicts(request.paths, held);
  if (incidents.length === 0 && paths.length === 0) return undefined;
  return {
    source: 'handwritten',
    holder: `an entry written by hand ("${entry.title}")`,
    ...(entry.since === undefined ? {} : { since: entry.since }),
    liveness: 'live',
    incidents,
    paths,
    resources: [],
    advice:
      'Ask whoever wrote this entry into .claude/active-runs.md. If that work is over, its Status there should say completed or aborted.',
  };
}

/** An agent that also keeps the list by hand must not be stopped by its own entry: `named:crew1` is not in `named:crew12`. */
function namesSession(entry: HandwrittenEntry, session: string): boolean {
  if (session.length < 6) return false;
  const literal = session.replace(/[^A-Za-z0-9]/g, '\\$&');
  return new RegExp(`(?<![\\w-])${literal}(?![\\w-])`).test(`${entry.title}\n${entry.text}`);
}

/** `WEB-1` and `fix/sentry-WEB-1`, but neither `WEB-12` nor `MOBILE-WEB-1`. */
function namesIncident(entry: HandwrittenEntry, incident: string): boolean {
  const id = shortIdOf(incident).replace(/[^A-Za-z0-9-]/g, '\\$&');
  return new RegExp(`(?:^|[^a-z0-9_-]|(?:sentry|fix|issue)-)${id}(?![a-z0-9_]|-\\d)`, 'i').test(
    `${entry.title}\n${entry.text}`,
  );
}
