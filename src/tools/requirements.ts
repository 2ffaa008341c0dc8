import type { IncidentRecord, RunView, Steps } from '../../ledger/ledger.ts';
import type { Context } from '../context.ts';
import { isoSeconds, spanOf } from '../core/clock.ts';
import { commandId } from '../core/command-id.ts';
import { type PitcrewError, refusedError } from '../core/errors.ts';
import { shortName } from '../core/incident.ts';
import { endedClaim, isOwn } from './own-runs.ts';

/** A step that has to be in the ledger before a tool may run; the claim is always required. */
export type Requirement = 'selected' | 'selected_by_person' | 'worktree' | 'verified' | 'committed';

/** What is established before a step of an incident runs: this session's own active run holds it. */
export interface Held {
  incident: string;
  shortId: string;
  record: IncidentRecord;
  run: RunView;
  steps: Partial<Steps>;
}

/** A selection is good for one working day: what a person chose last week may no longer be what they want. */
export const SELECTION_GOOD_FOR_MS = 24 * 3600 * 1000;

/**
 * Looks up the incident that `issue` names, checks that this session holds it (with `others`, that any does), and each
 * requirement in order. Throws a refused error that names the missing step and the tool that makes it.
 */
export async function meetRequirements(
  requirements: readonly Requirement[],
  issue: string,
  context: Context,
  { others = false }: { others?: boolean } = {},
): Promise<Held> {
  const incident = await context.incidentOf(issue);
  const ledger = await context.ledger();
  const record = await ledger.incident(incident);
  const facts: Facts = { incident, record, context };
  const run = others && record.run ? record.run : await requireClaimed(facts);
  if (isOwn(run, context)) await keep(run, context);
  for (const requirement of requirements) {
    const failure = CHECKS[requirement](facts);
    if (failure) throw failure;
  }
  return { incident, shortId: shortName(incident), record, run, steps: record.steps };
}

/** The commit of a fix that may resolve its issue: proven, committed, and of the very tree that was proven. */
export function requireFix(held: Held): Steps['commit'] {
  const { proof, commit } = held.steps;
  if (proof?.verdict !== 'proven') {
    throw refusedError(
      `The fix for ${held.shortId} is not proven, so the Sentry issue stays open.`,
      'Prove it with fix_verify, or let a person resolve the issue after review; `how: archive` is for what is not to be fixed.',
    );
  }
  if (!commit) {
    throw refusedError(`The fix for ${held.shortId} is not committed yet.`, 'Commit it with fix_commit.');
  }
  if (commit.tree !== proof.tree) {
    throw refusedError(
      `The commit of ${held.shortId} is not what was proven.`,
      'Run fix_verify and fix_commit again.',
    );
  }
  const offered = held.steps.pull_request;
  if (offered?.refused) {
    throw refusedError(
      `Pull request #${offered.number} for ${held.shortId} was closed by a person, so the issue stays open.`,
      'Ask the person what they want instead; `how: archive` is for what is not to be fixed.',
    );
  }
  if (offered?.sha !== commit.sha) {
    throw refusedError(
      `The commit of ${held.shortId} was not offered for review yet.`,
      'Offer it with github_create_draft_pr; without GitHub that writes a patch file.',
    );
  }
  return commit;
}

/** Checks that a person (or policy) selected the incident, for tools that take several issues. */
export function requireSelected(incident: string, record: IncidentRecord, context: Context): void {
  const failure = CHECKS.selected({ incident, record, context });
  if (failure) throw failure;
}

interface Facts {
  incident: string;
  record: IncidentRecord;
  context: Context;
}

const CHECKS: Record<Requirement, (facts: Facts) => PitcrewError | undefined> = {
  selected({ incident, record, context }) {
    const name = shortName(incident);
    if (!record.selection) {
      return refusedError(
        `${name} was not selected by a person.`,
        `List it with sentry_list_issues, then ask with triage_select; only selected issues are worked on.`,
      );
    }
    const age = context.clock() - record.selection.at;
    if (age <= SELECTION_GOOD_FOR_MS) return undefined;
    return refusedError(
      `${name} was selected ${spanOf(age)} ago; a selection is good for 24 h.`,
      'Make a new triage with sentry_list_issues and ask again with triage_select.',
    );
  },

  selected_by_person(facts) {
    const failure = CHECKS.selected(facts);
    if (failure || facts.record.selection?.by === 'person') return failure;
    return refusedError(
      `${shortName(facts.incident)} was selected by policy, without a person: an unattended run ends at the draft pull request.`,
      'A person reviews the draft pull request, and resolves the issue or selects it with triage_select.',
    );
  },

  worktree: ({ incident, record }) =>
    record.steps.worktree
      ? undefined
      : refusedError(`${shortName(incident)} has no worktree yet.`, 'Make one with worktree_create.'),

  verified: ({ incident, record }) =>
    record.steps.proof && record.steps.proof.verdict !== 'refused'
      ? undefined
      : refusedError(
          record.steps.proof
            ? `The proof for ${shortName(incident)} was refused: ${record.steps.proof.reason}`
            : `${shortName(incident)} is not verified yet.`,
          'Run fix_verify with a test that fails before the fix and passes after it.',
        ),

  committed: ({ incident, record }) =>
    record.steps.commit
      ? undefined
      : refusedError(
          `The fix for ${shortName(incident)} is not committed yet.`,
          'Commit it with fix_commit.',
        ),
};

/** Whoever works on an issue keeps its claim, also through a command line, or a server that was started again. */
async function keep(run: RunView, context: Context): Promise<void> {
  const ledger = await context.ledger();
  const { leaseMs } = context.session;
  const kept = await ledger.renew({ cmd: commandId(), run: run.run, fence: run.fence, ttlMs: leaseMs });
  if (!kept.ok) throw refusedError(kept.reason, kept.advice);
  await context.hold(run);
}

async function requireClaimed({ incident, record, context }: Facts): Promise<RunView> {
  const name = shortName(incident);
  const run = record.run;
  if (!run) {
    const ended = await endedClaim(context, ({ incidents }) => incidents.includes(incident));
    throw refusedError(
      `${name} is not claimed by this session${ended}.`,
      ended ? 'Claim it again with ledger_register, and go on.' : 'Claim it with ledger_register.',
    );
  }
  if (isOwn(run, context)) return run;
  throw refusedError(
    `${name} is claimed by ${run.owner.label} since ${isoSeconds(run.startedAt)}.`,
    run.liveness === 'dead'
      ? 'That session is gone: claim the issue with ledger_register, and go on where it stopped.'
      : `Take another issue, or wait until that session completes; ledger_status shows it.${ownSessionHint(context)}`,
  );
}

/** Commands that are each started on their own look like sessions of their own. */
const ownSessionHint = (context: Context): string =>
  context.session.kind === 'command'
    ? ' If that is you, from another shell: set PITCREW_SESSION to one name for all of your commands.'
    : '';
