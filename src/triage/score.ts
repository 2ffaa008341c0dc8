import type { SentryIssue } from '../sentry/issue.ts';
import type { EventSignals } from './signals.ts';

export interface Score {
  /** 0 to 100, one decimal. */
  score: number;
  /** 0.2 to 1.5: how likely a fix can be found from the report. */
  solvability: number;
  /** 0 to 100: how many are hit. */
  population: number;
  /** One short phrase for each term. */
  reasons: string[];
}

type ScoredIssue = Pick<
  SentryIssue,
  'title' | 'culprit' | 'value' | 'level' | 'count' | 'userCount' | 'substatus'
>;

/**
 * `score = population x solvability / 1.5`, both bounded, so the score is 0 to 100.
 *
 * population = 100 x log10(1 + events + 10 x users) / 6, at most 100. A user weighs ten events as in Zed's background
 * crash agent; the logarithm is ours, so that one noisy issue does not stay on top for ever, and a million
 * is full.
 *
 * solvability = 0.6 and the terms below, within 0.2 and 1.5. Zed's: six or more in-app frames +0.5, three +0.3, a panic
 * or failed assertion +0.2, out of memory -0.35, segmentation fault -0.2, level error +0.1. Ours: one or two frames +0.1
 * (its numbers were measured on Rust, other languages have shorter stacks), none -0.1, fatal as error, and +0.1 for a
 * regressed or escalating issue, where what changed lately is known.
 *
 * Without signals (the event could not be fetched) the frames add and cost nothing.
 */
export function scoreIssue(issue: ScoredIssue, signals: EventSignals | undefined): Score {
  const text = [issue.title, issue.culprit, issue.value, signals?.signalText].join('\n');
  const terms = [framesTerm(signals), ...textTerms(text), ...issueTerms(issue)];
  return combine(issue, terms);
}

/** The best score that the issue can have whatever its event says: an event is fetched only where that matters. */
export function highestScore(issue: ScoredIssue): number {
  const text = [issue.title, issue.culprit, issue.value].join('\n');
  const known = textTerms(text).filter(({ points }) => points < 0);
  return combine(issue, [MANY_FRAMES, PANIC, ...known, ...issueTerms(issue)]).score;
}

/** Best first: by score, then last seen, then id, so that equal runs give equal lists. */
export function compareScored(
  one: { score: number; issue: SentryIssue },
  other: { score: number; issue: SentryIssue },
): number {
  return (
    other.score - one.score ||
    (other.issue.lastSeen ?? 0) - (one.issue.lastSeen ?? 0) ||
    (one.issue.id < other.issue.id ? -1 : one.issue.id > other.issue.id ? 1 : 0)
  );
}

const BASE = 0.6;
const LEAST = 0.2;
const MOST = 1.5;
const USER_WEIGHT = 10;
const FULL_POPULATION_DIGITS = 6;

interface Term {
  points: number;
  reason: string;
}

const MANY_FRAMES: Term = { points: 0.5, reason: 'many in-app frames' };
const PANIC: Term = { points: 0.2, reason: 'panic or assertion' };

function combine(issue: ScoredIssue, terms: readonly Term[]): Score {
  const sum = terms.reduce((total, { points }) => total + points, BASE);
  const solvability = round(Math.min(MOST, Math.max(LEAST, sum)), 2);
  const hit = 1 + issue.count + USER_WEIGHT * issue.userCount;
  const population = round(Math.min(100, (100 * Math.log10(hit)) / FULL_POPULATION_DIGITS), 1);
  return {
    score: round((population * solvability) / MOST, 1),
    solvability,
    population,
    reasons: [...terms.map(signed), `${issue.count} events, ${issue.userCount} users`],
  };
}

function framesTerm(signals: EventSignals | undefined): Term {
  if (!signals) return { points: 0, reason: 'frames unknown' };
  const { inAppFrames } = signals;
  const reason = `${inAppFrames} in-app ${inAppFrames === 1 ? 'frame' : 'frames'}`;
  if (inAppFrames >= 6) return { points: MANY_FRAMES.points, reason };
  if (inAppFrames >= 3) return { points: 0.3, reason };
  return inAppFrames > 0 ? { points: 0.1, reason } : { points: -0.1, reason };
}

function textTerms(text: string): Term[] {
  return TEXT_TERMS.filter(({ pattern }) => pattern.test(text)).map(({ term }) => term);
}

// Not within a longer word: "zoom" and "bloom" are no memory problem, "debug_assert" and "OOMKilled" are what they say.
const TEXT_TERMS: readonly { pattern: RegExp; term: Term }[] = [
  { pattern: /(?<![a-z])(?:panic|assert)/i, term: PANIC },
  {
    pattern: /(?<![a-z])out[ -]?of[ -]?memory|(?<![a-z])oom(?:[-_ ]?kill(?:ed|er)?)?(?![a-z])/i,
    term: { points: -0.35, reason: 'out of memory' },
  },
  {
    pattern: /segmentation fault|(?<![a-z])sigsegv(?![a-z])|(?<![a-z])segfault|exc_bad_access/i,
    term: { points: -0.2, reason: 'segmentation fault' },
  },
];

function issueTerms({ level, substatus }: ScoredIssue): Term[] {
  const serious = level === 'error' || level === 'fatal';
  const fresh = substatus === 'regressed' || substatus === 'escalating';
  return [
    ...(serious ? [{ points: 0.1, reason: level }] : []),
    ...(fresh ? [{ points: 0.1, reason: substatus }] : []),
  ];
}

const signed = ({ points, reason }: Term): string =>
  points === 0 ? reason : `${reason} ${points > 0 ? '+' : '-'}${Math.abs(points)}`;

function round(value: number, digits: number): number {
  const unit = 10 ** digits;
  return Math.round(value * unit) / unit;
}
