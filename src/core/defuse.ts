import { untrustedBlock, untrustedLine } from './untrusted.ts';

/**
 * Text from outside or from a model, on its way into a title, body or comment on GitHub: takes the power from what
 * GitHub or Sentry would act on (closing keywords, references, mentions, HTML, images, links under a false name,
 * comments that look like our markers) by one space or middle dot in the right place. It stays legible, and holds
 * in prose, in code, and in the commit message that GitHub makes of a body on a squash merge, which is why neither
 * HTML entities nor back-ticks would do. Twice is the same as once.
 */
export function defuse(text: string): string {
  return (
    text
      // An entity would be decoded to the very character that the rules below take apart.
      .replace(/&(?=#?[a-z0-9]{1,32};)/gi, '& ')
      .replace(/<(?=[a-z/!?])/gi, '< ')
      .replace(/!(?=\[)/g, '! ')
      .replace(/\](?=[(:])/g, '] ')
      .replace(/(?<![a-z0-9])@(?=[a-z0-9_])/gi, '@ ')
      .replace(/#(?=[0-9])/g, '# ')
      .replace(/(GH-)(?=[0-9])/gi, '$1 ')
      .replace(/(\/(?:issues|pull|pulls|discussions)\/)(?=[0-9])/gi, '$1 ')
      .replace(CLOSING, '$1 ·$2')
  );
}

/** One untrusted line, cleaned, capped and defused. */
export const defusedLine = (text: unknown, maxCharacters: number): string =>
  defuse(untrustedLine(text, maxCharacters));

/** An untrusted block, cleaned, capped and defused. */
export const defusedBlock = (text: unknown, maxCharacters: number): string =>
  defuse(untrustedBlock(text, maxCharacters));

/**
 * What in a finished text GitHub or Sentry would still act on, or `undefined`: the last look before it is sent.
 * References alone (`#12`) are allowed here, because our own lists have them; after a closing keyword they are not.
 */
export function automationIn(text: string): string | undefined {
  const found = CLOSING_TEST.exec(text) ?? CLOSING_TEST.exec(withoutLinks(text)) ?? MENTION_TEST.exec(text);
  return found?.[0].trim().slice(0, 80);
}

/**
 * Links as their words, which Sentry takes for plain text: what `/\[([^\]]+)\]\([^)]+\)/g` finds. By hand, because that
 * pattern looks to the end of the text from every bracket that nobody closes.
 */
function withoutLinks(text: string): string {
  let plain = '';
  let done = 0;
  for (let open = text.indexOf('['); open >= 0; open = text.indexOf('[', Math.max(done, open + 1))) {
    const close = text.indexOf(']', open);
    if (close < 0) break;
    const end = text[close + 1] === '(' ? text.indexOf(')', close + 2) : undefined;
    if (end === -1) break;
    // No bracket before this `]` opens a link.
    if (end === undefined || close === open + 1 || end === close + 2) open = close;
    else {
      plain += text.slice(done, open) + text.slice(open + 1, close);
      done = end + 1;
    }
  }
  return plain + text.slice(done);
}

const KEYWORD = '\\b(?:close[sd]?|fix(?:es|ed)?|resolve[sd]?)';
// Sentry (getsentry/sentry, utils/groupreference.py) reads a keyword, then any run of words, commas and line ends,
// and takes every hyphenated word of the run for a short id; after a keyword it also takes an issue's URL. GitHub
// takes `#1`, `GH-1`, `owner/repository#1` and a URL. The flag u makes s match ſ, as their engines do.
// One break parts a target from all keywords before it, so a scan ends at the next keyword: linear.
const RUN = `(?:(?!${KEYWORD}:?\\s)[a-z0-9_\\-\\s,])*?[a-z0-9_-]-[a-z0-9]`;
const TARGET = `(?=\\s(?:${RUN}|\\s*(?:https?:|\\[|\\S*(?:#|GH-))))`;
const CLOSING = new RegExp(`(${KEYWORD}:?)${TARGET}(\\s)`, 'giu');
const CLOSING_TEST = new RegExp(`${KEYWORD}:?${TARGET}\\s+\\S+`, 'iu');
const MENTION_TEST = /(?<![a-z0-9])@[a-z0-9][a-z0-9/-]*/i;
