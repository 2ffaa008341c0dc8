import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childEnvironment } from '../../src/core/run.ts';
import { bundle } from '../../test/support/bundle.ts';
import { rounded } from '../figure.ts';
import { WAYS, type WayName } from './stores.ts';

export interface Load {
  way: WayName;
  processes: number;
  /** Of each process. */
  registers: number;
  /** How many of its registrations a process keeps open: when it has one more, it closes its oldest. */
  held: number;
  /** Between two registers of one process; 0: as fast as it can. */
  pauseMs: number;
}
export type Assignment = Load & { folder: string; worker: number };

export interface Report {
  /** Milliseconds of one clock for all processes. */
  began: number;
  ended: number;
  registerMs: number[];
  closeMs: number[];
  /** Issues whose registration the store said was written down. */
  acknowledged: string[];
  /** Operations that were refused or failed; none should be. */
  failed: number;
}

export interface Outcome {
  /** Registers and closes, of all processes together. */
  perSecond: number;
  p50: number;
  p99: number;
  max: number;
  acknowledged: number;
  /** Acknowledged, and not in the store at the end. */
  lost: number;
  failed: number;
}

/** All processes open the store, start together, and what they were promised is looked up when all have ended. */
export async function race(load: Load): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-bench-ledger-'));
  const way = WAYS[load.way];
  const workers: ChildProcess[] = [];
  try {
    await way.make(folder);
    const program = await built();
    for (let worker = 0; worker < load.processes; worker += 1) workers.push(startWorker(program, load.way));
    await Promise.all(workers.map((child, worker) => ask(child, { ...load, folder, worker })));
    const reports = await Promise.all(workers.map((child) => ask<Report>(child, 'go')));
    return outcomeOf(reports, await way.kept(folder));
  } finally {
    for (const child of workers) if (child.exitCode === null) child.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** One file, and compiled before, as the users' program is from its second start on: each way keeps what its own processes compiled. */
const startWorker = (program: string, way: WayName): ChildProcess =>
  fork(program, [], {
    env: { ...childEnvironment(process.env), NODE_COMPILE_CACHE: join(program, '..', `compiled-${way}`) },
    execArgv: [],
  });

let building: Promise<string> | undefined;

/** The program of all races of this bench, in a temporary folder that is removed at its end. */
function built(): Promise<string> {
  building ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pitcrew-bench-program-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    return bundle(join(import.meta.dirname, 'worker.ts'), join(folder, 'worker.mjs'));
  })();
  return building;
}

async function ask<Answer>(child: ChildProcess, message: object | string): Promise<Answer> {
  const ended = new AbortController();
  const answer = once(child, 'message', { signal: ended.signal });
  const onExit = () => ended.abort(new Error('A process of the race ended before its work.'));
  child.once('exit', onExit);
  child.send(message);
  try {
    const [received] = await answer;
    return received;
  } finally {
    child.off('exit', onExit);
  }
}

function outcomeOf(reports: Report[], kept: Set<string>): Outcome {
  const seconds =
    (Math.max(...reports.map(({ ended }) => ended)) - Math.min(...reports.map(({ began }) => began))) / 1000;
  const times = reports.flatMap(({ registerMs }) => registerMs);
  const operations = times.length + reports.flatMap(({ closeMs }) => closeMs).length;
  const acknowledged = reports.flatMap((report) => report.acknowledged);
  return {
    perSecond: Math.round(operations / seconds),
    p50: rounded(percentile(times, 0.5)),
    p99: rounded(percentile(times, 0.99)),
    max: rounded(percentile(times, 1)),
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((issue) => !kept.has(issue)).length,
    failed: reports.reduce((sum, { failed }) => sum + failed, 0),
  };
}

export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
