import { inputError } from '../src/core/errors.ts';

/**
 * The one spelling of an incident's key. Sentry's organizations are lower case and its short ids upper case, and
 * people type both either way: `sentry:ACME/web-1` and `sentry:acme/WEB-1` are one issue. Throws an input error for
 * text that is no key.
 */
export function normalizeIncident(text: string): string {
  const key = text.trim();
  const colon = key.indexOf(':');
  if (!/^[A-Za-z][A-Za-z0-9+.-]{0,30}:[^\s\p{C}]{1,250}$/u.test(key)) {
    throw inputError(
      `${JSON.stringify(text.slice(0, 120)).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')} is not the key of an incident.`,
      'Write it as sentry:ORGANIZATION/SHORT-ID, the way the triage table shows it.',
    );
  }
  const scheme = key.slice(0, colon).toLowerCase();
  const rest = key.slice(colon + 1);
  if (scheme !== 'sentry') return `${scheme}:${rest}`;
  const slash = rest.lastIndexOf('/');
  return `sentry:${rest.slice(0, slash + 1).toLowerCase()}${rest.slice(slash + 1).toUpperCase()}`;
}

/** The part of a key that people write in texts: `WEB-1` of `sentry:acme/WEB-1`. */
export const shortIdOf = (incident: string): string =>
  incident.slice(Math.max(incident.indexOf(':'), incident.lastIndexOf('/')) + 1);
