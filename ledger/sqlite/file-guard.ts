import { statSync } from 'node:fs';
import { messageOf, upstreamError } from '../../src/core/errors.ts';
import { type Database, isDamaged, resultCode } from './database.ts';
import { damaged, unusable } from './open-store.ts';

/**
 * Runs work on an open store, whose failures then say in words what is wrong with it. Refuses, as `upstream`, when the
 * file is no longer the one that was opened.
 */
export function guardFile(file: string, database: Database): <T>(work: () => Promise<T>) => Promise<T> {
  const { ino } = statSync(file, { bigint: true });
  return async (work) => {
    refuseReplacedFile(file, ino);
    try {
      return await work();
    } catch (error) {
      // A row that is no JSON any more: SQLite keeps no checksum of what it stores.
      if (isDamaged(error) || error instanceof SyntaxError) throw damaged(file, findings(database, error));
      throw resultCode(error) === undefined ? error : unusable(file, error);
    }
  };
}

/** Writing on into a file that has been removed or exchanged would make two ledgers of one. */
function refuseReplacedFile(file: string, inode: bigint): void {
  if (statSync(file, { bigint: true, throwIfNoEntry: false })?.ino === inode) return;
  throw upstreamError(
    `The ledger ${file} was removed or replaced while this session had it open.`,
    'Restart this session, so that it sees the same ledger as the others.',
  );
}

function findings(database: Database, error: unknown): string {
  try {
    const rows = database.all('PRAGMA quick_check(3)').flatMap((row) => Object.values(row).map(String));
    return rows.join('; ');
  } catch {
    return messageOf(error);
  }
}
