import {
  inputError,
  messageOf,
  type PitcrewError,
  refusedError,
  upstreamError,
} from '../../src/core/errors.ts';
import { untrustedLine } from '../../src/core/untrusted.ts';

/** The connection ended, or never came about: what was under way may have been done or not. */
export class ConnectionLost extends Error {
  /** It has not been done: the message was never sent, or the server says that it ended the transaction before (25P03). */
  readonly isUndone: boolean;

  constructor(cause: unknown, { isUnsent = false } = {}) {
    super(untrustedLine(messageOf(cause), 300), { cause });
    this.name = 'ConnectionLost';
    this.isUndone = isUnsent || sqlState(cause) === '25P03';
  }
}

/** The server's own code of an error (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
export function sqlState(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown) || !('severity' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

/**
 * What an error of pg means for the connection. Lost: all without a code of the server's (the network's), class 08,
 * 57P01-57P05 (shut down, starting, cut off for idling), 25P03 (idle in a transaction), 53300 (too many connections).
 */
export function asFailure(thrown: unknown): unknown {
  if (thrown instanceof ConnectionLost) return thrown;
  const state = sqlState(thrown);
  if (isWithoutTransactions(thrown)) return thrown;
  if (state === undefined) return isUnfit(thrown) ? thrown : new ConnectionLost(thrown);
  return /^(08...|57P0[1-5]|25P03|53300)$/.test(state) ? new ConnectionLost(thrown) : thrown;
}

/** A statement was named that the server does not have: the connection goes through other hands after all. */
export const isNotPlanned = (thrown: unknown): boolean => sqlState(thrown) === '26000';

/** Serialization and deadlock: the server has undone everything, and asks for a second try. Unplanned: it goes plain. */
export const wantsRepetition = (thrown: unknown): boolean =>
  isNotPlanned(thrown) || ['40001', '40P01'].includes(sqlState(thrown) ?? '');

/** The sentence for whatever kept the database from answering; `thrown` may be a sentence already. */
export function explained(thrown: unknown, shown: string): PitcrewError | unknown {
  if (thrown instanceof ConnectionLost) return unreachable(shown, thrown);
  const state = sqlState(thrown);
  if (state === undefined && !isUnfit(thrown)) return thrown;
  const said = untrustedLine(messageOf(thrown), 300);
  if (isUnencrypted(thrown)) {
    return inputError(
      `The encryption that the address of the ledger's database ${shown} asks for does not come about: ${said}.`,
      "Name the authority that signed the server's certificate with sslrootcert=FILE in the address, or correct sslmode.",
      thrown,
    );
  }
  if (isWithoutTransactions(thrown)) {
    return inputError(
      `The ledger's database ${shown} is behind a pooler in statement mode, which allows no transactions.`,
      'Name the server itself in the address, or a pool in transaction mode; in session mode waiters also hear of changes at once.',
      thrown,
    );
  }
  if (state === undefined || /^(28...|3D000)$/.test(state)) {
    return inputError(
      `The ledger's database ${shown} lets nobody in with these credentials: ${said}.`,
      'Check user, database and password: PITCREW_LEDGER_URL, or the file that PGPASSFILE names (~/.pgpass).',
      thrown,
    );
  }
  if (state === '55P03' || state === '57014') return busy(shown, thrown);
  if (state === '42501') {
    return inputError(
      `The ledger's database ${shown} forbids it: ${said}.`,
      "The database's user needs the right to create the schema pitcrew once, and then to read and write its tables.",
      thrown,
    );
  }
  return upstreamError(
    `The ledger's database ${shown} answers with an error: ${said} (${state}).`,
    'Nothing was written. Show this to whoever runs the database.',
    thrown,
  );
}

export const unreachable = (shown: string, cause: unknown): PitcrewError =>
  upstreamError(
    `The ledger's database ${shown} cannot be reached: ${messageOf(cause)}. Nothing was decided without it.`,
    'Look at the network and the database, then repeat; what this session holds stays its own until its lease ends.',
    cause,
  );

export const outcomeUnknown = (shown: string, kind: string, cause: unknown): PitcrewError =>
  upstreamError(
    `The connection to the ledger's database ${shown} broke while ${kind} was being written down; whether it was is not known.`,
    'Repeat the step when the database can be reached: it is not done twice. ledger_status shows what is on record.',
    cause,
  );

const busy = (shown: string, cause: unknown): PitcrewError =>
  upstreamError(
    `The ledger's database ${shown} is busy: others have held this repository's ledger for too long.`,
    'Repeat in a moment; if it stays so, ask whoever runs the database what its sessions wait for.',
    cause,
  );

export const tooNew = (shown: string, format: number, known: number): PitcrewError =>
  refusedError(
    `The ledger ${shown} was written by a newer Pitcrew (format ${format}; this one knows ${known}).`,
    'Update Pitcrew in this session, then try again.',
  );

export const missing = (shown: string, repository: string): PitcrewError =>
  upstreamError(
    `The ledger of ${repository} is not in ${shown} any more.`,
    'Restart this session, so that it sees the same ledger as the others; ask whoever runs the database what became of it.',
  );

/** Login and encryption that cannot come about; pg reports them without a code of the server's. */
const isUnfit = (thrown: unknown): boolean =>
  isUnencrypted(thrown) || /^SASL|password must be/i.test(messageOf(thrown));

/** PgBouncer's words, under a code that it has for nearly everything (08P01). */
const isWithoutTransactions = (thrown: unknown): boolean => /statement pooling/.test(messageOf(thrown));

function isUnencrypted(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return /does not support SSL/.test(messageOf(thrown)) || /CERT|^ERR_(TLS|SSL)/.test(code);
}
