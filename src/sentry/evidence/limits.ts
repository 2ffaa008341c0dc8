import type { StackLimits } from './stack-lines.ts';

export type Detail = 'small' | 'full';

export interface Limits {
  /** Characters of the whole text. */
  text: number;
  /** Characters of the exception chain with its messages. */
  chain: number;
  /** Characters of all stacks together. */
  stacks: number;
  stack: StackLimits;
  /** For the stack of each cause. */
  cause: StackLimits;
  breadcrumbs: number;
  tags: number;
}

/**
 * What one answer may cost. Program text has three to four characters to a token (o200k): `small` stays near 1,500
 * tokens, and under 1,300 for a native crash, which has no source; `full` stays near 3,000.
 */
const LIMITS: Record<Detail, Limits> = {
  small: {
    text: 5800,
    chain: 1100,
    stacks: 2700,
    stack: { frames: 40, sources: 4, libraryFrames: 0 },
    cause: { frames: 4, sources: 1, libraryFrames: 0 },
    breadcrumbs: 8,
    tags: 12,
  },
  full: {
    text: 11_500,
    chain: 2200,
    stacks: 5000,
    stack: { frames: 60, sources: 8, libraryFrames: 12 },
    cause: { frames: 15, sources: 3, libraryFrames: 4 },
    breadcrumbs: 30,
    tags: 60,
  },
};

/** Less than this holds no chain, frame and suspect together. */
const SMALLEST_TEXT = 1500;

/** Names of native code are dense in tokens and come without source: the same worth in less text. */
const DENSE = /^(native|cocoa|c)$/;
const DENSE_TEXT = 4100;

/** The limits of a level of detail, shrunk in proportion where the whole text has to be shorter. */
export function limitsFor(detail: Detail, platform: string, maxCharacters: number | undefined): Limits {
  const limits = LIMITS[detail];
  const text = Math.max(SMALLEST_TEXT, Math.min(maxCharacters ?? limits.text, limits.text));
  const share = text / limits.text;
  return {
    ...limits,
    text: detail === 'small' && DENSE.test(platform) ? Math.min(text, DENSE_TEXT) : text,
    chain: Math.floor(limits.chain * share),
    stacks: Math.floor(limits.stacks * share),
  };
}
