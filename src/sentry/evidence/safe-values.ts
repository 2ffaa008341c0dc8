import { isSensitiveName, maskPersons } from '../../core/redact.ts';
import { untrustedLine } from '../../core/untrusted.ts';
import { asRecord } from './loose.ts';

/** What stands for a value that its name says is a credential. */
export const HIDDEN = '[hidden]';
/** What stands for an e-mail address, an IP address or another value that its name says is a person's. */
export const PERSONAL = '[personal]';

/** One clean line: control characters and secrets removed, e-mail and IP addresses replaced. */
export const safeLine = untrustedLine;

/** The core's rule for addresses of persons, for text that was not masked on its way in. */
export const withoutPersons = maskPersons;

/** The value of a field called `name`, as one line; hidden where the name says that it is secret or personal. */
export function safeField(name: string, value: unknown, maxCharacters: number): string {
  if (isSensitive(name)) return HIDDEN;
  if (PERSONAL_NAME.test(name)) return PERSONAL;
  if (typeof value === 'string') {
    return safeLine(/^[a-z][a-z\d+.-]*:\/\//i.test(value) ? safeUrl(value) : value, maxCharacters);
  }
  return safeLine(preview(value, maxCharacters), maxCharacters);
}

/** A URL without credentials, fragment, and the values of secret or personal query parameters. */
export function safeUrl(url: string): string {
  const [address = '', query] = splitOnce(splitOnce(url.slice(0, 4096), '#')[0] ?? '', '?');
  const shown = address.replace(/^([a-z][a-z\d+.-]{0,30}:\/\/)[^/@\s]{0,400}@/i, '$1');
  return query === undefined || query === '' ? shown : `${shown}?${safeQuery(query)}`;
}

/** `a=1&token=[hidden]`; long values are cut, as they are mostly identifiers or secrets without a name. */
export function safeQuery(query: string): string {
  return query
    .slice(0, 2048)
    .split('&', 30)
    .map((pair) => {
      const [name = '', value] = splitOnce(pair, '=');
      return value === undefined
        ? safeLine(name, 60)
        : `${safeLine(name, 40)}=${safeField(decoded(name), decoded(value), 40)}`;
    })
    .join('&');
}

/** A nested value as short JSON-like text. Stops when `maxCharacters` are reached, whatever the size of the value. */
export function preview(value: unknown, maxCharacters: number): string {
  const out: string[] = [];
  let left = maxCharacters;
  const put = (text: string) => {
    out.push(text);
    left -= text.length;
  };
  const visit = (inner: unknown, depth: number): void => {
    if (left <= 0) return;
    if (typeof inner === 'string') put(JSON.stringify(safeLine(inner, Math.max(20, left))));
    else if (inner === null || typeof inner !== 'object') put(String(inner));
    else if (depth >= 4) put(Array.isArray(inner) ? '[…]' : '{…}');
    else if (Array.isArray(inner)) {
      put('[');
      for (const [position, element] of inner.entries()) {
        if (left <= 0) break;
        if (position > 0) put(', ');
        visit(element, depth + 1);
      }
      put(']');
    } else {
      put('{');
      let first = true;
      const record = asRecord(inner) ?? {};
      for (const name in record) {
        if (left <= 0) break;
        if (!first) put(', ');
        first = false;
        put(`${safeLine(name, 60)}: `);
        if (isSensitive(name)) put(HIDDEN);
        else if (PERSONAL_NAME.test(name)) put(PERSONAL);
        else visit(record[name], depth + 1);
      }
      put('}');
    }
  };
  if (typeof value === 'string') return safeLine(value, maxCharacters);
  visit(value, 0);
  const text = out.join('');
  return text.length > maxCharacters ? `${text.slice(0, Math.max(0, maxCharacters - 1))}…` : text;
}

/** The core's wider test of a name. */
export const isSensitive = isSensitiveName;

export const isPersonalName = (name: string): boolean => PERSONAL_NAME.test(name.slice(0, 200));

const PERSONAL_NAME =
  /e-?mail|(^|[^a-z])(ip|ip[-_ ]?addr(ess)?|client[-_ ]?ip|remote[-_ ]?(ip|addr(ess)?)|x-forwarded-for|forwarded|x-real-ip|phone|user[-_ ]?name|full[-_ ]?name|first[-_ ]?name|last[-_ ]?name|birth\w*|latitude|longitude)([^a-z]|$)|^user$|^user\.(?!agent)/i;

function splitOnce(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
