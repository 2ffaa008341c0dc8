import { join } from 'node:path';
import { literalGlob, unclaimable } from '../../ledger/glob-text.ts';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { systemClock } from '../core/clock.ts';
import { commandId } from '../core/command-id.ts';
import { stderrLog } from '../core/log.ts';
import type { Wanted } from './judge-edit.ts';
import { ledgerFile } from './ledger-file.ts';
import { ALLOW, deny, type HookVerdict } from './verdict.ts';

/**
 * Puts a free path into the claim of the session's run before it is edited, so that a second session hears of it now
 * and not at the commit. The only write of a hook; loaded only when there is one, and the ledger is in the clone.
 */
export async function claimPath(wanted: Wanted): Promise<HookVerdict> {
  const odd = unclaimable(wanted.path);
  if (odd) return deny(odd.reason, odd.advice);
  const { place } = wanted.seen;
  const ledger = await openSqliteLedger({
    file: ledgerFile(place),
    view: { file: join(place.mainCheckout, '.claude', 'active-runs.md') },
    clock: systemClock,
    log: stderrLog('error'),
  });
  try {
    const { run, fence } = wanted.run;
    const add = [{ glob: literalGlob(wanted.path), mode: 'exclusive' as const }];
    const amended = await ledger.amend({ cmd: commandId(), run, fence, add, drop: [] });
    if (amended.ok) return ALLOW;
    if (!('conflicts' in amended)) return deny(amended.reason, amended.advice);
    const [conflict] = amended.conflicts;
    const how = conflict?.paths.some(({ shared }) => shared) ? 'shared' : 'held';
    return deny(
      `${wanted.path} is ${how} by ${conflict?.holder ?? 'another session'}.`,
      conflict?.advice ?? 'ledger_status shows who holds what.',
    );
  } finally {
    await ledger.dispose();
  }
}
