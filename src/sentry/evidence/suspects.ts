import type { SentryEvent } from '../event.ts';
import type { LocatedFrame } from './locate.ts';
import { findLiteral, type Literals, type MessageHit } from './message-search.ts';
import { isBuiltPath, isTestPath, isVendoredPath } from './path-kind.ts';
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
  /** Files that changed between the release and the checkout. */
  changedSince: readonly string[];
}

const MOST_SUSPECTS = 5;

/**
 * Ranks local files by what points at them. The best frame counts: crash frame 50; where the exception has causes, crash frame of the
 * root cause 60 and of the outermost, which mostly only wraps it, 40; another in-app frame 36, halved with each step away from
 * the crash; a library frame that lies in the repository 10. One of several possible files gets its share. To it are added:
 * further frames 5; the reported line is there 10; the message is raised there 25 (10 where there are causes), or led there by
 * search 30 (15 for half of it); named by the transaction, culprit or a breadcrumb 8; changed since the release 12. Tests, built
 * and vendored files keep a quarter. Equal scores are ordered by path. The points are judgement, to be tuned on a corpus.
 */
export function rankSuspects(sources: SuspectSources): Suspect[] {
  const files = new Map<string, Tally>();
  for (const [depth, stack] of sources.stacks.entries()) tallyStack(stack, depth, sources, files);
  for (const hit of sources.hits) {
    add(
      files,
      hit.path,
      hit.line,
      'message',
      hit.whole ? 30 : 15,
      `holds the message "${safeLine(hit.literal, 60)}"`,
    );
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
  // Where nothing is declared in-app, the frames that lie in the repository are the best guess at it.
  const ranked = inApp.length > 0 ? inApp : stack.filter((located) => located.path !== undefined);
  const last = sources.stacks.length - 1;
  for (const [position, located] of ranked.slice(0, 30).entries()) {
    const [points, text] = frameReason(position, depth, last);
    if (points < 1) break;
    tallyFrame(located, points, text, files);
  }
  for (const located of stack) {
    if (!located.frame.inApp && located.path && inApp.length > 0) {
      add(files, located.path, located.line, 'library', 10, 'library frame that lies in the repository');
    }
  }
}

function frameReason(position: number, depth: number, last: number): [number, string] {
  if (position === 0 && depth === 0) return [last > 0 ? 40 : 50, 'crash frame'];
  if (position === 0 && depth === last) return [60, 'crash frame of the root cause'];
  return [36 * 0.5 ** Math.max(0, position - 1) * (depth > 0 ? 0.8 : 1), `in-app frame ${position + 1}`];
}

function tallyFrame(located: LocatedFrame, points: number, text: string, files: Map<string, Tally>): void {
  if (located.path === undefined) {
    const share = points / Math.max(2, located.candidates.length);
    for (const path of located.candidates.slice(0, 5)) {
      add(
        files,
        path,
        undefined,
        text,
        share,
        `${text}, one of ${located.candidates.length} files of that name`,
      );
    }
    return;
  }
  const tally = add(files, located.path, located.line, text.replace(/ \d+$/, ''), points, text);
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
  if (raised && !tally.reasons.has('message')) {
    tally.reasons.set('message', {
      points: sources.stacks.length > 1 ? 10 : 25,
      text: `raises the message (line ${raised.line})`,
    });
  }
  if (sources.changedSince.includes(path)) {
    tally.reasons.set('changed', { points: 12, text: 'changed since the release' });
  }
  const stem = path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  if (stem.length >= 4 && namedIn(sources.event, stem)) {
    tally.reasons.set('named', { points: 8, text: 'named by the transaction or a breadcrumb' });
  }
}

function namedIn(event: SentryEvent, stem: string): boolean {
  const texts = [
    event.transaction,
    event.culprit,
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

const isFrameKind = (kind: string): boolean => /frame|library/.test(kind);
