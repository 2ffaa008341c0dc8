const ESCAPE =
  /\\(?:x([0-9a-fA-F]{1,2})|x\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|c(.)|([0-7]{1,3})|([\s\S]))/g;
const LETTERS: Record<string, string> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The text that bash makes of the inside of `$'…'`. */
export const unescapeAnsi = (text: string): string =>
  text.replace(ESCAPE, (whole, hex, braced, short, long, control, octal, letter) => {
    if (control !== undefined) return String.fromCharCode(String(control).charCodeAt(0) & 31);
    if (octal !== undefined) return fromCode(Number.parseInt(octal, 8));
    if (letter !== undefined) return LETTERS[letter] ?? (/[\\'"?]/.test(letter) ? letter : whole);
    return fromCode(Number.parseInt(hex ?? braced ?? short ?? long, 16));
  });

const fromCode = (code: number): string => (code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '');
