import { untrustedBlock } from '../../core/untrusted.ts';
import type { Frame } from '../event.ts';
import type { LocatedFrame } from './locate.ts';
import { HIDDEN } from './safe-values.ts';

/** Lines of a source shown beside a frame; longer ones are cut around the column. */
const LONGEST_SOURCE_LINE = 130;

/** The source around a frame: from the checkout where the event's line is found there, else from the event, which is said. */
export function sourceLines(located: LocatedFrame, around: number): string[] {
  const { frame, state, line, lines } = located;
  const local = lines !== undefined && line !== undefined && state !== 'gone' && state !== 'differs';
  if (local) {
    const from = Math.max(1, line - around);
    const shown = lines
      .slice(from - 1, line + around)
      .map((text, offset): [number, string] => [from + offset, text]);
    return [
      ...(state === 'unchecked' ? [note('the checkout at that line; the event has no source')] : []),
      ...numberedLines(shown, line, frame),
    ];
  }
  const at = frame.line;
  if (at === undefined) return [];
  const shown = frame.context.filter(([number]) => Math.abs(number - at) <= around);
  const said = shown.length === 0 ? [] : DIFFERENCE[state ?? 'unchecked'];
  return [...(said ?? []).map(note), ...numberedLines(shown, at, frame)];
}

const note = (text: string): string => `      (${text})`;

const DIFFERENCE: Partial<Record<string, string[]>> = {
  gone: ['from the event; differs from the checkout, where this line is not any more'],
  differs: ['from the event; differs from the checkout'],
};

function numberedLines(lines: readonly [number, string][], line: number, frame: Frame): string[] {
  const isText = ([number, text]: [number, string]) => number === line || text.trim() !== '';
  const shown = lines.slice(lines.findIndex(isText), lines.findLastIndex(isText) + 1);
  return shown.map(([number, text]) => {
    const at = number === line;
    return `${at ? '    > ' : '      '}${number} | ${cleanSource(text, at ? frame.column : undefined)}`;
  });
}

/** A source line without secrets; of a long (minified) one, the part around the column where it failed. */
function cleanSource(text: string, column: number | undefined): string {
  if (KEY_MATERIAL.test(text)) return HIDDEN;
  const flat = (part: string, most: number) => untrustedBlock(part, most).replaceAll('\n', ' ');
  if (text.length <= LONGEST_SOURCE_LINE || column === undefined || column < 80) {
    return flat(text, LONGEST_SOURCE_LINE);
  }
  // Cleaned with a margin, so that a secret which begins before the part is still recognised.
  const from = Math.max(0, column - 60 - MARGIN);
  const clean = flat(text.slice(from, column + 70 + MARGIN), 2 * MARGIN + 140);
  return `…${clean.slice(column - 60 - from, column + 70 - from)}…`;
}

const MARGIN = 400;

/** A line inside a key block: nothing but base64. */
const KEY_MATERIAL = /^[\s"'`+]{0,40}[A-Za-z\d+/=]{48,200}(\\n)?[\s"'`+,;]{0,20}$/;
