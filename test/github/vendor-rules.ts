// What GitHub and Sentry act on, written down from their own sources and pages, not from ours.

const KEYWORDS = '(?:close|closes|closed|fix|fixes|fixed|resolve|resolves|resolved)';

/** docs.github.com, "Linking a pull request to an issue", for references of every form. */
const gitHubClosing = new RegExp(
  `\\b${KEYWORDS}:?\\s+(?:[\\w.-]+/[\\w.-]+)?(?:#|GH-)\\d+|\\b${KEYWORDS}:?\\s+https?://\\S+/(?:issues|pull)/\\d+`,
  'iu',
);
/** html-pipeline's mention filter, wider: any @ that does not follow a letter or digit. */
const gitHubMention = /(^|[^A-Za-z0-9])@[A-Za-z0-9]/;

/** What of `text` would close an issue, notify somebody or resolve a Sentry issue; also once entities are decoded. */
export function actedOn(text: string): string[] {
  const decoded = text
    .replace(/&#x([0-9a-f]{1,6});/gi, (_all, hex: string) =>
      String.fromCodePoint(Number.parseInt(hex, 16) % 0x10ffff),
    )
    .replace(/&#(\d{1,7});/g, (_all, digits: string) => String.fromCodePoint(Number(digits) % 0x10ffff))
    .replace(/&commat;/gi, '@')
    .replace(/&num;/gi, '#');
  return [text, decoded].flatMap((form) => [
    ...(gitHubClosing.exec(form)?.slice(0, 1) ?? []),
    ...(gitHubMention.exec(form)?.slice(0, 1) ?? []),
    ...sentryReferences(form),
  ]);
}

/** getsentry/sentry, src/sentry/utils/groupreference.py: `find_referenced_groups`. */
function sentryReferences(text: string): string[] {
  const plain = text.replace(/\[([^\]]+)\]\([^)]+\)/gi, '$1');
  const statements = [...plain.matchAll(new RegExp(`\\b${KEYWORDS}:?\\s+([A-Za-z0-9_\\-\\s,]+)\\b`, 'giu'))];
  const urls = [...plain.matchAll(new RegExp(`\\b${KEYWORDS}:?\\s+(https?://[^\\s]+)`, 'giu'))];
  return [
    ...statements.flatMap((match) => match[1]?.match(/\b([A-Z0-9_-]+-[A-Z0-9]+)\b/gi) ?? []),
    ...urls.map((match) => match[0]),
  ];
}

/** Pieces from which attacks are made; fast-check puts them together. */
export const HOSTILE = [
  'fixes', 'Closes:', 'RESOLVED', 'cloſe', 'fix', 'fixed the crash in', 'Duplicate of', ' ', ' ', ' ', '\n', ': ', ', ',
  '#12', '#', '12', 'GH-7', 'acme/shop#3', 'https://github.com/acme/shop/issues/9', '/issues/', '/pull/4',
  'CART-3', 'cart-api-a', '-', 'https://acme.sentry.io/issues/77/', '[CART-3](https://x.test)', '[', '](', ']:',
  '@octocat', '@', 'acme/core', '@acme/core', '&#64;', '&#x40;octocat', '&commat;', '&', '#&#49;', 'a@b.c', '_@ann_', '\\@ann',
  '<!-- pitcrew:incident=sentry:acme/OTHER-1 -->', '<!--', '-->', '<!-- pitcrew:end -->', '<img src=x>', '</details>',
  '![x](https://evil.test/x.png)', '!', '```', '~~~', '`', '\u200b', '\u202e', '\u001b[31m', '\ud800', '> ', '## Proof', '|', '$', 'é',
]; // biome-ignore format: a list
