import type { Outcome, Selection, StepName, Steps } from '../ledger.ts';
import { activeRun, refused } from './refusals.ts';
import {
  type Answer,
  type Applied,
  changesOf,
  type Input,
  type Moment,
  type RecordStepInput,
  type State,
  unchanged,
} from './state.ts';

export function recordTriage(
  state: State,
  command: Input<'recordTriage'>,
  moment: Moment,
): Applied<Answer<'recordTriage'>> {
  const { session, triage } = command;
  const summary = `triage ${triage.id} with ${counted(triage.candidates, 'candidate')}, ${triage.report}`;
  const changes = changesOf(state, moment, [{ session, kind: 'triaged', summary }], {
    triages: [{ session, triage }],
  });
  return { answer: { rev: changes.rev }, changes };
}

export function select(state: State, command: Input<'select'>, moment: Moment): Applied<Outcome> {
  const { triage } = state;
  if (!triage) {
    return unchanged(
      state,
      moment,
      refused(
        state,
        `No triage ${command.triage} is recorded.`,
        'List the issues with sentry_list_issues first.',
      ),
    );
  }
  const listed = new Set(triage.candidates.map((candidate) => candidate.incident));
  const foreign = command.incidents.filter((incident) => !listed.has(incident));
  if (foreign.length > 0) {
    return unchanged(
      state,
      moment,
      refused(
        state,
        `Triage ${triage.id} does not list ${foreign.join(', ')}.`,
        'Choose from the rows of that triage, or list the issues again.',
      ),
    );
  }
  const { session, incidents, by, how } = command;
  const selection: Selection = {
    triage: triage.id,
    incidents: [...incidents],
    by,
    how,
    session,
    at: moment.now,
  };
  const summary = `${by} chose ${incidents.join(', ') || 'nothing'} from triage ${triage.id} (${how})`;
  const changes = changesOf(state, moment, [{ session, kind: 'selected', summary }], {
    selections: [selection],
  });
  return { answer: { ok: true, rev: changes.rev }, changes };
}

/** Steps belong to the incident and outlive the run; only the active run that holds the incident may add one. */
export function recordStep(state: State, command: RecordStepInput, moment: Moment): Applied<Outcome> {
  const found = activeRun(state, command.run, command.fence);
  if ('refusal' in found) return unchanged(state, moment, found.refusal);
  const { run } = found;
  const { incident, step, data } = command;
  if (!run.incidents.includes(incident)) {
    return unchanged(
      state,
      moment,
      refused(
        state,
        `Run ${run.run} does not hold ${incident}.`,
        'Register that incident first with ledger_register.',
      ),
    );
  }
  const summary = `${incident}: ${summaryOf(step, data)}`;
  const changes = changesOf(
    state,
    moment,
    [{ session: run.session, run: run.run, kind: `step:${step}`, summary }],
    {
      steps: [{ incident, step, run: run.run, data }],
      dropSteps: step === 'worktree' ? outdatedBy(state, command) : [],
    },
  );
  return { answer: { ok: true, rev: changes.rev }, changes };
}

/**
 * What a new worktree makes meaningless. Proof, commit, pull request and resolution speak of one branch: with another
 * branch they are void, and so they are after a resolution by an earlier run (as when that run was taken over).
 */
function outdatedBy(state: State, command: RecordStepInput): { incident: string; step: StepName }[] {
  const earlier = state.steps.find((row) => row.step === 'worktree');
  const resolution = state.steps.find((row) => row.step === 'resolution');
  const isSameBranch = earlier === undefined || branchOf(earlier.data) === branchOf(command.data);
  const startsAnew = resolution !== undefined && resolution.run !== command.run;
  if (isSameBranch && !startsAnew) return [];
  return state.steps
    .filter((row) => row.step !== 'worktree')
    .map(({ incident, step }) => ({ incident, step }));
}

const branchOf = (data: Steps[StepName]): string | undefined => ('branch' in data ? data.branch : undefined);

function summaryOf(step: StepName, data: Steps[StepName]): string {
  if ('verdict' in data) return `${data.verdict}: ${data.reason}`;
  if ('strategy' in data) return `${data.before} -> ${data.after} (${data.strategy})`;
  if ('draft' in data) return `pull request ${data.url ?? data.patch ?? ''} on ${data.branch}`;
  if ('sha' in data) return `commit ${data.sha} on ${data.branch}`;
  if ('findings' in data) return `${data.by} allowed ${counted(data.findings, 'finding')} in ${data.tree}`;
  return `${step} ${data.path} on ${data.branch}`;
}

const counted = ({ length }: readonly unknown[], what: string): string =>
  `${length} ${what}${length === 1 ? '' : 's'}`;
