import { inputError } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';

export interface IssueReference {
  /** `number`: Sentry's own id. `short`: anything else, which only Sentry can tell. */
  kind: 'number' | 'short';
  id: string;
  /** Named by an address; the caller compares it with the configured one. */
  organization?: string;
  host?: string;
}

/**
 * Reads what a person or an agent calls an issue: a short id (`NODE-EXPRESS-3`, in any case), a numeric id, or the
 * address of an issue page. Whether it exists, only Sentry knows; here only what can never be one is an input error.
 */
export function parseIssueReference(text: string): IssueReference {
  const trimmed = text.trim();
  const address = /^https?:\/\//i.test(trimmed) ? fromAddress(trimmed) : undefined;
  const id = address?.id ?? trimmed;
  if (!canBeAnId(id)) throw notAnIssue(text);
  const number = /^\d+$/.test(id);
  return { ...address, kind: number ? 'number' : 'short', id: number ? id : id.toUpperCase() };
}

const LONGEST_ID = 128;

/** Letters, digits and `-_.`, beginning with a letter or digit: what project slugs are made of. */
function canBeAnId(id: string): boolean {
  return id.length <= LONGEST_ID && /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(id);
}

/** `/organizations/ORG/issues/ID/...`, `/ORG/PROJECT/issues/ID/`, and `ORG.sentry.io/issues/ID/`. */
function fromAddress(address: string): Omit<IssueReference, 'kind'> | undefined {
  const url = URL.parse(address);
  if (!url) return undefined;
  const parts = url.pathname.split('/').filter((part) => part !== '');
  const at = parts.indexOf('issues');
  const id = parts[at + 1];
  if (at < 0 || id === undefined) return undefined;
  const organization = organizationIn(url.hostname, parts.slice(0, at));
  return { id, host: url.hostname, ...(organization ? { organization } : {}) };
}

function organizationIn(hostname: string, before: string[]): string | undefined {
  const named = before.indexOf('organizations');
  if (named >= 0) return before[named + 1];
  if (before.length >= 2) return before.at(-2);
  const [label, ...rest] = hostname.split('.');
  return rest.join('.') === 'sentry.io' && label !== undefined && !NOT_ORGANIZATIONS.has(label)
    ? label
    : undefined;
}

const NOT_ORGANIZATIONS = new Set(['www', 'us', 'de', 'eu']);

const notAnIssue = (text: string) =>
  inputError(
    `"${untrustedLine(text, 60)}" is not an issue of Sentry.`,
    'Give a short id such as NODE-EXPRESS-3, a numeric id, or the address of the issue page.',
  );
