import { crashFrames, type SentryEvent } from '../event.ts';
import { framePoints } from './frame-points.ts';
import type { LocatedFrame } from './locate.ts';
import { findLiteral, type Literals, type MessageHit } from './message-search.ts';
import type { SymbolHit } from './message-symbols.ts';
import { isBuiltPath, isTestPath, isVendoredPath } from './path-kind.ts';
import type { RelatedFile } from './related.ts';
import { safeLine } from './safe-values.ts';

/** A file of the checkout that may hold the fault, and why. */
export interface Suspect {
  path: string;
  line?: number;
  /** 1 to 100, for ordering; it is no probability. */
  score: number;
  reasons: string[];
}

export interface SuspectSources {
  event: SentryEvent;
  /** Stacks, outermost exception first, each crash first. */
  stacks: readonly (readonly LocatedFrame[])[];
  literals: Literals;
  hits: readonly MessageHit[];
  /** Files that the lines of the crash stack lead to. */
  related: readonly RelatedFile[];
  /** Files that name what the crash missed. */
  symbols: readonly SymbolHit[];
  /** The files to be judged by their names alone, where no frame leads anywhere; none where one does. */
  namesToTry: readonly string[];
  /** Files that changed between the release and the checkout. */
  changedSince: readonly string[];
}

const MOST_SUSPECTS = 5;

/**
 * Ranks local files by what points at them. For a file on a stack the best frame counts, as framePoints weighs it (a library frame that
 * lies in the repository: 10; one of several possible files: its share), and 5 for further frames, 10 where the reported line is there,
 * 25 where the message is raised (not where there are causes, nor in a guard).
 * A file on no stack has 22 where the line of one of the two frames nearest to the crash leads to it, 12 where that of a further one
 * does, 8 where the crashing line only calls it; 18 for giving a value to what was missed, 12 for naming it, 6 more for further names;
 * where no frame leads anywhere, 30 for holding the message and 15 for half of it.
 * Any file has 12 more where the message names it, 12 where it changed since the release, 8 where the transaction or a breadcrumb names it.
 * Tests, built and vendored files keep a quarter. Equal scores are ordered by path. The points were tuned on bench/corpus.
 */
export function rankSuspects(sources: SuspectSources): Suspect[] {
  const files = new Map<string, Tally>();
  for (const [depth, stack] of sources.stacks.entries()) tallyStack(stack, depth, sources, files);
  const onStack = new Set(files.keys());
  for (const hit of sources.hits) {
    const text = `holds the message "${safeLine(hit.literal, 60)}"`;
    add(files, hit.path, hit.line, 'message', hit.whole ? 30 : 15, text);
  }
  tallyRelations(sources, files, onStack);
  for (const path of sources.namesToTry) {
    // `toggle-wish.ts`, `ToggleWish.vue`: names of two words or more are seldom met by accident.
    const stem = stemOf(path);
    if (stem.length < 8 || !/[a-z][-_.A-Z]\w/.test(stem)) continue;
    if (namedIn(sources.event, stem)) add(files, path, undefined, 'named', 8, NAMED);
  }
  for (const [path, tally] of files) tallyHints(path, tally, sources);
  return [...files]
    .map(([path, tally]) => suspectOf(path, tally))
    .sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1))
    .slice(0, MOST_SUSPECTS);
}

interface Tally {
  line?: number;
  linePoints: number;
  lines?: readonly string[];
  /** True where the crash was a deliberate refusal in this file. */
  refused?: boolean;
  reasons: Map<string, { points: number; text: string }>;
}

function add(
  files: Map<string, Tally>,
  path: string,
  line: number | undefined,
  kind: string,
  points: number,
  text: string,
): Tally {
  const tally: Tally = files.get(path) ?? { linePoints: 0, reasons: new Map() };
  files.set(path, tally);
  const known = tally.reasons.get(kind);
  if (!known || known.points < points) tally.reasons.set(kind, { points, text });
  if (line !== undefined && points > tally.linePoints) {
    tally.line = line;
    tally.linePoints = points;
  }
  return tally;
}

function tallyStack(
  stack: readonly LocatedFrame[],
  depth: number,
  sources: SuspectSources,
  files: Map<string, Tally>,
): void {
  const inApp = stack.filter((located) => located.frame.inApp);
  // Where nothing is declared in-app, the frames that lie in the repository are the best guess at it; and where some of the
  // application's frames do, the others are a library that nobody declared as one.
  const here = (inApp.length > 0 ? inApp : stack).filter(isHere);
  for (const { located, points, text, refused } of framePoints(here, depth, sources.stacks)) {
    tallyFrame(located, points, text, files);
    const tally = located.path === undefined ? undefined : files.get(located.path);
    if (tally && refused) tally.refused = true;
  }
  for (const located of stack) {
    if (!located.frame.inApp && located.path && inApp.length > 0) {
      add(files, located.path, located.line, 'library', 10, 'library frame that lies in the repository');
    }
  }
}

const isHere = ({ path, candidates }: LocatedFrame): boolean => path !== undefined || candidates.length > 0;

/** Files on no stack: what a line leads to, and what names the thing that was missed. */
function tallyRelations(
  { related, symbols }: SuspectSources,
  files: Map<string, Tally>,
  onStack: ReadonlySet<string>,
): void {
  for (const { path, frame, name, called: isCalled } of related) {
    if (onStack.has(path)) continue;
    const from = frame === 0 ? 'the crashing line' : `the line of in-app frame ${frame + 1}`;
    add(
      files,
      path,
      undefined,
      'related',
      isCalled ? 8 : frame < 2 ? 22 : 12,
      `${from} leads to it by ${safeLine(name, 40)}`,
    );
  }
  const called = new Set(related.flatMap((file) => (file.called ? [file.path] : [])));
  for (const { path, line, symbol, assigns } of symbols) {
    // What the crashing line calls was to be given the thing, and cannot have made it.
    if (onStack.has(path) || called.has(path)) continue;
    const text = `${assigns ? 'gives a value to' : 'names'} ${safeLine(symbol, 40)}`;
    // One name gives the points; that there are others besides is worth a little more.
    if (files.get(path)?.reasons.has('symbol')) add(files, path, undefined, 'symbols', 6, text);
    add(files, path, line, 'symbol', assigns ? 18 : 12, text);
  }
}

function tallyFrame(located: LocatedFrame, points: number, text: string, files: Map<string, Tally>): void {
  if (located.path === undefined) {
    const share = points / Math.max(2, located.candidates.length);
    for (const path of located.candidates.slice(0, 5)) {
      add(
        files,
        path,
        undefined,
        `frame: ${text}`,
        share,
        `${text}, one of ${located.candidates.length} files of that name`,
      );
    }
    return;
  }
  const tally = add(files, located.path, located.line, `frame: ${text.replace(/ \d+$/, '')}`, points, text);
  tally.lines ??= located.lines;
  if (located.state === 'matches')
    add(files, located.path, undefined, 'line', 10, 'the reported line is there');
  if (located.state === 'moved') {
    add(files, located.path, undefined, 'line', 10, `the reported line is there, now line ${located.line}`);
  }
  if (located.state === 'gone') add(files, located.path, undefined, 'line', 0, 'the reported line is gone');
}

function tallyHints(path: string, tally: Tally, sources: SuspectSources): void {
  const raised = tally.lines && findLiteral(tally.lines, sources.literals.whole);
  // What wraps a cause raises a message of its own, which says nothing about where the fault is.
  if (raised && !tally.refused && sources.stacks.length === 1 && !tally.reasons.has('message')) {
    tally.reasons.set('message', { points: 25, text: `raises the message (line ${raised.line})` });
  }
  if (sources.changedSince.includes(path)) {
    tally.reasons.set('changed', { points: 12, text: 'changed since the release' });
  }
  if (
    sources.event.exceptions.some(({ value }) => value.slice(0, 2000).includes(path)) &&
    path.includes('/')
  ) {
    tally.reasons.set('said', { points: 12, text: 'named by the message' });
  }
  const stem = stemOf(path);
  if (stem.length >= 4 && namedIn(sources.event, stem))
    tally.reasons.set('named', { points: 8, text: NAMED });
}

const NAMED = 'named by the transaction or a breadcrumb';

const stemOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');

function namedIn(event: SentryEvent, stem: string): boolean {
  // The culprit is the server's reading of the stack: only where there is no stack does it add anything.
  const stackless = crashFrames(event).length === 0;
  const texts = [
    event.transaction,
    stackless ? event.culprit : undefined,
    ...event.breadcrumbs.slice(-10).map((crumb) => crumb.message),
  ];
  return texts.some((text) => text?.slice(0, 500).toLowerCase().includes(stem.toLowerCase()));
}

function suspectOf(path: string, tally: Tally): Suspect {
  const reasons = [...tally.reasons].sort(([, a], [, b]) => b.points - a.points);
  const frames = reasons.filter(([kind]) => isFrameKind(kind)).map(([, reason]) => reason.points);
  const others = reasons.filter(([kind]) => !isFrameKind(kind)).map(([, reason]) => reason.points);
  const points = (frames[0] ?? 0) + (frames.length > 1 ? 5 : 0) + others.reduce((sum, each) => sum + each, 0);
  const kind = isVendoredPath(path)
    ? 'vendored'
    : isBuiltPath(path)
      ? 'built'
      : isTestPath(path)
        ? 'test'
        : undefined;
  return {
    path,
    line: tally.line,
    score: Math.max(1, Math.min(100, Math.round(kind ? points / 4 : points))),
    reasons: [...reasons.map(([, reason]) => reason.text), ...(kind ? [`${kind} file`] : [])],
  };
}

const isFrameKind = (kind: string): boolean => /^(frame:|library)/.test(kind);
