import type { RunView } from '../../ledger/ledger.ts';
import type { Context } from '../context.ts';
import { isoSeconds, spanOf } from '../core/clock.ts';
import { refusedError } from '../core/errors.ts';
import { shortName } from '../core/incident.ts';
import { askPersonTo } from './ask-person.ts';
import type { Call } from './define.ts';
import { isOwn } from './own-runs.ts';

/** The active run of another session that holds an issue. Throws a refused error where there is none. */
export async function othersRun(issue: string, context: Context): Promise<RunView> {
  const incident = await context.incidentOf(issue);
  const { run } = await (await context.ledger()).incident(incident);
  if (!run) {
    throw refusedError(`Nobody holds ${shortName(incident)}.`, 'Claim it with ledger_register.');
  }
  if (isOwn(run, context)) {
    throw refusedError(
      `This session holds ${shortName(incident)} itself.`,
      'Go on with it, or end the claim with ledger_complete.',
    );
  }
  return run;
}

/** A session that answers is left alone; one whose process is gone is nobody's; for what lies between a person decides. */
export async function allowEnding(
  run: RunView,
  step: 'takeover' | 'release',
  context: Context,
  call: Call,
): Promise<void> {
  const issues = run.incidents.map(shortName).join(', ');
  if (run.liveness === 'live') {
    throw refusedError(
      `${run.owner.label} holds ${issues} and answers: its claim was renewed ${spanOf(context.clock() - run.renewedAt)} ago.`,
      'Ask that session to end it with ledger_complete, wait with ledger_register (`wait_seconds`), or take another issue.',
    );
  }
  if (run.liveness === 'dead') return;
  await askPersonTo(
    step === 'takeover' ? 'take over' : 'release',
    {
      message: [
        `${run.owner.label} holds ${issues} since ${isoSeconds(run.startedAt)} and was last heard of ${spanOf(context.clock() - run.renewedAt)} ago.`,
        'It may be asleep or on another machine, with work that is not pushed.',
        ...run.worktrees.map(({ path, branch }) => `Worktree: ${path} (branch ${branch})`),
        '',
        step === 'takeover'
          ? 'Take its work over here?'
          : 'End its claim, so that anybody may take the issue?',
      ].join('\n'),
      title: step === 'takeover' ? 'Take over' : 'Release',
      what: `the claim stays with ${run.owner.label}`,
      command: `ledger ${step} ${run.incidents[0] === undefined ? '' : shortName(run.incidents[0])}`,
    },
    context,
    call,
  );
}
