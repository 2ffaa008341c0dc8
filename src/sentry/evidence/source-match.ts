import type { Frame } from '../event.ts';

/**
 * How a frame's source in the event compares with the checkout:
 * `matches` same line, same text; `moved` same text on another line; `differs` the line has changed but is too common
 * to be looked for; `gone` the text is nowhere in the file; `unchecked` the event brought no source.
 */
export type SourceState = 'matches' | 'moved' | 'differs' | 'gone' | 'unchecked';

export interface SourceMatch {
  state: SourceState;
  /** The line in the checkout, where it is known. */
  line?: number;
}

/** Compares white space as one blank: formatters move it. */
export function matchSource(lines: readonly string[], frame: Frame): SourceMatch {
  const { line } = frame;
  const reported = frame.context.find(([number]) => number === line)?.[1];
  if (line === undefined) return { state: 'unchecked' };
  if (reported === undefined || isSnipped(reported)) {
    return { state: 'unchecked', line: line <= lines.length && line > 0 ? line : undefined };
  }
  const wanted = plain(reported);
  if (plain(lines[line - 1] ?? '') === wanted) return { state: 'matches', line };
  if ((wanted.match(/[\p{L}\p{N}]/gu) ?? []).length < 6) return { state: 'differs' };
  const moved = nearestLike(lines, wanted, frame, line);
  return moved === undefined ? { state: 'gone' } : { state: 'moved', line: moved };
}

/** A file as its lines, whatever ends them. */
export const linesOf = (text: string): string[] => text.split(/\r\n|\n|\r/);

const plain = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Sentry cuts long lines to `{snip} ... {snip}`. */
const isSnipped = (text: string): boolean => text.includes('{snip}') || text.length > 1000;

/** Of the lines with that text, the one whose neighbours agree best; of equals, the nearest. At most 50 are weighed. */
function nearestLike(
  lines: readonly string[],
  wanted: string,
  frame: Frame,
  line: number,
): number | undefined {
  const context = frame.context.map(([number, text]): [number, string] => [number - line, plain(text)]);
  let best: { at: number; agreeing: number } | undefined;
  let weighed = 0;
  for (const [index, text] of lines.entries()) {
    if (text.length > 2000 || plain(text) !== wanted) continue;
    const agreeing = context.filter(
      ([by, near]) => near !== '' && plain(lines[index + by] ?? '') === near,
    ).length;
    const at = index + 1;
    const nearer = best && agreeing === best.agreeing && Math.abs(at - line) < Math.abs(best.at - line);
    if (!best || agreeing > best.agreeing || nearer) best = { at, agreeing };
    weighed += 1;
    if (weighed >= 50) break;
  }
  return best?.at;
}
