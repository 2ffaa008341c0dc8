/**
 * A line or message with what differs from run to run masked, so that a crash in production and its reproduction can
 * be compared: numbers, UUIDs, hexadecimal ids, e-mail and IP addresses become `#`, and so do the words `[email]` and `[ip]`, as
 * somebody's address is masked before it gets here and a test's own (`test@localhost`, `::1`) is not; all kinds of quotes
 * become `"`, backslashes go, white space is folded, case is dropped. Every pattern is linear; a second pass changes nothing.
 */
export function normalise(text: string): string {
  return text
    .toLowerCase()
    .replace(/\\/g, '')
    .replace(/["'`´‘’“”]/g, '"')
    .replace(/\[(?:email|ip)\]|(?<![\w.+#-])[\w.+-]+@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,8}/g, '#')
    .replace(/(?<![\w:])[0-9a-f]{0,5}(?::[0-9a-f]{0,5}){2,8}(?![\w:])/g, maskId)
    .replace(/\b0x[0-9a-f]+/g, '#')
    .replace(/[0-9a-f-]{8,}/g, maskId)
    .replace(/\d+/g, '#')
    .replace(/#(?:[.,:]?#)+/g, '#')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Only with a digit in it: `defaced` and `added-feedback` are words. */
const maskId = (run: string): string => (/\d/.test(run) ? '#' : run);

/** The parts of a normalised message around its quoted values: `user "bob" not found` has `user `, ` not found`. */
export const aroundQuotes = (normalised: string): string[] =>
  normalised.split(/(?<!\w)"[^"]{0,200}"(?!\w)/).filter((part) => /[a-z]{2}/.test(part));

/** Whether the parts stand in `line` in this order. */
export function containsInOrder(line: string, parts: readonly string[]): boolean {
  let from = 0;
  for (const part of parts) {
    const at = line.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return parts.length > 0;
}
