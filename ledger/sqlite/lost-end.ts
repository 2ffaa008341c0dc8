import type { Clock } from '../../src/core/clock.ts';
import type { Log } from '../../src/core/log.ts';
import { bootId } from '../owner.ts';
import { findBlocks } from '../view-blocks.ts';
import { readViewFile } from '../view-file.ts';
import type { Database } from './database.ts';
import { loadHead } from './load.ts';
import { damaged } from './open-store.ts';
import { EVENTS_OF_ONE } from './schema.ts';
import { transact } from './transact.ts';

/**
 * Sees to it that a store whose newest entries are gone is not taken for one in which they never were. `lost` commits
 * stand unread in its log, or the view shows a later revision. While this machine runs, sessions may hold what was lost:
 * then it throws `upstream`. After a restart nobody does: it goes on, past every revision and fence that was given.
 */
export async function refuseLostEnd(
  database: Database,
  file: string,
  lost: number,
  options: { view?: { file: string }; clock: Clock; log: Log },
): Promise<void> {
  // Read before the store: a view is rendered after its commit.
  const view = options.view ? viewOf(options.view.file) : Buffer.alloc(0);
  const { rev, store } = loadHead(database, file);
  const shown = Math.max(
    0,
    ...findBlocks(view).flatMap((block) => (block.store === store ? [block.rev] : [])),
  );
  if (lost === 0 && shown <= rev) return;
  const what =
    shown > rev
      ? `it ends with revision ${rev}, but its view shows revision ${shown}`
      : `its log is broken, with ${lost} changes after the break`;
  const boots = database.all('SELECT boot FROM kernels').map((row) => String(row.boot));
  if (boots.length === 0 || boots.includes(bootId())) throw damaged(file, what);
  const next = Math.max(shown, rev + lost) + 1;
  const summary = `after a restart of the machine ${what}; revisions and fences go on from ${next}`;
  await transact(database, file, () => {
    const at = options.clock();
    database.run('UPDATE ledger SET rev = ?, fence = fence + ? WHERE id = 1', next, next - rev);
    database.run(
      'INSERT INTO events VALUES (?, ?, ?, NULL)',
      next * EVENTS_OF_ONE,
      at,
      JSON.stringify({ rev: next, at, kind: 'recovered', summary }),
    );
  });
  // The broken rest of the log must not be found again.
  database.all('PRAGMA wal_checkpoint(TRUNCATE)');
  options.log.warn(`The ledger ${file}: ${summary}.`);
}

/** What is wrong with the view itself is told when it is read for its entries. */
function viewOf(file: string): Buffer {
  try {
    return readViewFile(file) ?? Buffer.alloc(0);
  } catch {
    return Buffer.alloc(0);
  }
}
