import {
  baseName,
  distinctiveWords,
  isTellingFile,
  isTellingFunction,
  type RelatedSignals,
} from './search-queries.ts';

export type Confidence = 'High' | 'Medium' | 'Low';

export interface IssueScore {
  score: number;
  confidence: Confidence;
  /** Why, strongest first, in our words with names from the event. */
  reasons: string[];
}

/**
 * How likely an issue is about the same fault. Deterministic; each row counts once:
 *
 * | found in the issue | points |
 * |---|---|
 * | the message's telling words, in the title / in the text | 45 / 35 |
 * | the crash function / another in-app function | 25 / 10 |
 * | the crash file's path / its name alone / another file's name | 25 / 15 / 8 |
 * | the exception type | 15 |
 * | a title with at least half of the same words | 15 |
 * | the release / the platform | 5 / 3 |
 *
 * High: 65 and more, with the crash site (function or file) *and* a symptom (message or type): two independent
 * kinds of evidence. Medium: 35 and more. Low: 15 and more. Less is `undefined`: no relation. In doubt the lower
 * one, since a wrong High costs a reviewer more than a missing Low.
 */
export function scoreIssue(
  issue: { title: string; body: string },
  signals: RelatedSignals,
): IssueScore | undefined {
  const finds = [
    messageFind(issue, signals),
    functionFind(issue, signals),
    fileFind(issue, signals),
    typeFind(issue, signals),
    titleFind(issue, signals),
    releaseFind(issue, signals),
    platformFind(issue, signals),
  ].filter((find) => find !== undefined);
  const score = finds.reduce((sum, find) => sum + find.points, 0);
  if (score < LEAST.Low) return undefined;
  const shows = (kind: Find['kind']) => finds.some((find) => find.kind === kind);
  const high = score >= LEAST.High && shows('site') && shows('symptom');
  return {
    score,
    confidence: high ? 'High' : score >= LEAST.Medium ? 'Medium' : 'Low',
    reasons: finds.toSorted((a, b) => b.points - a.points).map((find) => find.reason),
  };
}

const LEAST = { High: 65, Medium: 35, Low: 15 };

interface Find {
  points: number;
  kind: 'symptom' | 'site' | 'context';
  reason: string;
}
type Issue = { title: string; body: string };
type Finder = (issue: Issue, signals: RelatedSignals) => Find | undefined;

const messageFind: Finder = ({ title, body }, { message }) => {
  const words = distinctiveWords(message);
  if (words === '') return undefined;
  if (contains(title, words)) return { points: 45, kind: 'symptom', reason: 'same message in its title' };
  return contains(body, words)
    ? { points: 35, kind: 'symptom', reason: 'same message in its text' }
    : undefined;
};

const functionFind: Finder = (issue, { functions }) => {
  const telling = functions.slice(0, 20).filter(isTellingFunction);
  const found = telling.find((name) => names(issue, lastSegment(name)));
  if (found === undefined) return undefined;
  return found === functions[0]
    ? { points: 25, kind: 'site', reason: `names the crash function ${lastSegment(found)}` }
    : { points: 10, kind: 'context', reason: `names the function ${lastSegment(found)} of the stack` };
};

const fileFind: Finder = (issue, { files }) => {
  const crash = (files[0] ?? '').replace(/^(\.{0,2}[\\/])+/, '');
  if (/[\\/]/.test(crash) && names(issue, crash))
    return { points: 25, kind: 'site', reason: `names the crash file ${crash}` };
  const found = files.slice(0, 20).find((path) => isTellingFile(path) && names(issue, baseName(path)));
  if (found === undefined) return undefined;
  return found === files[0]
    ? { points: 15, kind: 'site', reason: `names the crash file ${baseName(found)}` }
    : { points: 8, kind: 'context', reason: `names the file ${baseName(found)} of the stack` };
};

const typeFind: Finder = (issue, { exceptionTypes }) => {
  const found = exceptionTypes
    .slice(0, 10)
    .find((type) => type.length >= 4 && names(issue, lastSegment(type)));
  return found === undefined
    ? undefined
    : { points: 15, kind: 'symptom', reason: `same exception type ${lastSegment(found)}` };
};

const titleFind: Finder = ({ title }, signals) => {
  const ours = wordSet(signals.title);
  const theirs = wordSet(title);
  const shared = [...ours].filter((word) => theirs.has(word)).length;
  const all = new Set([...ours, ...theirs]).size;
  return shared >= 3 && shared / all >= 0.5
    ? { points: 15, kind: 'context', reason: 'a title of mostly the same words' }
    : undefined;
};

const releaseFind: Finder = (issue, { release }) =>
  release && release.length >= 3 && names(issue, release)
    ? { points: 5, kind: 'context', reason: `names the release ${release}` }
    : undefined;

const platformFind: Finder = (issue, { platform }) =>
  platform && platform.length >= 3 && names(issue, platform)
    ? { points: 3, kind: 'context', reason: `names the platform ${platform}` }
    : undefined;

const contains = (text: string, words: string): boolean => plain(text).includes(plain(words));

/** Punctuation is how reports differ when they quote the same message. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** `name` as a whole name, not as a part of a longer one; upper and lower case differ in code. */
function names({ title, body }: Issue, name: string): boolean {
  const text = `${title}\n${body}`;
  for (let at = text.indexOf(name); name !== '' && at >= 0; at = text.indexOf(name, at + 1)) {
    const before = text[at - 1] ?? ' ';
    const after = text[at + name.length] ?? ' ';
    if (!/[\p{L}\p{N}_$]/u.test(before) && !/[\p{L}\p{N}_$]/u.test(after)) return true;
  }
  return false;
}

const lastSegment = (name: string): string => name.split(/[.:#]/).findLast((part) => part !== '') ?? name;

const wordSet = (text: string): Set<string> =>
  new Set(
    plain(text)
      .split(' ')
      .filter((word) => word.length >= 3),
  );
