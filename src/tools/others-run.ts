import type { Listed, Run, RunView } from '../../ledger/ledger.ts';
import type { Context } from '../context.ts';
import { isoSeconds, spanOf } from '../core/clock.ts';
import { type PitcrewError, refusedError } from '../core/errors.ts';
import { sentryIncident, shortIdOf, shortName } from '../core/incident.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { askPersonTo } from './ask-person.ts';
import type { Call } from './define.ts';
import { isOwn } from './own-runs.ts';

export type Ending = 'takeover' | 'release';

/**
 * The active run of another session that `named` means: the id of a run, or the short id of an issue. What is held tells
 * its organization itself, so Sentry is only asked where issues of two organizations are held under one short id. Throws
 * an input error for what is neither, a refused error where there is no such run or it is this session's own, and
 * `upstream` where the ledger cannot be asked now.
 */
export async function othersRun(named: string, step: Ending, context: Context): Promise<RunView> {
  const ledger = await context.ledger();
  const list = await ledger.list();
  // A list may be what was known last; events are asked for now, or not to be had.
  await ledger.events({ afterRev: list.rev, limit: 1 });
  const run = list.active.find((one) => one.run === named.trim()) ?? (await holderOf(named, list, context));
  if (!run) throw await nobodyHolds(named, step, list, context);
  if (isOwn(run, context)) {
    throw refusedError(
      `This session holds ${claimOf(run)} itself.`,
      'Go on with it, or end the claim with ledger_complete.',
    );
  }
  return run;
}

async function holderOf(named: string, { active }: Listed, context: Context): Promise<RunView | undefined> {
  const shortId = shortIdOf(named);
  const held = new Set(active.flatMap((run) => run.incidents).filter((key) => shortName(key) === shortId));
  const [only] = held;
  const incident = held.size > 1 ? await context.incidentOf(shortId) : only;
  return active.find((run) => incident !== undefined && run.incidents.includes(incident));
}

/** Why there is nothing to take over or to release, with what is held instead. */
async function nobodyHolds(
  named: string,
  step: Ending,
  { active, recent }: Listed,
  context: Context,
): Promise<PitcrewError> {
  const ended = recent.find((run) => run.run === named.trim());
  if (ended) {
    const when = isoSeconds(ended.closedAt ?? ended.renewedAt);
    return refusedError(
      `Run ${ended.run} (${claimOf(ended)}) is over since ${when}: ${endOf(ended)}.`,
      heldInstead(active, context),
    );
  }
  const shortId = shortIdOf(named);
  const byHand = await writtenEntryFor(shortId, context);
  if (byHand) return refusedError(`No session holds ${shortId}, but ${byHand.what}.`, byHand.advice);
  if (RUN_ID.test(named.trim())) {
    return refusedError(
      `There is no run ${named.trim()} in the ledger, and nobody holds an issue of that name.`,
      `${heldInstead(active, context, 'with runs')} ledger_status shows all that is held.`,
    );
  }
  const claim = step === 'takeover' ? 'Claim it with ledger_register. ' : '';
  return refusedError(`Nobody holds ${shortId}.`, `${claim}${heldInstead(active, context)}`);
}

/** As the ledger makes them. A project may be called so too, but its short ids are written in capitals. */
const RUN_ID = /^r\d+-\w+$/;

/** An entry names short ids alone, so any organization does for the question. */
async function writtenEntryFor(
  shortId: string,
  { ledger, session }: Context,
): Promise<{ what: string; advice: string } | undefined> {
  const incidents = [sentryIncident('any', shortId)];
  const asked = { session: session.id, incidents, paths: [], resources: [] };
  const { conflicts } = await (await ledger()).probe(asked);
  const entry = conflicts.find(({ source }) => source === 'handwritten');
  return entry && { what: `${entry.holder} names it`, advice: entry.advice };
}

const endOf = ({ status, note }: Run): string => (note ? untrustedLine(note, 200) : status.replace('_', ' '));

/** More than these are not listed: it is the end of an error. */
const MOST_LISTED = 10;

function heldInstead(active: readonly RunView[], context: Context, how?: 'with runs'): string {
  const others = active.filter((run) => !isOwn(run, context));
  if (others.length === 0) return 'No other session holds anything now.';
  const rows = others.slice(0, MOST_LISTED).map((run) => {
    const id = how && run.incidents.length > 0 ? `run ${run.run}, ` : '';
    return `${claimOf(run)} (${id}${run.owner.label}, ${run.liveness})`;
  });
  const more = others.length - rows.length;
  return `Other sessions hold: ${rows.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}

/** What people call a run by: its issues, or its id where it has none. */
const claimOf = ({ run, incidents }: Run): string => incidents.map(shortName).join(', ') || `run ${run}`;

/** A session that answers is left alone; one whose process is gone is nobody's; for what lies between a person decides. */
export async function allowEnding(run: RunView, step: Ending, context: Context, call: Call): Promise<void> {
  const issues = claimOf(run);
  if (run.liveness === 'live') {
    throw refusedError(
      `${run.owner.label} holds ${issues} and answers: its claim was renewed ${spanOf(context.clock() - run.renewedAt)} ago.`,
      'Ask that session to end it, wait with ledger_register (`wait_seconds`), or take another issue.',
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
      command: `ledger ${step} ${run.incidents[0] === undefined ? run.run : shortName(run.incidents[0])}`,
    },
    context,
    call,
  );
}
