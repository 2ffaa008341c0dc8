/** The ways in which a text is written into another, with what they are called. */
export const FORMS: readonly [name: string, encode: (text: string) => string][] = [
  ['plain', (text) => text],
  ['url', encodeURIComponent],
  ['url, every sign', (text) => text.replace(/[^A-Za-z0-9]/g, percent)],
  ['url, twice', (text) => encodeURIComponent(encodeURIComponent(text))],
  ['json', (text) => JSON.stringify(text)],
  ['json in json', (text) => JSON.stringify({ body: JSON.stringify({ text }) })],
  ['json, \\u', (text) => text.replace(/[^A-Za-z0-9]/g, unicode)],
  ['html', (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)],
  ['base64', (text) => Buffer.from(text).toString('base64')],
  ['base64 in words', (text) => Buffer.from(`the value is ${text} as sent`).toString('base64')],
  ['base64url', (text) => Buffer.from(text).toString('base64url')],
  [
    'base64, folded',
    (text) =>
      (
        Buffer.from(text)
          .toString('base64')
          .match(/.{1,76}/g) ?? []
      ).join('\n'),
  ],
  ['base64 in a url', (text) => encodeURIComponent(Buffer.from(text).toString('base64'))],
];

const percent = (sign: string): string =>
  `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
const unicode = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** All that a reader could make of a text: itself, with escapes undone twice, and what its base64 says. */
export function readings(text: string): string {
  const once = undone(text);
  const twice = undone(once);
  const plain = `${text}\n${once}\n${twice}\n${undone(twice)}`;
  return `${plain}\n${decodedBase64(plain)}`;
}

function undone(text: string): string {
  return text
    .replace(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\\u([0-9a-f]{4})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replace(/\\n/g, '\n')
    .replace(/\\(["\\/])/g, '$1');
}

function decodedBase64(text: string): string {
  const runs = text.match(/[A-Za-z0-9+/_-]{12,}/g) ?? [];
  return runs
    .flatMap((run) => [0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), 'base64').toString('latin1')))
    .join('\n');
}

/**
 * What of a secret a text still shows: a piece of nine characters, or the whole where it is shorter; `undefined` where
 * nothing is left.
 */
export function leftOf(secret: string, text: string): string | undefined {
  const seen = readings(text);
  if (secret.length <= 9) return seen.includes(secret) ? secret : undefined;
  for (let at = 0; at + 9 <= secret.length; at += 1) {
    const piece = secret.slice(at, at + 9);
    if (seen.includes(piece)) return piece;
  }
  return undefined;
}

const GRAM = 9;

/**
 * The secrets of which a text, as long as it may be, shows a piece in any form. The first third of a secret is not
 * looked for: a vendor's prefix is an ordinary word (`access_token`).
 */
export function leaksIn(shown: string, planted: readonly { secret: string; where: string }[]): string[] {
  const grams = new Map<string, { secret: string; where: string }>();
  for (const one of planted) {
    for (let at = Math.floor(one.secret.length / 3); at + GRAM <= one.secret.length; at += 1)
      grams.set(one.secret.slice(at, at + GRAM), one);
  }
  const seen = readings(shown);
  const leaked = new Map<string, string>();
  for (let at = 0; at + GRAM <= seen.length; at += 1) {
    const found = grams.get(seen.slice(at, at + GRAM));
    if (found === undefined || leaked.has(found.secret)) continue;
    leaked.set(found.secret, `${found.where}: ${seen.slice(Math.max(0, at - 80), at + 40)}`);
  }
  return [...leaked.values()];
}
