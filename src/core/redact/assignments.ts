import { patternFinder } from './finder.ts';
import { isExpression, isPlaceholder, mixes } from './values.ts';

const PASSWORD = 'pass(?:word|phrase|code|wd)|passwd|pwd|(?<![a-z])pass|(?<![a-z])pw';
const KEY_OF =
  'api|access|private|secret|account|shared|signing|encryption|encrypt|master|auth|license|service|deploy|ssh|hmac|jwt|app|application|client|consumer|storage|primary|webhook|session|crypto|cipher|public_?api|instrumentation|ingest|integration|subscription|admin|root';
const SECRET = `secret|credentials?|(?:${KEY_OF})[-_ ]?keys?(?:[-_]?(?:base|id|value))?|salt|connection[-_ ]?string`;
const TOKEN =
  '(?<!public[-_ ]?key)token|jwt|otp|(?<![a-z])auth|authkey|session[-_ ]?id|sess(?:ion|id)?|sid|csrf|xsrf|passkey|pat|bearer|dsn';

/** Ends of names with more after them: `passwordHash`, `token_v2`, `SECRET2`. */
const SUFFIX = '(?:[-_ ]?(?:hash|value|base|plain|text|v?\\d{1,3}))?';
/** What closes the name: a quote, a bracket of PHP or of a form's field, an XML tag. */
const CLOSE = '["\'`]?\\]?["\'`]?';
const OPERATOR = '\\s{0,4}(?:=>|:=|->|={1,2}|:|(?<=["\'`])\\s{0,4},(?=\\s{0,4}["\'`]))\\s{0,4}';

// The value: quoted, or up to what ends a value in a URL, a log line, a connection string or a program. A comma is
// part of it unless a blank or another name follows.
const QUOTED = `"(?:[^"\\\\\\n]|\\\\.){1,4000}"|'(?:[^'\\\\\\n]|\\\\.){1,4000}'|\`[^\`\\n]{1,4000}\``;
const BARE = '(?:[^\\s"\'`,;&<>(){}[\\]]|,(?=[^\\s"\'`,;&<>(){}[\\]=:]{1,60}(?:[\\s;&"\'`]|$))){1,4000}';

const named = (names: string): RegExp =>
  new RegExp(`((?:${names})${SUFFIX}${CLOSE}${OPERATOR}(?:[bru]{1,2}(?=["']))?)(?:${QUOTED}|${BARE})`, 'gi');

/** `name=value`, `name: value`, `"name": "value"`, `name => value`, `<name>value</name>`, where the name says secret. */
export const ASSIGNMENTS = [
  patternFinder('assignment', [], named(PASSWORD), { accept: isPassword }),
  patternFinder('assignment', [], named(SECRET), { accept: isSecret }),
  patternFinder('assignment', [], named(TOKEN), { accept: isToken }),
  // `ENCRYPTION_KEY=`, `STRIPE_SK=`: any name of an environment's kind.
  patternFinder(
    'assignment',
    ['_'],
    /((?<![A-Za-z0-9])[A-Z][A-Z0-9_]{1,60}_(?:KEY|PAT|SK|CREDS?|AUTH|PSK|SALT|PEPPER|SEED)(?:_[A-Z0-9]{1,10})?["'`]?\]?\s{0,2}[=:]\s{0,2})(?:"[^"\n]{1,4000}"|'[^'\n]{1,4000}'|[^\s"'`,;&<>(){}[\]]{1,4000})/g,
    { accept: isSecret },
  ),
  patternFinder(
    'assignment',
    ['</'],
    /(<(?:\w{1,30}:)?[\w-]{0,40}(?:password|passwd|pwd|secret|token|api-?key|access-?key|private-?key|credentials?)(?:\s[^<>]{0,200})?>)[^<>\s][^<>]{2,2000}(?=<\/)/gi,
    { accept: ([whole, kept = '']) => !isPlaceholder(whole.slice(kept.length)) },
  ),
];

interface Value {
  text: string;
  quoted: boolean;
  /** Nothing but the operator stands between name and value, as in a URL or a log; a program has blanks. */
  tight: boolean;
  /** The two characters behind it. */
  next: string;
}

function isPassword(match: RegExpExecArray, text: string): boolean {
  const value = readValue(match, text);
  if (!isPossible(value) || value.text.length < 3) return false;
  if (/^(?:[a-z]:)?[/\\~]/i.test(value.text)) return !/\bo?l?d?_?pwd\b[^a-z]*$/i.test(match[1] ?? '');
  if (value.quoted) return !isProse(value.text);
  if (value.tight) return value.text.length >= 4 || mixes(value.text);
  if (/[\d!$%^&*+?~|\\@#]/.test(value.text)) return !/^0x[0-9a-f]{1,4}$/i.test(value.text);
  // `password: letmein` at the end of a line; `password: string;` is a program's.
  return /^(?:\s|$)/.test(value.next) && /^[a-z_-]{6,40}$/i.test(value.text) && isEndOfLine(match, text);
}

function isSecret(match: RegExpExecArray, text: string): boolean {
  const value = readValue(match, text);
  if (!isPossible(value) || value.text.length < 6) return false;
  if (value.quoted && /\s/.test(value.text)) return mixes(value.text) && !isProse(value.text);
  return mixes(value.text) || ((value.quoted || value.tight) && (isWord(value.text) || isBase64(value.text)));
}

function isToken(match: RegExpExecArray, text: string): boolean {
  const value = readValue(match, text);
  if (!isPossible(value) || value.text.length < 8 || /\s/.test(value.text)) return false;
  // A program's types and names have a digit now and then: `session: Http2Session`.
  if (!value.tight && !value.quoted) return /\d.*\d/.test(value.text) && mixes(value.text);
  return mixes(value.text) || (value.tight && /^\d{8,}$/.test(value.text));
}

function readValue(match: RegExpExecArray, text: string): Value {
  const kept = match[1] ?? '';
  const raw = match[0].slice(kept.length);
  const quoted = /^["'`]/.test(raw);
  return {
    text: quoted ? raw.slice(1, -1) : raw,
    quoted,
    tight: !/\s["'`]?$/.test(kept),
    next: text.slice(match.index + match[0].length, match.index + match[0].length + 2),
  };
}

/** `token: Promise<string>` is a program's; the `</b>` behind a value ends markup around it. */
const isPossible = ({ text, quoted, tight, next }: Value): boolean =>
  !isPlaceholder(text) &&
  (quoted || !(isExpression(text) || next.startsWith('(') || (/^<(?!\/)/.test(next) && !tight)));

/** A sentence or a label about the secret: `'Your password is required'`. */
const isProse = (text: string): boolean =>
  /^[A-Za-z][a-z']*(?: [A-Za-z][a-z']*){1,}[.!?:]?$/.test(text.slice(0, 300)) && !/\d/.test(text);

const isBase64 = (text: string): boolean =>
  text.length >= 32 &&
  /^[A-Za-z0-9+/]{32,4000}={0,2}$/.test(text) &&
  /[A-Z]/.test(text) &&
  /[a-z]/.test(text);

/** A word without a capital inside, which would be a name in a program. */
const isWord = (text: string): boolean => /^[A-Za-z][a-z]{7,}$/.test(text);

const isEndOfLine = (match: RegExpExecArray, text: string): boolean =>
  /^[ \t]{0,8}(?:\r?\n|$)/.test(
    text.slice(match.index + match[0].length, match.index + match[0].length + 12),
  );
