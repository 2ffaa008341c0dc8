import type { Conflict, Run, Ticket } from '../ledger.ts';
import { isOneMachine } from '../machine.ts';
import { type GivenPort, isWithin, type PortRange, portRange, portsAmong } from '../port-range.ts';
import type { Request } from './conflicts.ts';

export interface Ports {
  given: GivenPort[];
  /** Of the ranges of which no port can be given. */
  conflicts: Conflict[];
}

/**
 * One port for each range that `request` asks for: the one that its own runs hold already, so that to ask again gives the
 * same, else the lowest of `freePorts` that no run on this machine has reserved. `before` are the tickets that came
 * first: each is left the ports that it waits for. Ports asked for by name are never given for a range.
 */
export function portsFor(
  request: Request,
  own: readonly Run[],
  active: readonly Run[],
  before: readonly Ticket[],
): Ports {
  const ranges = rangesAmong(request.resources);
  if (ranges.length === 0) return { given: [], conflicts: [] };
  const isHere = ({ owner }: Run | Ticket) => isOneMachine(owner, request.owner);
  const runs = active.filter(isHere);
  const tickets = before.filter(isHere);
  const named = portsAmong(request.resources);
  const held = own
    .filter(isHere)
    .flatMap((run) => portsAmong(run.resources))
    .filter((port) => !named.includes(port));
  const taken = new Set([...named, ...[...runs, ...tickets].flatMap((one) => portsAmong(one.resources))]);
  const free = (request.freePorts ?? []).filter((port) => !taken.has(port)).sort((a, b) => a - b);
  const left = tickets.filter((ticket) => setAside(ticket, free, taken));
  const given: GivenPort[] = [];
  const conflicts: Conflict[] = [];
  for (const { text, range } of ranges) {
    const port = take(held, range) ?? take(free, range);
    if (port !== undefined) given.push({ range: text, port });
    else conflicts.push(...noPort(text, range, runs, left));
  }
  return { given, conflicts };
}

/** The resources of a request that was granted: each range has become its port. */
export const withPorts = (resources: readonly string[], given: readonly GivenPort[]): string[] => [
  ...new Set(
    resources.map((resource) => {
      const found = given.find(({ range }) => range === resource);
      return found ? `port:${found.port}` : resource;
    }),
  ),
];

export const rangesAmong = (resources: readonly string[]): { text: string; range: PortRange }[] =>
  resources.flatMap((text) => {
    const range = portRange(text);
    return range ? [{ text, range }] : [];
  });

/** Takes the first port of `range` out of `ports`. */
function take(ports: number[], range: PortRange): number | undefined {
  const at = ports.findIndex((port) => isWithin(range, port));
  return at < 0 ? undefined : ports.splice(at, 1)[0];
}

/**
 * Leaves `ticket` a port for each of its ranges: the lowest of `free` and of those that it saw itself. True where one of
 * `free` is gone with that.
 */
function setAside(ticket: Ticket, free: number[], taken: Set<number>): boolean {
  const before = free.length;
  for (const { range } of rangesAmong(ticket.resources)) {
    const seen = (ticket.freePorts ?? []).filter((port) => !taken.has(port));
    const [port] = [...free, ...seen].filter((one) => isWithin(range, one)).sort((a, b) => a - b);
    if (port === undefined) continue;
    taken.add(port);
    take(free, { from: port, to: port });
  }
  return free.length < before;
}

function noPort(text: string, range: PortRange, runs: readonly Run[], left: readonly Ticket[]): Conflict[] {
  const nothing = { liveness: 'live' as const, incidents: [], paths: [], resources: [text] };
  const first = left.find((ticket) => rangesAmong(ticket.resources).some((one) => meets(one.range, range)));
  if (first) {
    const holder = first.owner.label;
    const advice = `Wait in line or ask for another range: ${holder} has waited for a port of it longer.`;
    return [{ source: 'ticket', holder, since: first.since, ...nothing, advice }];
  }
  const advice = 'Ask for another range of ports, or for a wider one.';
  return [{ source: 'ports', holder: inUse(range, runs), ...nothing, advice }];
}

const meets = (a: PortRange, b: PortRange): boolean => a.from <= b.to && b.from <= a.to;

/** `ann holds 3000 and 3001, a program listens on each of the others`, for people. */
function inUse(range: PortRange, runs: readonly Run[]): string {
  const holders = runs
    .map(({ owner, resources }) => ({
      label: owner.label,
      ports: portsAmong(resources).filter((port) => isWithin(range, port)),
    }))
    .filter(({ ports }) => ports.length > 0);
  const reserved = new Set(holders.flatMap(({ ports }) => ports));
  const shown = holders.slice(0, 3).map(({ label, ports }) => `${label} holds ${ports.join(' and ')}`);
  const others = holders.length - shown.length;
  return [
    ...shown,
    ...(others > 0 ? [`${others} other${others === 1 ? '' : 's'} hold some`] : []),
    ...(reserved.size <= range.to - range.from
      ? [`a program listens on ${reserved.size > 0 ? 'each of the others' : 'every one'}`]
      : []),
  ].join(', ');
}
