import { inputError } from '../../src/core/errors.ts';
import { untrustedLine } from '../../src/core/untrusted.ts';

export interface Address {
  /** For pg, with whatever password is in it: never shown. */
  url: string;
  /** `postgres://HOST:PORT/DATABASE`, without user, password and options: for people. */
  shown: string;
  hasPassword: boolean;
}

/**
 * Reads `postgres://USER@HOST:PORT/DATABASE?sslmode=verify-full`. Throws an input error, in which the text itself is not
 * repeated: it may hold a password.
 */
export function addressOf(text: string): Address {
  const url =
    /^postgres(ql)?:\/\//i.test(text) && !/\s/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (!url) {
    throw inputError(
      "The address of the ledger's database is not one.",
      'Write it as postgres://USER@HOST:5432/DATABASE, with special characters of a password percent-encoded.',
    );
  }
  // Only the part before the @ is known to everything that keeps passwords out of logs and of children.
  if (url.searchParams.has('password')) {
    throw inputError(
      "The address of the ledger's database has its password among the options.",
      'Write it as postgres://USER:PASSWORD@HOST/DATABASE in PITCREW_LEDGER_URL, or put it into the file that PGPASSFILE names.',
    );
  }
  const host = url.host || url.searchParams.get('host') || 'localhost';
  const shown = untrustedLine(`postgres://${host}${url.pathname}`, 200);
  return { url: strict(url), shown, hasPassword: url.password !== '' };
}

/**
 * pg 8 takes these modes for `verify-full` and warns of it on stderr; pg 9 would check less. Whoever wants libpq's
 * meaning writes `uselibpqcompat=true` beside it, as in pg itself.
 */
function strict(url: URL): string {
  const mode = url.searchParams.get('sslmode') ?? '';
  if (['prefer', 'require', 'verify-ca'].includes(mode) && !url.searchParams.has('uselibpqcompat')) {
    url.searchParams.set('sslmode', 'verify-full');
  }
  return url.href;
}
