import type { Log } from '../../src/core/log.ts';
import type { Sql } from './sql.ts';
import { sql } from './sql.ts';

export interface Doubts {
  /** The COMMIT of this command was sent and not answered; `what` is for people. */
  add(cmd: string, what: string): void;
  /** Finds out what became of them and says so. `run` asks under the repository's lock: each of them has ended. */
  settle(run: (statement: Sql) => Promise<Record<string, unknown>[]>): Promise<void>;
}

/** Commands of this process whose outcome is not known. */
export function doubtsOf(repository: string, log: Log): Doubts {
  const doubts = new Map<string, string>();
  return {
    add: (cmd, what) => {
      doubts.set(cmd, what);
    },
    async settle(run) {
      if (doubts.size === 0) return;
      const asked = [...doubts];
      const rows = await run(
        sql`SELECT cmd FROM pitcrew.answers WHERE repository = ${repository} AND cmd = ANY(${asked.map(([cmd]) => cmd)})`,
      );
      const written = new Set(rows.map((row) => row.cmd));
      for (const [cmd, what] of asked) {
        doubts.delete(cmd);
        log.warn(
          `The ledger's database is back: ${what} had ${written.has(cmd) ? '' : 'not '}been written down.`,
        );
      }
    },
  };
}
