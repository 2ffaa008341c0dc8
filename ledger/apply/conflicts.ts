import { isoSeconds } from '../../src/core/clock.ts';
import type { Conflict, PathClaim, Run } from '../ledger.ts';
import { livenessAt } from '../liveness.ts';
import { isOneMachine, type Machine } from '../machine.ts';
import { portNumber, portRange } from '../port-range.ts';
import { handwrittenConflict } from './handwritten-conflict.ts';
import { pathConflicts } from './path-conflicts.ts';
import type { Moment, State, WorktreeRow } from './state.ts';

export interface Claims {
  incidents: readonly string[];
  paths: readonly PathClaim[];
  resources: readonly string[];
  /** Where the ports among the resources are. */
  owner?: Machine;
}
export interface Request extends Claims {
  session: string;
  freePorts?: readonly number[];
}

/**
 * Who stands in the way of `request`: active runs of other sessions that share an incident or a resource, or a path
 * unless both share it, and entries written by hand that are started and young. A session's own runs never do. Ranges
 * of ports are `portsFor`'s.
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
  const resources = held.resources.filter(
    (resource) => wanted.resources.includes(resource) && isOneThing(resource, wanted.owner, held.owner),
  );
  const paths = pathConflicts(wanted.paths, held.paths);
  return incidents.length + resources.length + paths.length === 0
    ? undefined
    : { incidents, paths, resources };
}

/** A port is one of its machine; of a range anyone may have another port. */
function isOneThing(resource: string, a: Machine | undefined, b: Machine | undefined): boolean {
  if (portRange(resource)) return false;
  return portNumber(resource) === undefined || isOneMachine(a, b);
}

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
    advice: isOnlyShared(met) ? adviceToShare(run) : adviceFor(run, liveness),
  };
}

const isOnlyShared = ({ incidents, resources, paths }: Meeting): boolean =>
  incidents.length + resources.length === 0 && paths.every(({ shared }) => shared);

const adviceToShare = ({ owner }: Run): string =>
  `${owner.label} shares it: name it in \`shared\` (ledger_register, ledger_update) to change it too, each in a worktree of its own.`;

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
