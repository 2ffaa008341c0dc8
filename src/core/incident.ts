import { createHash } from 'node:crypto';
import { inputError } from './errors.ts';
import { untrustedLine } from './untrusted.ts';

/** One production failure, whatever reported it: `sentry:ORG/SHORT-ID`. */
export const sentryIncident = (organization: string, shortId: string): string =>
  `sentry:${organization.toLowerCase()}/${shortId.toUpperCase()}`;

/** The short id in `sentry:ORG/SHORT-ID`. */
export const shortName = (incident: string): string => incident.slice(incident.indexOf('/') + 1);

/**
 * A name for folders and branches: `sentry-web-3f`. Never the date: two sessions of one day would collide. Where a
 * character had to be replaced, a few digits of a hash keep `MY_APP-1` and `MY-APP-1` apart.
 */
export function incidentSlug(incident: string): string {
  const name = shortName(incident).toLowerCase();
  const plain = name.replace(/[^a-z0-9-]+/g, '-');
  const hash = plain === name ? '' : `-${createHash('sha256').update(name).digest('hex').slice(0, 6)}`;
  return `${incident.slice(0, incident.indexOf(':'))}-${plain}${hash}`;
}

/** The branch of an incident's fix; derived from it alone, so that a second fix of it cannot hide under another name. */
export const incidentBranch = (incident: string): string => `fix/${incidentSlug(incident)}`;

/**
 * The short id in an argument as a person writes it, in upper case. No pattern decides what exists, the API does;
 * this only keeps out what can never be one. Throws an input error.
 */
export function shortIdOf(argument: string): string {
  const text = argument.trim();
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(text)) return text.toUpperCase();
  throw inputError(
    `"${untrustedLine(text, 60).replace(/[^ -~]/g, '?')}" is not a Sentry short id.`,
    'Use the id from the triage table, for example WEB-3F.',
  );
}
