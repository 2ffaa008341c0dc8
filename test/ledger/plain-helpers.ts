import type { Owner, PathClaim } from '../../ledger/ledger.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const START = Date.UTC(2026, 10, 21, 9, 30);

export const ownerOf = (name: string, pid = 4711): Owner => ({
  host: 'build-3',
  boot: 'boot-1',
  pidNamespace: 'pid:[1]',
  pid,
  start: name,
  label: `${name}, pid ${pid} on build-3`,
});

export const exclusive = (...globs: string[]): PathClaim[] =>
  globs.map((glob) => ({ glob, mode: 'exclusive' }));

let commands = 0;
export const cmd = (): string => `cmd-${++commands}`;
