import { inputError } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/**
 * A path of Sentry's API made from literal text and values, as a template tag: `apiPath`/organizations/${slug}/``.
 * Each value becomes exactly one segment; `.` and `..` are an input error, because URL parsers resolve them.
 */
export function apiPath(literals: TemplateStringsArray, ...values: readonly string[]): string {
  const joined = literals.map((literal, index) => literal + segment(values[index])).join('');
  return `/api/0${joined}`;
}

/** `?a=1&project=x&project=y`, or an empty string; lists are repeated, absent values left out. */
export function queryString(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const values = Array.isArray(value) ? value : value === undefined ? [] : [String(value)];
    for (const one of values) parameters.append(name, one);
  }
  const text = parameters.toString();
  return text ? `?${text}` : '';
}

/**
 * The root that API paths are appended to: a configured URL without `/api/0`, query and trailing slashes.
 * Throws an input error for what is no http(s) URL or holds credentials.
 */
export function baseUrlOf(configured: string): string {
  const url = URL.parse(configured.trim());
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw inputError(
      `The Sentry URL is not an http or https URL: ${untrustedLine(configured, 80)}.`,
      'Set SENTRY_URL to the root of the server, for example https://sentry.io.',
    );
  }
  if (url.username || url.password) {
    throw inputError(
      'The Sentry URL holds a user name or password.',
      'Take them out of SENTRY_URL; put the token into SENTRY_AUTH_TOKEN.',
    );
  }
  const path = url.pathname.replace(/\/api\/0\/?$/, '/');
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end--;
  return url.origin + path.slice(0, end);
}

function segment(value: string | undefined): string {
  if (value === undefined) return '';
  if (value === '' || value === '.' || value === '..' || !value.isWellFormed()) {
    throw inputError(
      `"${untrustedLine(value, 40)}" cannot be a part of a Sentry address.`,
      'Give the organization slug, project slug or issue id as Sentry shows it.',
    );
  }
  return encodeURIComponent(value);
}
