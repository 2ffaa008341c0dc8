import type { Conflict, Ledger, Owner } from '../../ledger/ledger.ts';
import { isOneMachine } from '../../ledger/machine.ts';
import { isWithin, type PortRange, portRange, portsAmong } from '../../ledger/port-range.ts';
import { normalizeResource } from '../../ledger/resource-key.ts';
import { isListening } from './listening.ts';

/** Looked at side by side. */
const AT_ONCE = 16;
/** More than are asked for: other sessions are given some before this one is. */
const SPARE = 8;
/** How often others may be given all that were found, in the moment between. */
const MOST_TRIES = 5;

type Refusable = { ok: true } | { ok: false; conflicts: Conflict[] } | { ok: false; reason: string };

/**
 * Asks the ledger with `freePorts`: those of the ranges among `resources` on which no program listens here, the lowest first.
 * The ledger alone says which of them are given. Where others were quicker with all of a range it looks and asks again.
 * Without a range there is nothing to look at.
 */
export async function withFreePorts<Answer extends Refusable>(
  { ledger, resources, owner }: { ledger: Ledger; resources: readonly string[]; owner: Owner },
  ask: (found: { freePorts?: number[] }) => Promise<Answer>,
): Promise<Answer> {
  const ranges = resources.flatMap((resource) => portRange(normalizeResource(resource)) ?? []);
  if (ranges.length === 0) return ask({});
  for (let tries = 1; ; tries++) {
    const freePorts = await freePortsOf(ranges, ledger, owner);
    const answer = await ask({ freePorts });
    if (answer.ok || tries === MOST_TRIES || !wasLate(answer, freePorts)) return answer;
  }
}

/** Ports are all that is in the way, and each range had a free one a moment ago. */
function wasLate(answer: object, freePorts: readonly number[]): boolean {
  if (!('conflicts' in answer) || !Array.isArray(answer.conflicts)) return false;
  return answer.conflicts.every(
    ({ source, resources }: Conflict) =>
      source === 'ports' &&
      resources.every((resource) => {
        const range = portRange(resource);
        return range !== undefined && freePorts.some((port) => isWithin(range, port));
      }),
  );
}

async function freePortsOf(ranges: readonly PortRange[], ledger: Ledger, owner: Owner): Promise<number[]> {
  const { active, waiting } = await ledger.list();
  const runs = active.filter((run) => run.liveness !== 'dead' && isOneMachine(run.owner, owner));
  const reserved = new Set(runs.flatMap((run) => portsAmong(run.resources)));
  const enough = ranges.length + waiting.length + SPARE;
  const free = new Set<number>();
  for (const range of ranges) {
    for (const port of await firstFree(range, reserved, enough)) free.add(port);
  }
  return [...free].sort((a, b) => a - b);
}

/** The first `enough` ports of `range` that are neither reserved nor listened on, perhaps a few more. */
async function firstFree(range: PortRange, reserved: ReadonlySet<number>, enough: number): Promise<number[]> {
  const free: number[] = [];
  for (let next = range.from; next <= range.to && free.length < enough; next += AT_ONCE) {
    const ports = numbers(next, Math.min(next + AT_ONCE - 1, range.to)).filter((port) => !reserved.has(port));
    const listening = await Promise.all(ports.map(isListening));
    free.push(...ports.filter((_, at) => !listening[at]));
  }
  return free;
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);
