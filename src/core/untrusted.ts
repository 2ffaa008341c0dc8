import { redact } from './redact.ts';

/**
 * One line of text from outside (Sentry, GitHub, a log) made fit for an answer: secrets replaced, control, bidi,
 * tag and zero-width characters and ANSI sequences removed, white space folded, at most `maxCharacters` long.
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
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}untrusted ${label}\n${text}\n${fence}`;
}

/** A cell of a Markdown table: as `untrustedLine`, with what would end the cell or start markup escaped. */
export const untrustedCell = (text: unknown, maxCharacters: number): string =>
  untrustedLine(text, maxCharacters).replace(/[\\|`<>[\]]/g, (mark) => `\\${mark}`);

function clean(text: unknown, maxCharacters: number): string {
  const whole = typeof text === 'string' ? text : text === undefined || text === null ? '' : String(text);
  // Far more than will be kept, so that a secret on the edge is still seen whole, but bounded.
  return redact(
    whole
      .slice(0, maxCharacters * 4 + 8192)
      .replace(ANSI, '')
      .replace(INVISIBLE, ''),
  );
}

const ANSI = /\u001b(?:\[[0-?]{0,32}[ -/]{0,8}[@-~]|\][^\u0007\u001b]{0,512}(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;

// C0 and C1 controls but tab and line ends, soft hyphen, zero-width and bidi marks, variation selectors of the
// supplement and the tag block (both used to smuggle hidden text), byte order mark, lone surrogates.
const INVISIBLE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|[\u{e0000}-\u{e0fff}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;

function cut(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const head = text.slice(0, maxCharacters - 1);
  return `${/[\ud800-\udbff]$/.test(head) ? head.slice(0, -1) : head}…`;
}
