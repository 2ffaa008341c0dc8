import type { JsonValue } from '../../core/json.ts';

export interface Scenario {
  name: string;
  /** The bug of `engineer/` that it runs into; noise has none. */
  bug?: string;
  kind: string;
  input: JsonValue;
  /** How many jobs of it there are, and how many people they come from; 0 people: a machine sent them. */
  events: number;
  users: number;
  /** Hours before now of the first and the last job. */
  oldest: number;
  newest: number;
  /** Ends the worker: each of its jobs needs a process of its own. */
  fatal?: true;
}

const quotedPart = { part: 'wheel-nut', quantity: 4 };

const BUGS: readonly Scenario[] = [
  {
    name: 'privateers order parts',
    bug: 'order-without-contract',
    kind: 'order.place',
    input: { order: { id: 'o-118', team: { name: 'Halden Privateers' }, lines: [quotedPart] } },
    events: 64,
    users: 36,
    oldest: 130,
    newest: 0.2,
  },
  {
    name: 'laps under a minute',
    bug: 'short-lap-time',
    kind: 'lap.record',
    input: { car: '27', time: '58.204' },
    events: 38,
    users: 22,
    oldest: 74,
    newest: 0.4,
  },
  {
    name: 'a supplier is down',
    bug: 'lost-supplier-rejection',
    kind: 'stock.refresh',
    input: { suppliers: [{ name: 'northline', answer: { status: 503 } }] },
    events: 44,
    users: 30,
    oldest: 50,
    newest: 0.3,
  },
  {
    name: 'forecast on its way',
    bug: 'empty-forecast-entry',
    kind: 'weather.read',
    input: { circuit: 'spa', cached: [['spa', '']] },
    events: 26,
    users: 12,
    oldest: 96,
    newest: 1,
  },
  {
    name: 'the lap back to the pits',
    bug: 'laps-after-the-flag',
    kind: 'stint.plan',
    input: { totalLaps: 57, currentLap: 58, stintLength: 20 },
    events: 20,
    users: 11,
    oldest: 30,
    newest: 2,
  },
  {
    name: 'backup locks the store',
    bug: 'busy-report-store',
    kind: 'report.publish',
    input: {
      report: { id: 'r-9', title: 'Round 9', results: [{ car: '27', position: 1 }] },
      store: { busyFor: 1 },
    },
    events: 14,
    users: 9,
    oldest: 60,
    newest: 3,
  },
  {
    name: 'more wanted than the bins hold',
    bug: 'last-bin-overrun',
    kind: 'stock.reserve',
    input: { part: 'wheel-nut', quantity: 9, bins: [{ id: 'a1', available: 5 }] },
    events: 4,
    users: 4,
    oldest: 20,
    newest: 0.5,
    fatal: true,
  },
  {
    name: 'parts mounted on each other',
    bug: 'mutually-mounted-parts',
    kind: 'kit.weigh',
    input: {
      kit: 'nose-cone',
      parts: {
        'nose-cone': { grams: 4200, mounts: ['front-wing'] },
        'front-wing': { grams: 9800, mounts: ['nose-cone'] },
      },
    },
    events: 3,
    users: 3,
    oldest: 9,
    newest: 4,
    fatal: true,
  },
];

const NOISE: readonly Scenario[] = [
  {
    name: 'beacon is switched off',
    kind: 'beacon.poll',
    input: {},
    events: 90,
    users: 0,
    oldest: 160,
    newest: 0.1,
  },
  {
    name: 'slow laps (warning)',
    kind: 'lap.record',
    input: { car: '5', time: '1:41.300', best: '1:20.010' },
    events: 24,
    users: 6,
    oldest: 40,
    newest: 0.6,
  },
  {
    name: 'a part that is no longer sold (stale)',
    kind: 'order.place',
    input: { order: { id: 'o-7', team: { name: 'Aurora' }, lines: [{ part: 'kers-unit', quantity: 1 }] } },
    events: 5,
    users: 2,
    oldest: 300,
    newest: 264,
  },
  {
    name: 'a job of an old pit wall (once, days ago)',
    kind: 'tyre.rotate',
    input: {},
    events: 1,
    users: 1,
    oldest: 120,
    newest: 120,
  },
];

/** What happens at the pit wall in the days before the demo: bugs that people run into, and noise around them. */
export const TRAFFIC: readonly Scenario[] = [...BUGS, ...NOISE];
