/** By Unicode's own properties: what is not seen, or turns the direction of what is. Tab and line feed are text. */
export const UNSEEN =
  /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\p{Default_Ignorable_Code_Point}|[\ufffe\uffff]/u;

/** More accents on one letter than any script writes. */
export const PILED = /\p{Mn}{4}/u;

/**
 * What of a Markdown text is running text, and the first lines of its fences, which say that the rest is data. By the
 * rule for fences: as many back-ticks or more close one.
 */
export function partsOf(markdown: string): { outside: string[]; openings: string[] } {
  let fence = '';
  const outside: string[] = [];
  const openings: string[] = [];
  for (const line of markdown.split('\n')) {
    const ticks = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? '';
    if (fence !== '') {
      if (ticks.startsWith(fence) && /^ {0,3}(?:`+|~+)\s*$/.test(line)) fence = '';
    } else if (ticks !== '') {
      fence = ticks;
      openings.push(line);
    } else outside.push(line);
  }
  if (fence !== '') outside.push('A FENCE IS NEVER CLOSED');
  return { outside, openings };
}

const ACTIVE: readonly [string, RegExp][] = [
  ['an image', /!\[[^\]]*\]\s?[([]/],
  ['a link', /\]\([^)\s]|\]\[|^\s{0,3}\[[^\]]+\]:/],
  ['HTML', /<(?:[a-z/!?])/i],
  ['an ANSI sequence', /\u001b|\u009b/],
];

/**
 * What in running text would act: a line that an outsider begins (as a heading, a role, a step of ours, anything),
 * and markup in a line where one of them stands, with escapes and code taken out, as a reader of Markdown does. Our
 * own lines have no mark, and may be links and headings.
 */
export function activeIn(markdown: string, hostile: readonly { text: string; mark: string }[]): string[] {
  const beginnings = hostile
    .flatMap(({ text }) => text.split(/[\r\n]+/).map(beginning))
    .filter((one) => one.length > 5 && /\W/.test(one));
  return partsOf(markdown).outside.flatMap((line) => {
    if (OURS.test(line)) return [];
    const own = beginnings.find((one) => beginning(line).startsWith(one));
    if (own !== undefined) return [`a line of its own: ${line.slice(0, 200)}`];
    if (!hostile.some(({ mark }) => line.includes(mark))) return [];
    const plain = line.replace(/\\[!-/:-@[-`{-~]/g, '·').replace(/(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, 'code');
    return ACTIVE.filter(([, pattern]) => pattern.test(plain)).map(
      ([what]) => `${what}: ${line.slice(0, 200)}`,
    );
  });
}

/** Comments by which Pitcrew finds its own work again; of these outsiders' texts have only forgeries. */
const OURS =
  /^<!-- pitcrew(?::(?:begin(?: rev=\d+)?|end|incident=sentry:pitstop\/RACE-DAY-\w+)| (?:triage|end) [\w-]+) -->$/;

const beginning = (line: string): string => line.replace(/\s+/g, ' ').trim().slice(0, 12);
