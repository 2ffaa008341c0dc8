import { redactPersonal } from './redact.ts';

/**
 * One line of text from outside (Sentry, GitHub, a log) made fit for an answer: secrets and addresses of persons
 * replaced, every character that is not seen and ANSI sequences removed, white space folded, at most `maxCharacters`
 * long. Never throws.
 */
export function untrustedLine(text: unknown, maxCharacters: number): string {
  return cut(clean(text, maxCharacters).replace(/\s+/g, ' ').trim(), maxCharacters);
}

/** The same for several lines: line breaks stay, each line's end is trimmed. */
export function untrustedBlock(text: unknown, maxCharacters: number): string {
  const lines = clean(text, maxCharacters).split(/\r\n?|\n/);
  return cut(
    lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd(),
    maxCharacters,
  );
}

/**
 * `text` between fences that it cannot close: the fence is longer than any run of back-ticks inside.
 * The label tells the model that what follows is data.
 */
export function fenced(text: string, label: string): string {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}untrusted ${label}\n${text}\n${fence}`;
}

/** A cell of a Markdown table: as `untrustedLine`, with what would end the cell or start markup escaped. */
export const untrustedCell = (text: unknown, maxCharacters: number): string =>
  untrustedLine(text, maxCharacters).replace(/[\\|`<>[\]]/g, (mark) => `\\${mark}`);

function clean(text: unknown, maxCharacters: number): string {
  // Far more than will be kept, so that a secret on the edge is still seen whole, but bounded.
  const seen = textOf(text).slice(0, maxCharacters * 4 + 8192);
  return redactPersonal(ALL_SEEN.test(seen) ? seen : onlySeen(seen));
}

const onlySeen = (text: string): string =>
  text.replace(ANSI, '').replace(UNSEEN, '').replace(PILED_MARKS, '$1');

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  try {
    return String(value);
  } catch {
    // An event may hold {"toString": 1} where text is expected.
    return '[object]';
  }
}

// Most texts: nothing below can match in them, and making ready to look costs a short-lived program a millisecond.
const ALL_SEEN = /^[\t\n\r\x20-\x7e]*$/;

const ANSI =
  /(?:\u001b\[|\u009b)[0-?]{0,32}[ -/]{0,8}[@-~]|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]{0,512}(?:\u0007|\u001b\\|\u009c)?|\u001b[@-Z\\-_]/g;

// By Unicode's own properties: controls but tab and line ends; format characters (zero-width, bidi, tags); what is
// ignored when displayed (variation selectors, fillers, soft hyphen); line and paragraph separators; lone surrogates.
const UNSEEN =
  /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\p{Default_Ignorable_Code_Point}|[\ufff0-\uffff]|[\u{e0000}-\u{e0fff}]/gu;

// Accents piled on one letter ("zalgo") reach over the lines around them; no script writes more than two of these.
const PILED_MARKS =
  /([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{2})[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{1,1000}/g;

function cut(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const head = text.slice(0, maxCharacters - 1);
  return `${/[\ud800-\udbff]$/.test(head) ? head.slice(0, -1) : head}…`;
}
