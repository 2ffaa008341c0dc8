// One session of a storm. Each call goes to stdout as a line before it is made, and its answer as one before the next:
// so it is known after a kill what was acknowledged, and a successor can repeat what was not.

import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Ledger, Run } from '../../ledger/ledger.ts';
import { ownerKey } from '../../ledger/liveness.ts';
import { currentOwner } from '../../ledger/owner.ts';
import { groupCommit } from '../../ledger/sqlite/group/group-commit.ts';
import { commandId } from '../../src/core/command-id.ts';
import { PitcrewError } from '../../src/core/errors.ts';
import { stderrLog } from '../../src/core/log.ts';
import { openRemote } from './remote.ts';
import { STORES } from './store.ts';
import type { Call, Order, Said } from './words.ts';

const order: Order = JSON.parse(process.argv[2] ?? '{}');
const { session, teeth } = order;
const isFreezing = order.ttlMs < 1000;
const owner = currentOwner({ label: session });
const say = (line: Said) => writeSync(1, `${JSON.stringify(line)}\n`);
const now = () => Number(process.hrtime.bigint()) / 1e6;
const pick = (count: number) => Math.floor(Math.random() * count);
const some = (names: readonly string[]): string => names[pick(names.length)] ?? '';

say({ did: 'start', owner: ownerKey(owner) });
const ledger = await open();
const remote = openRemote(order.remote);
if (order.repeat) await send(order.repeat).catch(onlyBusy);
for (;;) await work().catch(onlyBusy);

async function open(): Promise<Ledger> {
  const store = STORES[order.engine];
  if (!store) throw new Error(`There is no engine ${order.engine}.`);
  return store.open(order.place, {
    clock: Date.now,
    log: stderrLog('error'),
    ...(order.together ? { together: groupCommit('storm') } : {}),
    ...(order.view ? { view: { file: order.view } } : {}),
    ...(teeth === 'no-pid-check' ? { liveness: () => 'unknown' as const } : {}),
  });
}

/** Claims, changes something outside, lets go; what is refused is waited for, or taken over where that is due. */
async function work(): Promise<void> {
  const { run, conflicts, ticket } = await claim();
  if (run) return workOn(run);
  if (ticket) {
    const turn = await ledger.wait({ session, ticket, timeoutMs: 100 });
    if (!turn.ok) return;
    const cmd = commandId();
    if (!turn.free) await send({ kind: 'leave', input: { cmd, session, ticket } });
    return;
  }
  if (isFreezing) for (const name of conflicts) await takeOver(name);
  await delay(pick(3));
}

let wanted: Pick<Run, 'incidents' | 'paths' | 'resources'> | undefined;

async function claim(): Promise<{ run?: Run; conflicts: string[]; ticket?: string }> {
  // A request that waits is repeated as it was: that is what has its place.
  const claims = wanted ?? someClaims();
  const waits = wanted !== undefined || pick(12) === 0;
  const { ttlMs } = order;
  const input = { cmd: commandId(), session, owner, ...claims, base: 'b', ttlMs, intent: '' };
  const answer = await send({ kind: 'register', input: waits ? { ...input, ticketTtlMs: 2000 } : input });
  wanted = undefined;
  if (answer.ok) return { run: answer.run, conflicts: [] };
  if (answer.ticket && pick(3) > 0) wanted = claims;
  const conflicts = answer.conflicts.flatMap(({ run, liveness }) =>
    run && liveness === 'suspect' ? [run] : [],
  );
  return { conflicts, ...(answer.ticket ? { ticket: answer.ticket.ticket } : {}) };
}

function someClaims() {
  const incidents = Array.from({ length: 1 + pick(2) }, () => `sentry:hot/WEB-${pick(8)}`);
  const globs = ['src/*.ts', `src/${pick(4)}.ts`, `lib/${pick(4)}/**`, `lib/{${pick(2)},${pick(4)}}/a.ts`];
  // Where sessions freeze, the incidents are enough to fight for, and more effects land.
  if (isFreezing && pick(3) > 0) return { incidents: [...new Set(incidents)], paths: [], resources: [] };
  const paths = [{ glob: some(globs), mode: pick(4) === 0 ? ('shared' as const) : ('exclusive' as const) }];
  const resources = pick(4) === 0 ? [some(['port:5170', 'port:5171', 'port:5170-5173'])] : [];
  const freePorts = [5170, 5171, 5172, 5173];
  return { incidents: [...new Set(incidents)], paths, resources, freePorts };
}

async function workOn({ run, fence, incidents }: Run): Promise<void> {
  if (pick(8) === 0) await send({ kind: 'lane', input: { cmd: commandId(), run, fence, name: 'merge' } });
  if (pick(8) === 0)
    await send({ kind: 'renew', input: { cmd: commandId(), run, fence, ttlMs: order.ttlMs } });
  if (pick(8) === 0) {
    const add = [{ glob: `lib/${pick(4)}/b.ts`, mode: 'exclusive' as const }];
    await send({ kind: 'amend', input: { cmd: commandId(), run, fence, add, drop: [] } });
  }
  const guarded = await ledger.guard({ run, fence, effect: 'push' });
  if (!guarded.ok) return lost(run, guarded.reason);
  // With the check and the effect apart, this is where it shows.
  if (isFreezing && pick(teeth === 'check-then-act' ? 3 : 10) === 0) stop();
  if (teeth === 'check-then-act') await delay(20);
  for (const incident of incidents) {
    if (teeth === 'check-then-act') remote.pushAnyway({ incident, fence });
    else remote.push({ incident, fence });
  }
  const input = { cmd: commandId(), run, fence, status: 'completed' as const, commits: [String(fence)] };
  const closed = await send({ kind: 'close', input });
  if (!closed.ok) lost(run, closed.reason);
}

/** A session that is stopped within its transaction holds up all the others; after a while they are told so. */
function onlyBusy(error: unknown): void {
  const isBusy = error instanceof PitcrewError && error.message.includes('is busy');
  if (!(isFreezing && isBusy)) throw error;
}

/** The worst moment to be stopped at: the check is made, the effect has not landed. The storm lets it go on later. */
function stop(): void {
  say({ did: 'stop' });
  process.kill(process.pid, 'SIGSTOP');
}

/** With a long lease nobody may take what a session that runs holds. */
function lost(run: string, reason: string): void {
  if (!isFreezing) say({ did: 'fault', what: `I9 a session that runs lost ${run}: ${reason}` });
}

async function takeOver(name: string): Promise<void> {
  const { active } = await ledger.list();
  const run = active.find((candidate) => candidate.run === name);
  if (run?.liveness !== 'suspect') return;
  const expectFence = run.fence;
  const input = {
    cmd: commandId(),
    run: name,
    expectFence,
    session,
    owner,
    ttlMs: order.ttlMs,
    reason: 'storm',
  };
  const answer = await send({ kind: 'takeover', input });
  if (answer.ok) await workOn(answer.run);
}

async function send<K extends Call['kind']>(
  call: Extract<Call, { kind: K }>,
): Promise<Awaited<ReturnType<Ledger[K]>>> {
  const calledAt = now();
  say({ did: 'call', call, calledAt });
  // The kinds of calls are names of the ledger's operations, each with its own input.
  const operation = ledger[call.kind] as (input: Call['input']) => ReturnType<Ledger[K]>;
  const answer = await operation(call.input);
  say({ did: 'answer', acknowledged: { cmd: call.input.cmd, answer, calledAt, answeredAt: now() } });
  return answer;
}
