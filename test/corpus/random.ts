/** Random enough for made-up secrets, the same in every run: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = UPPER.toLowerCase();
const DIGITS = '0123456789';

/** Alphabets by the letters in the corpus's table. */
export const ALPHABETS: Readonly<Record<string, string>> = {
  hex: `${DIGITS}abcdef`,
  HEX: `${DIGITS}ABCDEF`,
  digits: DIGITS,
  upper: UPPER + DIGITS,
  lower: LOWER + DIGITS,
  mixed: UPPER + LOWER + DIGITS,
  letters: UPPER + LOWER,
  url: `${UPPER + LOWER + DIGITS}-_`,
  base64: `${UPPER + LOWER + DIGITS}+/`,
};

/** So many characters of an alphabet; longer ones always have a digit, as real ones practically have. */
export function text(random: () => number, alphabet: string, length: number): string {
  const characters = ALPHABETS[alphabet] ?? alphabet;
  const pick = (from: string) => from.charAt(Math.floor(random() * from.length));
  const made = Array.from({ length }, () => pick(characters));
  if (/\d/.test(characters) && length > 6) {
    made[3] = pick(DIGITS);
    made[length - 2] = pick(DIGITS);
  }
  return made.join('');
}

export const uuid = (random: () => number): string =>
  [8, 4, 4, 4, 12].map((length) => text(random, 'hex', length)).join('-');
