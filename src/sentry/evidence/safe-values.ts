import { isSecretName } from '../../core/redact.ts';
import { untrustedLine } from '../../core/untrusted.ts';
import { asRecord } from './loose.ts';

/** What stands for a value that its name says is a credential. */
export const HIDDEN = '[hidden]';
/** What stands for an e-mail address, an IP address or another value that its name says is a person's. */
export const PERSONAL = '[personal]';

/** One clean line: control characters and secrets removed, e-mail addresses replaced. */
export const safeLine = (value: unknown, maxCharacters: number): string =>
  withoutPersons(untrustedLine(value, maxCharacters));

export const withoutPersons = (text: string): string =>
  text.includes('@') ? text.replace(EMAIL, PERSONAL) : text;

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

/** True where a name says that its value opens something. Wider than the core's test: here a false alarm costs little. */
export const isSensitive = (name: string): boolean => {
  const plain = name.slice(0, 200);
  return isSecretName(plain) || SENSITIVE_NAME.test(plain);
};

export const isPersonalName = (name: string): boolean => PERSONAL_NAME.test(name.slice(0, 200));

const SENSITIVE_NAME =
  /passw|passphrase|passcode|secret|token|credential|cookie|authoriz|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|signature|csrf|xsrf|jwt|bearer|session[-_ ]?(id|key)|(^|[^a-z])(auth|sid|sig|session|otp|pin|pwd|ssn|cvv|cvc|iban|dsn|card[-_ ]?number)([^a-z]|$)|^(code|key|state|nonce)$/i;

const PERSONAL_NAME =
  /e-?mail|(^|[^a-z])(ip|ip[-_ ]?addr(ess)?|client[-_ ]?ip|remote[-_ ]?(ip|addr(ess)?)|x-forwarded-for|forwarded|x-real-ip|phone|user[-_ ]?name|full[-_ ]?name|first[-_ ]?name|last[-_ ]?name|birth\w*|latitude|longitude)([^a-z]|$)|^user$|^user\.(?!agent)/i;

const EMAIL = /[\w.+-]{1,64}@[a-z\d][a-z\d-]{0,62}(?:\.[a-z\d-]{1,62}){0,6}\.[a-z]{2,24}\b/gi;

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
