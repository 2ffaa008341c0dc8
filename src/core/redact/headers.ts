import { patternFinder } from './finder.ts';
import { isExpression, isPlaceholder, mixes } from './values.ts';

/** Credentials in headers, cookies and command lines. */
export const HEADERS = [
  patternFinder(
    'authorization',
    [],
    /((?:authorization|authenticate|authentication-info|x-amz-security-token)(?:["'`]\s{0,4},|["'`]?\]?\s{0,4}(?:=>|[=:]))\s{0,4}["'`]?)(?:digest|hawk|oauth|aws4-hmac-sha256|signature|mac|vapid)\s{1,4}(?:[\w-]{1,40}=(?:"[^"\n]{0,1000}"|[^\s,"]{1,1000})(?:,\s{0,4}|[ \t]{1,4})?){1,40}/gi,
  ),
  patternFinder(
    'authorization',
    [],
    /((?:authorization|x-auth(?:-token)?)(?:["'`]\s{0,4},|["'`]?\]?\s{0,4}(?:=>|[=:]))\s{0,4}["'`]?(?:[a-z][\w-]{1,30}\s{1,4})?)[^\s"'`,;<>(){}]{6,8000}/gi,
    { accept: ([whole, kept = '']) => isCredential(whole.slice(kept.length), kept) },
  ),
  patternFinder(
    'authorization',
    [],
    /((?<![a-z0-9])(?:bearer|apikey|ssws|sso-key|genie(?:key)?|dpop)\s{1,4})[a-z0-9._~+/=-]{8,8000}/gi,
    { accept: ([whole, kept = '']) => isCredential(whole.slice(kept.length), kept) },
  ),
  patternFinder(
    'authorization',
    [],
    /((?<![a-z0-9])(?:basic|negotiate|ntlm)\s{1,4})[a-z0-9+/]{8,8000}={0,2}(?![\w.])/gi,
    { accept: ([whole, kept = '']) => isCredential(whole.slice(kept.length), kept) },
  ),
  patternFinder(
    'cookie',
    [],
    /(cookies?(?:["'`]\s{0,4},|["'`]?\]?\s{0,4}(?:=>|[=:]))\s{0,4}["'`]?)[\w!#$%&*.^|~-]{1,100}=[^\r\n"'`<>]{1,8000}/gi,
    { accept: ([whole, kept = '']) => isCookie(whole.slice(kept.length)) },
  ),
  patternFinder(
    'flag',
    ['-'],
    /((?<![\w-])--?(?:[a-z]{1,20}-)?(?:password|passwd|passphrase|pass|pwd|token|secret|api-?key|auth|credentials?)\s{1,4}["']?)[^\s"'-][^\s"']{3,1000}/gi,
    { accept: ([whole, kept = '']) => !isPlaceholder(whole.slice(kept.length)) },
  ),
  patternFinder(
    'flag',
    ['curl', 'wget', 'http'],
    /((?:curl|wget|https?)\s[^\n]{0,300}?(?<=\s)(?:-u|--user|--proxy-user|-U)\s{0,4}["']?[\w.@+-]{1,64}:)[^\s"']{3,300}/g,
  ),
  patternFinder(
    'flag',
    ['mysql', 'sshpass'],
    /((?:mysql(?:dump|admin)?|sshpass)\s[^\n]{0,200}?(?<=\s)-p)[^\s]{4,200}/g,
    { accept: ([whole, kept = '']) => !isPlaceholder(whole.slice(kept.length)) },
  ),
  patternFinder('netrc', ['login'], /(login\s{1,4}\S{1,100}\s{1,20}password\s{1,4})\S{3,300}/g),
  patternFinder('sql-password', [], /((?:identified\s{1,4}by|password)\s{1,4}')[^'\n]{3,300}(?=')/gi),
];

/** What stands behind `Basic` or `Authorization:`: not the next word of a sentence, nor an expression of a program. */
function isCredential(value: string, kept: string): boolean {
  if (isPlaceholder(value) || isExpression(value)) return false;
  if (mixes(value)) return true;
  const scheme = /[a-z]\s{1,4}$/i.test(kept);
  return value.length >= 20 && (scheme || !/^[a-z_$][\w$]*$/i.test(value));
}

/** `theme=dark; sid=...`, where something in it is long enough to open anything; not a line of a program. */
const isCookie = (value: string): boolean =>
  value.length >= 8 && !/^[\w.]+=(?:[=>\s]|$)/.test(value) && /=[^;\s]{4}/.test(value);
