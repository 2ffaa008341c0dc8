/** A part of a text that has to be replaced. */
export interface Found {
  start: number;
  end: number;
  /** What stands there afterwards. */
  token: string;
}

/** Finds one kind of secret in linear time. What it finds may overlap with what others find. */
export interface Finder {
  name: string;
  find(text: string): readonly Found[];
}

/** Finders that share a cheap look at the text: where `gate` finds nothing, none of them can. */
export interface FinderGroup {
  gate?: RegExp;
  finders: readonly Finder[];
}

interface PatternOptions {
  /** Default `[secret:NAME]`. */
  token?: string;
  /** A last look at a match, where the pattern alone would take ordinary text for a secret. */
  accept?(match: RegExpExecArray, text: string): boolean;
}

/**
 * A finder by pattern. One of `hints` must stand in the text before the pattern is tried (a search for a literal costs
 * next to nothing; an empty list always tries). What the pattern's first group matches is kept, and so are quotes around
 * the rest. All repetition in
 * `pattern` has an upper bound, so a match costs at most a constant; a test holds that.
 */
export function patternFinder(
  name: string,
  hints: readonly string[],
  pattern: RegExp,
  { token = `[secret:${name}]`, accept }: PatternOptions = {},
): Finder & { pattern: RegExp; hints: readonly string[] } {
  return {
    name,
    hints,
    pattern,
    find(text) {
      if (hints.length > 0 && !hints.some((hint) => text.includes(hint))) return NOTHING;
      const found: Found[] = [];
      for (const match of text.matchAll(pattern)) {
        if (accept && !accept(match, text)) continue;
        const start = match.index + (match[1]?.length ?? 0);
        const end = match.index + match[0].length;
        const quotes = isQuoted(text, start, end) ? 1 : 0;
        found.push({ start: start + quotes, end: end - quotes, token });
      }
      return found;
    },
  };
}

const isQuoted = (text: string, start: number, end: number): boolean =>
  end - start > 2 && text[start] === text[end - 1] && /["'`]/.test(text[start] ?? '');

const NOTHING: readonly Found[] = [];
