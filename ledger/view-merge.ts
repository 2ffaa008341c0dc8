import { findBlocks } from './view-blocks.ts';

/** Stands for our block while texts are compared: a line that no editor writes. Latin-1, as everything here. */
const MARK = '\0pitcrew\0\n';
/** So many lines before an insertion have to be found again, so that it comes to stand where it was made. */
const CONTEXT = 3;

/**
 * `now` with what a person made of `base` while it was replaced by `now`: `late` is what they saved. The lines that differ
 * between the two are exchanged in `now` too, or added where the others are not found: nothing that they wrote is
 * lost, and what is there already is not written twice. Our own block stays as `now` has it.
 */
export function mergeLate(base: Buffer, late: Buffer, now: Buffer): Buffer {
  const [from, to, present] = [linesOf(base), linesOf(late), linesOf(now)];
  const same = commonEnds(from, to);
  const removed = withoutMark(from.slice(same.start, from.length - same.end));
  const added = withoutMark(to.slice(same.start, to.length - same.end));
  const at = removed.length > 0 ? find(present, removed) : -1;
  if (at !== -1) return bytesOf(present.toSpliced(at, removed.length, ...added), now);
  if (added.length === 0 || find(present, added) !== -1) return now;
  const place = placeAfter(present, from.slice(0, same.start));
  return bytesOf(present.toSpliced(place, 0, ...added), now);
}

/** The lines with their ends, our first block as one of them; further ones are left out. */
function linesOf(bytes: Buffer): string[] {
  const text = bytes.toString('latin1');
  const parts: string[] = [];
  let from = 0;
  findBlocks(bytes).forEach((block, at) => {
    parts.push(text.slice(from, block.start), at === 0 ? MARK : '');
    from = block.end;
  });
  return [...parts, text.slice(from)].flatMap((part) => part.match(/[^\n]*\n|[^\n]+$/g) ?? []);
}

function bytesOf(lines: readonly string[], now: Buffer): Buffer {
  const block = findBlocks(now)[0];
  const own = block ? now.toString('latin1', block.start, block.end) : '';
  // A line that another one follows now has an end, even if it was the last before.
  const whole = lines.map((line, at) => (at < lines.length - 1 && !line.endsWith('\n') ? `${line}\n` : line));
  return Buffer.from(whole.map((line) => (line === MARK ? own : line)).join(''), 'latin1');
}

function commonEnds(a: readonly string[], b: readonly string[]): { start: number; end: number } {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start++;
  let end = 0;
  while (end < most - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return { start, end };
}

const withoutMark = (lines: readonly string[]): string[] => lines.filter((line) => line !== MARK);

/** The last place at which `wanted` stands in `lines`, one line after the other; -1 for none. */
function find(lines: readonly string[], wanted: readonly string[]): number {
  for (let at = lines.length - wanted.length; at >= 0; at--) {
    if (wanted.every((line, offset) => isSameLine(lines[at + offset], line))) return at;
  }
  return -1;
}

/** The last line of a file may lack its end. */
const isSameLine = (line: string | undefined, other: string): boolean =>
  line === other || line?.replace(/\r?\n$/, '') === other.replace(/\r?\n$/, '');

function placeAfter(lines: readonly string[], before: readonly string[]): number {
  const context = before.slice(-CONTEXT);
  const at = context.length > 0 ? find(lines, context) : -1;
  return at === -1 ? lines.length : at + context.length;
}
