import fc from 'fast-check';
import { hostileText } from './texts.ts';

/** A text that begins, repeats and ends somehow: the form of every input that makes a pattern backtrack. */
export interface Repeated {
  start: string;
  piece: string;
  end: string;
}

export const repeated = (pieces: fc.Arbitrary<string>): fc.Arbitrary<Repeated> =>
  fc.record({
    start: fc.oneof(fc.constant(''), pieces, hostileText(8)),
    piece: fc.oneof(
      fc.array(pieces, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('') || ' '),
      fc.string({ minLength: 1, maxLength: 3 }),
    ),
    end: fc.oneof(fc.constant(''), pieces, hostileText(4)),
  });

/** Below this much work of the processor there is nothing to compare. */
const QUICK_MS = 40;

/**
 * Four times the text takes about four times the work: sixteen times would be quadratic. Counted is this process's own
 * work, so a busy machine is no failure; a bad measurement is repeated, as what is quadratic stays so.
 */
export async function expectLinear(
  work: (text: string) => unknown,
  { start, piece, end }: Repeated,
  length = 40_000,
): Promise<void> {
  const textOf = (size: number) => start + piece.repeat(Math.ceil(size / piece.length)) + end;
  const text = textOf(length);
  let whole = await workOf(work, text);
  if (whole < QUICK_MS) return;
  const quarter = textOf(length / 4);
  let ratio = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 6 && ratio > 9; attempt += 1) {
    whole = await workOf(work, text);
    ratio = Math.min(ratio, (whole + 2) / ((await workOf(work, quarter)) + 2));
  }
  if (ratio > 9)
    throw new Error(
      `Four times the text takes ${ratio.toFixed(1)} times as long: ${JSON.stringify({ start, piece, end })}`,
    );
}

/** Milliseconds of the processor. */
async function workOf(work: (text: string) => unknown, text: string): Promise<number> {
  const before = process.cpuUsage();
  await work(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
