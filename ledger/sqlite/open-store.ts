import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { inputError, messageOf, refusedError, upstreamError } from '../../src/core/errors.ts';
import { connect, type Database, isBusy, isDamaged } from './database.ts';
import { MIGRATIONS, SCHEMA, TABLES } from './schema.ts';
import { retryWhileBusy, WAIT_BLOCKED_MS } from './transact.ts';

/**
 * The store in `file`, made where there is none yet. Made under another name and linked into place whole, so that a
 * file that is there but empty is damage and not a beginning: it is never taken for an empty ledger.
 * Throws `upstream` for a damaged, unreadable or unsuitable place and `refused` for a newer program's store.
 */
export async function openStore(file: string): Promise<Database> {
  const folder = dirname(file);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw upstreamError(
      `The ledger's folder ${folder} cannot be made: ${messageOf(error)}.`,
      'Check the permissions of the git directory.',
      error,
    );
  }
  refuseNetworkDisk(folder);
  return retryWhileBusy(file, () => {
    try {
      if (!existsSync(file)) createStore(file);
      return openExisting(file);
    } catch (error) {
      if (isBusy(error) || (error instanceof Error && 'kind' in error)) throw error;
      throw isDamaged(error) ? damaged(file, messageOf(error)) : unusable(file, error);
    }
  });
}

/** The store cannot be trusted; `findings` says what SQLite reports. */
export const damaged = (file: string, findings: string) =>
  upstreamError(
    `The ledger ${file} is damaged: ${findings}. Nothing is read from it, so that nobody's claim is overlooked.`,
    'Stop all sessions of this repository, move the file and its -wal aside as a backup, then start again.',
  );

export const unusable = (file: string, error: unknown) =>
  upstreamError(
    `The ledger ${file} cannot be used: ${messageOf(error)}.`,
    'Check that the disk has room and that this user may write to the folder.',
    error,
  );

export const tooNew = (file: string, schema: number) =>
  refusedError(
    `The ledger ${file} was written by a newer Pitcrew (format ${schema}; this one knows ${SCHEMA}).`,
    'Update Pitcrew in this session, then try again.',
  );

function createStore(file: string): void {
  const hasLog = existsSync(`${file}-wal`);
  // Looked for again after its log: another process may have made both since.
  if (existsSync(file)) return;
  if (hasLog) throw damaged(file, 'the file is gone, but its write-ahead log is still there');
  const draft = `${file}.new-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    fillDraft(draft, file);
    putInPlace(draft, file);
  } finally {
    for (const rest of [draft, `${draft}-wal`, `${draft}-shm`]) rmSync(rest, { force: true });
  }
}

function fillDraft(draft: string, file: string): void {
  const database = connect(draft);
  try {
    chmodSync(draft, 0o600);
    const { journal_mode: mode } = database.get('PRAGMA journal_mode = WAL') ?? {};
    if (mode !== 'wal') {
      throw inputError(
        `The disk that holds ${file} does not support the ledger (journal mode ${String(mode)}).`,
        'Keep the repository on a local disk.',
      );
    }
    database.exec(`BEGIN IMMEDIATE; ${TABLES}`);
    const mark = randomBytes(6).toString('hex');
    database.run('INSERT INTO ledger VALUES (1, ?, ?, 0, 0, 0)', SCHEMA, mark);
    database.exec('COMMIT');
    // Closing does this too, but says nothing where the disk is full; and the log is not put in place.
    database.get('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
}

/** A link fails where the name is taken, so only the first of several creators wins. */
function putInPlace(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    if (existsSync(file)) return;
    // A disk without hard links (FAT): the rename may meet another creator, within microseconds and once in a ledger's life.
    if (error instanceof Error && 'code' in error && error.code !== 'ENOSPC') renameSync(draft, file);
    else throw error;
  }
}

/** 8 MiB of log where nobody reads for long: every program that opens the store reads it through. */
const PAGES_OF_LOG = 2000;

function openExisting(file: string): Database {
  const database = connect(file, { timeoutMs: WAIT_BLOCKED_MS });
  try {
    database.exec('PRAGMA synchronous = NORMAL');
    // A checkpoint waits for the disk inside somebody's command; fewer of them also write a page once that changed often.
    database.exec(`PRAGMA wal_autocheckpoint = ${PAGES_OF_LOG}`);
    const tables = database.all("SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'ledger'");
    if (tables.length === 0) throw damaged(file, 'it holds no ledger (an empty or foreign file)');
    const schema = Number(database.get('SELECT schema FROM ledger WHERE id = 1')?.schema ?? 0);
    if (schema === 0) throw damaged(file, 'its first row is missing');
    if (schema > SCHEMA) throw tooNew(file, schema);
    if (schema < SCHEMA) migrate(database, file);
    // A damaged index would not fail, it would answer that nobody holds anything. Takes milliseconds: the store is small.
    const report = database.all('PRAGMA integrity_check(3)').map((row) => String(row.integrity_check));
    if (report.join() !== 'ok') throw damaged(file, report.join('; '));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Once, by the first program that knows the newer form; one of an older form refuses the store from then on. */
function migrate(database: Database, file: string): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have been first.
    const schema = Number(database.get('SELECT schema FROM ledger WHERE id = 1')?.schema ?? 0);
    if (schema > SCHEMA) throw tooNew(file, schema);
    for (let next = schema + 1; next <= SCHEMA; next++) database.exec(MIGRATIONS.get(next) ?? '');
    database.run('UPDATE ledger SET schema = ? WHERE id = 1', SCHEMA);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

// Linux magic numbers of statfs(2): NFS, SMB, SMB2, CIFS. SQLite's locks do not hold across their clients.
const NETWORK_DISKS = new Set([0x6969, 0x517b, 0xfe534d42, 0xff534d42]);

function refuseNetworkDisk(folder: string): void {
  if (process.platform !== 'linux' || !NETWORK_DISKS.has(statfsSync(folder).type)) return;
  throw refusedError(
    `The ledger's folder ${folder} is on a network disk, where its locks do not hold.`,
    'Work in a clone on a local disk.',
  );
}
