import { patternFinder } from './finder.ts';

/**
 * A token known by a literal beginning. `shape` continues right behind `prefix`, or is the whole where the literal
 * stands inside. Nothing alphanumeric may stand before it, so that it is not found in the middle of a word or a hash.
 */
export const token = (name: string, prefixes: string | readonly string[], shape: string): VendorFinder => {
  const all = typeof prefixes === 'string' ? [prefixes] : prefixes;
  const telling = all.filter((prefix) => prefix.length > 3 && /[^A-Za-z0-9]$/.test(prefix));
  const cut = telling.length > 0 ? `|(?:${literals(telling)})${CUT}` : '';
  return patternFinder(name, all, new RegExp(`(?<![A-Za-z0-9])(?:(?:${literals(all)})${shape}${cut})`, 'g'));
};

const literals = (prefixes: readonly string[]): string =>
  prefixes.map((prefix) => prefix.replace(/[.$/+]/g, '\\$&')).join('|');

/** What is left of a token that somebody cut short, as Sentry cuts tags: up to the end of the text, or to an ellipsis. */
const CUT = '(?=[A-Za-z_-]{0,20}[0-9])[A-Za-z0-9_.+/=-]{10,2000}(?=$|…|\\.{3})';

/** A token whose literal stands elsewhere than at its beginning. */
export const shaped = (name: string, hints: readonly string[], pattern: RegExp): VendorFinder =>
  patternFinder(name, hints, pattern);

export type VendorFinder = ReturnType<typeof patternFinder>;
