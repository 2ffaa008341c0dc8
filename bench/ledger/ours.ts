import { join } from 'node:path';
import type { Ledger, Run } from '../../ledger/ledger.ts';
import { currentOwner } from '../../ledger/owner.ts';
import { groupCommit } from '../../ledger/sqlite/group/group-commit.ts';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { systemClock } from '../../src/core/clock.ts';
import { commandId } from '../../src/core/command-id.ts';
import { stderrLog } from '../../src/core/log.ts';
import type { OpenStore, Store } from './store.ts';

const LEASE_MS = 120_000;
const fileIn = (folder: string): string => join(folder, 'ledger.db');

/** The ledger as a session has it: its own process, its view, and what this machine can see of the other processes. */
export const openOurs: OpenStore = async ({ folder, worker }) =>
  storeOf(await openLedgerIn(folder, { withView: true }), worker);

export function openLedgerIn(folder: string, { withView }: { withView: boolean }): Promise<Ledger> {
  return openSqliteLedger({
    file: fileIn(folder),
    clock: systemClock,
    log: stderrLog('error'),
    together: groupCommit('bench'),
    ...(withView && { view: { file: join(folder, 'active-runs.md') } }),
  });
}

export function storeOf(ledger: Ledger, worker: number): Store {
  const owner = currentOwner({ label: `bench ${worker}` });
  const runs = new Map<string, Run>();
  return {
    async register({ issue, path }) {
      const answer = await ledger.register({
        cmd: commandId(),
        session: `bench-${worker}`,
        owner,
        incidents: [`sentry:acme/${issue}`],
        paths: [{ glob: path, mode: 'exclusive' }],
        base: 'HEAD',
        ttlMs: LEASE_MS,
        intent: 'bench',
      });
      if (answer.ok) runs.set(issue, answer.run);
      return answer.ok;
    },
    async close({ issue }) {
      const run = runs.get(issue);
      if (!run) return;
      runs.delete(issue);
      const command = { cmd: commandId(), run: run.run, fence: run.fence };
      const answer = await ledger.close({ ...command, status: 'completed', commits: [] });
      if (!answer.ok) throw new Error(answer.reason);
    },
    end: () => ledger.dispose(),
  };
}

export async function makeOurs(folder: string): Promise<void> {
  await (await openLedgerIn(folder, { withView: false })).dispose();
}

/** Every run that was ever registered is in the list of events. */
export async function keptInOurs(folder: string): Promise<Set<string>> {
  const ledger = await openLedgerIn(folder, { withView: false });
  const events = await ledger.events({ afterRev: 0, limit: 1_000_000 });
  await ledger.dispose();
  return new Set(
    events
      .filter(({ kind }) => kind === 'registered')
      .flatMap(({ summary }) => summary.match(/sentry:acme\/([A-Z]+-\d+)/)?.[1] ?? []),
  );
}
