import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Database } from '../database.ts';

/** A value made once and then kept in the sandbox's database, so that it survives a restart. */
export function keptSetting(database: Database, name: string, make: () => string): string {
  database.run('INSERT OR IGNORE INTO settings (name, value) VALUES (?, ?)', name, make());
  return database.get<{ value: string }>('SELECT value FROM settings WHERE name = ?', name)?.value ?? make();
}

/** In the form of Sentry's user tokens, so that what must redact those redacts these. */
export const newSentryToken = (): string => `sntryu_${randomBytes(32).toString('hex')}`;

/** In the form of GitHub's personal access tokens. */
export const newGithubToken = (): string =>
  `ghp_${randomBytes(48)
    .toString('base64')
    .replace(/[^a-z0-9]/gi, '')
    .padEnd(36, '0')
    .slice(0, 36)}`;

/** The public key of a DSN: 32 hexadecimal digits. */
export const newPublicKey = (): string => randomBytes(16).toString('hex');

/** Compares without telling by its duration how much of a guess was right. */
export function sameSecret(given: string, expected: string): boolean {
  const one = Buffer.from(given);
  const other = Buffer.from(expected);
  return one.length === other.length && timingSafeEqual(one, other);
}

export type Access = 'write' | 'read' | 'none';

/** What a token may do: `token` everything, any of `readOnly` only read. */
export function accessOf(given: string | null, token: string, readOnly: readonly string[]): Access {
  if (given === null) return 'none';
  if (sameSecret(given, token)) return 'write';
  return readOnly.some((known) => sameSecret(given, known)) ? 'read' : 'none';
}

/** The credential of an Authorization header (`Bearer X`, `token X`), or null. */
export const credentialOf = (header: string | undefined): string | null =>
  /^(?:bearer|token)\s+(\S+)\s*$/i.exec(header ?? '')?.[1] ?? null;
