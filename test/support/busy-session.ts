import { join } from 'node:path';
import type { Ledger } from '../../ledger/ledger.ts';
import { currentOwner } from '../../ledger/owner.ts';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { systemClock } from '../../src/core/clock.ts';
import { commandId } from '../../src/core/command-id.ts';

export interface BusySession {
  ledger: Ledger;
  /** Claims an issue that Sentry need not know, and ends the claim at once. */
  claimAndEnd(shortId: string): Promise<void>;
}

/** A session of this process on the ledger of a repository, for what needs many runs; its `ledger` is to be disposed of. */
export async function openBusySession({ repository }: { repository: string }): Promise<BusySession> {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const file = join(repository, '.git/pitcrew/ledger.db');
  const ledger = await openSqliteLedger({ file, clock: systemClock, log });
  const who = { session: 'busy', owner: currentOwner({ label: 'busy' }), ttlMs: 60_000 };
  return {
    ledger,
    claimAndEnd: async (shortId) => {
      const claims = { incidents: [`sentry:pitstop/${shortId}`], paths: [], base: 'a1', intent: '' };
      const answer = await ledger.register({ cmd: commandId(), ...who, ...claims });
      if (!answer.ok) throw new Error('refused');
      const { run, fence } = answer.run;
      await ledger.close({ cmd: commandId(), run, fence, status: 'completed', commits: [] });
    },
  };
}
