import type { Owner, Run, RunView } from '../../ledger/ledger.ts';
import { ownerKey } from '../../ledger/liveness.ts';
import type { Context } from '../context.ts';
import { isoSeconds, spanOf } from '../core/clock.ts';
import { commandId } from '../core/command-id.ts';
import { refusedError } from '../core/errors.ts';
import { shortName } from '../core/incident.ts';
import { untrustedLine } from '../core/untrusted.ts';

/**
 * Whether a run is this session's: registered by it, or by the same process under an earlier name (an agent's commands
 * after `/clear`).
 */
export const isOwn = (run: Run, { session }: Pick<Context, 'session'>): boolean =>
  run.session === session.id || isSameProcess(run.owner, session.owner);

/**
 * When and why this session's newest claim among those that `concern` the caller ended, as the end of "is not claimed by
 * this session"; empty where it had none in the last 14 days. Also told of claims that its process had before it was
 * started again.
 */
export async function endedClaim(context: Context, concerns: (run: Run) => boolean): Promise<string> {
  const { recent } = await (await context.ledger()).list();
  const last = recent.find((run) => concerns(run) && (isOwn(run, context) || isSameClient(run, context)));
  if (last?.closedAt === undefined) return '';
  const ago = spanOf(context.clock() - last.closedAt);
  const why = last.note ? untrustedLine(last.note, 200) : last.status.replace('_', ' ');
  return ` any more: run ${last.run} ended at ${isoSeconds(last.closedAt)} (${ago} ago): ${why}`;
}

/**
 * Takes over what this very session of the client held before its process was started again (`--resume`): the client's
 * own id tells, which a fork does not share. Nothing is taken whose old owner may still be at work; the ledger sees to
 * that. Answers one line for people and models for each run that was taken over.
 */
export async function resumeOwnRuns(context: Context): Promise<string[]> {
  const { client } = context.session.owner;
  if (client?.session === undefined) return [];
  const { active } = await (await context.ledger()).list();
  const lines: string[] = [];
  for (const run of active) {
    if (isFromBefore(run, context)) lines.push(...(await takeOver(run, context)));
    else if (run.session === context.session.id) await noteClientSession(run, context);
  }
  return lines;
}

function isFromBefore(run: RunView, { session }: Context): boolean {
  if (run.liveness === 'live' || isSameProcess(run.owner, session.owner)) return false;
  return run.session === session.id || isSameClient(run, { session });
}

const isSameClient = (run: Run, { session }: Pick<Context, 'session'>): boolean =>
  run.owner.client?.session !== undefined && run.owner.client.session === session.owner.client?.session;

const isSameProcess = (one: Owner, other: Owner): boolean =>
  one.pid !== 0 && ownerKey(one) === ownerKey(other);

async function takeOver(run: RunView, context: Context): Promise<string[]> {
  const ledger = await context.ledger();
  const { session } = context;
  const taken = await ledger.takeover({
    cmd: commandId(),
    run: run.run,
    expectFence: run.fence,
    session: session.id,
    owner: session.owner,
    ttlMs: session.leaseMs,
    reason: 'the same session of the client goes on',
  });
  if (!taken.ok) {
    context.log.warn(`Run ${run.run} of this session was not taken over: ${taken.reason}`);
    return [];
  }
  await context.hold(taken.run);
  return [
    `This session was started again and goes on with ${run.incidents.map(shortName).join(', ')} (run ${run.run}, now ${taken.run.run}).`,
  ];
}

/** `/clear` gives the client's session another id: under that one it will be resumed. */
async function noteClientSession(run: RunView, { ledger, session }: Context): Promise<void> {
  if (run.owner.client?.session === session.owner.client?.session) return;
  const noted = await (await ledger()).register({
    cmd: commandId(),
    session: session.id,
    owner: session.owner,
    incidents: run.incidents,
    paths: [],
    base: run.base,
    ttlMs: session.leaseMs,
    intent: '',
  });
  if (!noted.ok)
    throw refusedError(`Run ${run.run} could not be kept.`, 'ledger_status shows who holds what.');
}
