import { join } from 'node:path';

/**
 * Where the server `pid` listens for paths that the guard adds to its claims, when the ledger is in a database. `folder`
 * is `pitcrew` in the git common directory, which is closed to other persons.
 */
export const claimDoor = (folder: string, pid: number): string =>
  process.platform === 'win32' ? `\\\\.\\pipe\\pitcrew-claims-${pid}` : join(folder, `claims-${pid}.sock`);

/** One line of JSON each way, then the connection ends. */
export interface DoorQuestion {
  run: string;
  fence: number;
  /** Relative to the repository's root, with `/`. */
  path: string;
}

export type DoorAnswer = { ok: true } | { ok: false; reason: string; advice: string };
