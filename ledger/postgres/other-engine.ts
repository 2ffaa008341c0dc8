import { existsSync } from 'node:fs';
import { type PitcrewError, refusedError, upstreamError } from '../../src/core/errors.ts';
import { type RunView, readActiveRuns } from '../reader.ts';
import { mirrorFile, readMirroredRuns } from './mirror.ts';

/**
 * Two ledgers for one clone would both say that nobody is there: one terminal has PITCREW_LEDGER_URL and the other has not.
 * Throws `refused` while sessions of this clone are at work in its database; `folder` is where its mirror is kept, `now`
 * epoch milliseconds.
 */
export function refuseBesideDatabase(folder: string, now: number): void {
  const file = mirrorFile(folder);
  const reading = readMirroredRuns(file, now);
  if (!reading) return;
  if (!reading.ok) throw unreadable(file, reading.reason);
  const holder = atWork(reading.runs);
  if (!holder) return;
  throw refusedError(
    `The ledger of this clone is in a database, where ${holder.owner.label} is at work, and this session was not told its address.`,
    'Set PITCREW_LEDGER_URL here as that session has it, or commit `ledger` in pitcrew.yml; then start this session again.',
  );
}

/** The same the other way round: `file` is the embedded ledger's. */
export function refuseBesideEmbedded(file: string, now: number): void {
  if (!existsSync(file)) return;
  const reading = readActiveRuns(file, now);
  if (!reading.ok) throw unreadable(file, reading.reason);
  const holder = atWork(reading.runs);
  if (!holder) return;
  throw refusedError(
    `The ledger is to be a database, but ${holder.owner.label} is still at work in the one of this clone (run ${holder.run}).`,
    'End that session first, or let it complete its work; ledger_status there shows what it holds.',
  );
}

const atWork = (runs: readonly RunView[]): RunView | undefined => runs.find((run) => run.liveness !== 'dead');

const unreadable = (file: string, reason: string): PitcrewError =>
  upstreamError(
    `Whether others are at work in this clone's other ledger cannot be read (${file}: ${reason}).`,
    'End all sessions of this clone, then move that file aside as a backup.',
  );
