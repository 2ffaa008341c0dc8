import type { Bench } from './bench.ts';
import { atLeast, atMost, type Figure, median, rounded, span } from './figure.ts';
import { withHistory, withRendering } from './ledger/by-turns.ts';
import { type Calm, calmPostgres } from './ledger/calm-postgres.ts';
import { type Load, type Outcome, percentile, race } from './ledger/race.ts';
import type { WayName } from './ledger/stores.ts';

const PROCESSES = 16;
const REGISTERS = 200;
const ROUNDS = 3;
const REGISTERS_LONG = 800;
const REGISTERS_ALL_OPEN = 50;
const HISTORY = 10_000;
const REGISTERS_ALONE = 1000;
const REGISTERS_BESIDE_A_VIEW = 200;

/** The ledger under many processes, beside what else could keep registrations, by turns in one run. */
export async function ledger({ progress }: Bench): Promise<Figure[]> {
  const outcomes: Record<WayName, Outcome[]> = {
    ours: [],
    rawSqlite: [],
    sameRows: [],
    lockfileJson: [],
    handKept: [],
  };
  const load = { processes: PROCESSES, registers: REGISTERS, held: 1, pauseMs: 0 };
  const run = async (way: WayName, more: Partial<Load> = {}): Promise<Outcome> => {
    progress(`ledger, ${PROCESSES} processes: ${NAMES[way]}`);
    return race({ ...load, ...more, way });
  };
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const way of ['ours', 'rawSqlite', 'sameRows', 'handKept'] as const)
      outcomes[way].push(await run(way));
  }
  const long = { registers: REGISTERS_LONG };
  const longer: Longer = {
    ours: await run('ours', long),
    rawSqlite: await run('rawSqlite', long),
    sameRows: await run('sameRows', long),
  };
  // The same load, but once: it takes about a minute.
  outcomes.lockfileJson.push(await run('lockfileJson'));
  const all = { held: Number.MAX_SAFE_INTEGER, registers: REGISTERS_ALL_OPEN };
  const open = { ours: await run('ours', all), rawSqlite: await run('rawSqlite', all) };
  progress(`ledger, ${HISTORY} runs of history`);
  const history = await withHistory(HISTORY, REGISTERS_ALONE);
  progress('ledger, with and without a view');
  const rendering = await withRendering(REGISTERS_BESIDE_A_VIEW);
  progress('ledger, PostgreSQL');
  return [
    ...raceFigures(outcomes),
    longerFigure(longer),
    openFigure(open),
    slowerFigure(`register with ${HISTORY} runs of history, against none`, history, 1.1),
    slowerFigure('register with the view, against without one', rendering),
    postgresFigure(await calmPostgres()),
  ];
}

const NAMES: Record<WayName, string> = {
  ours: 'ours',
  rawSqlite: 'raw node:sqlite, one row (BEGIN IMMEDIATE, look, insert)',
  sameRows: 'raw node:sqlite, the same rows (by hand, no layers)',
  lockfileJson: 'proper-lockfile and JSON',
  handKept: 'read, edit and write without a lock',
};
const OTHERS = ['rawSqlite', 'sameRows', 'lockfileJson', 'handKept'] as const;

function raceFigures(outcomes: Record<WayName, Outcome[]>): Figure[] {
  const { ours, rawSqlite, sameRows, lockfileJson } = outcomes;
  const middle = (way: WayName, value: (outcome: Outcome) => number): number =>
    median(outcomes[way].map(value));
  const beside = (value: (outcome: Outcome) => number) =>
    OTHERS.map((way) => ({ name: NAMES[way], value: middle(way, value) }));
  const perSecond = ({ perSecond: value }: Outcome) => value;
  const lost = (way: WayName) => Math.max(...outcomes[way].map((outcome) => outcome.lost));
  const failed = ours.reduce((sum, outcome) => sum + outcome.failed, 0);
  return [
    {
      name: `register and close by ${PROCESSES} processes at once`,
      value: middle('ours', perSecond),
      unit: 'per s',
      references: beside(perSecond),
      detail: `${span(ours.map(perSecond), 'per s')}; ${REGISTERS} registers of each process, each closed after the next; ours with its view`,
    },
    atLeast(
      {
        name: 'of the throughput of raw node:sqlite, one row',
        value: rounded(middle('ours', perSecond) / middle('rawSqlite', perSecond)),
        unit: 'x',
        detail: `raw: ${span(rawSqlite.map(perSecond), 'per s')}`,
      },
      0.8,
    ),
    {
      name: 'of the throughput of raw node:sqlite, the same rows',
      value: rounded(middle('ours', perSecond) / middle('sameRows', perSecond)),
      unit: 'x',
      detail: `the same rows: ${span(sameRows.map(perSecond), 'per s')}; what our rules, layers and view cost`,
    },
    atLeast(
      {
        name: 'of the throughput of proper-lockfile and JSON',
        value: rounded(middle('ours', perSecond) / middle('lockfileJson', perSecond), 1),
        unit: 'x',
        detail: `proper-lockfile: ${lockfileJson.map(perSecond).join()} per s, once`,
      },
      20,
    ),
    {
      name: 'register, p50',
      value: middle('ours', ({ p50 }) => p50),
      unit: 'ms',
      references: beside(({ p50 }) => p50),
    },
    atMost(
      {
        name: 'register, p99',
        value: middle('ours', ({ p99 }) => p99),
        unit: 'ms',
        references: beside(({ p99 }) => p99),
        detail: `longest ${Math.max(...ours.map(({ max }) => max))} ms`,
      },
      25,
    ),
    atMost(
      {
        name: 'acknowledged registrations that are lost',
        value: lost('ours'),
        unit: 'runs',
        references: OTHERS.map((way) => ({ name: NAMES[way], value: lost(way) })),
        detail: `the worst of ${ROUNDS} rounds of ${PROCESSES * REGISTERS}; operations of ours that failed: ${failed}`,
      },
      0,
    ),
  ];
}

type Longer = Record<'ours' | 'rawSqlite' | 'sameRows', Outcome>;

/** Of 200 registers a large part is a program that has just begun and is not compiled yet: most of all in ours. */
function longerFigure({ ours, rawSqlite, sameRows }: Longer): Figure {
  return {
    name: `register and close by ${PROCESSES} processes, ${REGISTERS_LONG} registers each`,
    value: ours.perSecond,
    unit: 'per s',
    references: [
      { name: NAMES.rawSqlite, value: rawSqlite.perSecond },
      { name: NAMES.sameRows, value: sameRows.perSecond },
    ],
    detail: `once; p50 ${ours.p50} ms, p99 ${ours.p99} ms (${rawSqlite.p99} and ${sameRows.p99} ms), lost ${ours.lost}`,
  };
}

/** Nobody has so many runs at once; it tells how the cost grows with what is open. */
function openFigure({ ours, rawSqlite }: { ours: Outcome; rawSqlite: Outcome }): Figure {
  return {
    name: `register by ${PROCESSES} processes, none of ${PROCESSES * REGISTERS_ALL_OPEN} runs closed`,
    value: ours.perSecond,
    unit: 'per s',
    references: [{ name: NAMES.rawSqlite, value: rawSqlite.perSecond }],
    detail: `p50 ${ours.p50} ms, p99 ${ours.p99} ms, lost ${ours.lost}; every claim is compared as globs with every open one, which the other does not do`,
  };
}

function slowerFigure(
  name: string,
  { one, other }: { one: number[]; other: number[] },
  most?: number,
): Figure {
  const text = (times: number[]): string =>
    `p50 ${rounded(percentile(times, 0.5), 3)} ms, p99 ${rounded(percentile(times, 0.99), 1)} ms`;
  const figure = {
    name,
    value: rounded(percentile(other, 0.5) / percentile(one, 0.5)),
    unit: 'x of p50',
    detail: `${text(other)}, against ${text(one)}, by turns, n=${one.length} each`,
  };
  return most === undefined ? figure : atMost(figure, most);
}

function postgresFigure(calm: Calm | string): Figure {
  const name = 'PostgreSQL: register, p50, calm';
  if (typeof calm === 'string')
    return { name, value: Number.NaN, unit: 'ms', detail: `not measured: ${calm}` };
  const { alone, inClone } = calm;
  return atMost(
    {
      name,
      value: rounded(percentile(alone, 0.5)),
      unit: 'ms',
      references: [
        {
          name: 'with the copy for the hooks and the view of one clone',
          value: rounded(percentile(inClone, 0.5)),
        },
      ],
      detail: `p99 ${rounded(percentile(alone, 0.99))} ms, and ${rounded(percentile(inClone, 0.99))} ms in the clone, n=${alone.length} each; 16 sessions in one process, each an operation about every 400 ms, over TCP on 127.0.0.1; the server of the tests has fsync off`,
    },
    5,
  );
}
