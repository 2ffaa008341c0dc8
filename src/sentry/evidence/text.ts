import { untrustedCell, untrustedLine } from '../../core/untrusted.ts';
import { type HeaderParts, header, leftOut, oddFacts } from './header.ts';
import type { Detail, Limits } from './limits.ts';
import type { LocatedFrame } from './locate.ts';
import { asPairs } from './loose.ts';
import { safeField, safeLine } from './safe-values.ts';
import { breadcrumbLines, chainLines, fencedLines, requestLines, usefulTags } from './sections.ts';
import { stackLines } from './stack-lines.ts';
import type { Suspect } from './suspects.ts';

export interface TextParts extends HeaderParts {
  /** Outermost first, each crash first, with the exception's name. */
  stacks: readonly { name: string; frames: readonly LocatedFrame[] }[];
  suspects: readonly Suspect[];
  /** May quote commit subjects, which are a contributor's words: shown behind a fence. */
  releaseNote?: string;
  detail: Detail;
  limits: Limits;
}

/**
 * The evidence as Markdown of at most `limits.text` characters, ordered by use: who and how often, the exceptions, the crash
 * frame and the way to it, the suspects, then what led there as far as room is left.
 */
export function evidenceText(parts: TextParts): string {
  const { event, limits, detail } = parts;
  const full = detail === 'full';
  const must = mustText(parts);
  const tags = usefulTags(event.tags, limits.tags).map(({ key, value }) => `${key}=${value}`);
  const extras = [
    section('breadcrumbs', breadcrumbLines(event, limits.breadcrumbs), full ? 2600 : 1000),
    section('request', event.request ? requestLines(event.request, full) : [], full ? 1500 : 400),
    section('tags', tags.length > 0 ? [tags.join(' · ')] : [], full ? 2000 : 700),
    ...(full ? fullSections(parts) : []),
  ].filter(Boolean);
  const closing = leftOut(event, detail);
  const kept = [must];
  let left = limits.text - must.length - closing.length - 4;
  for (const extra of extras) {
    if (extra.length + 2 > left) continue;
    kept.push(extra);
    left -= extra.length + 2;
  }
  return [...kept, left >= 0 ? closing : ''].filter(Boolean).join('\n\n');
}

/** What is never left out, shrunk until it fits: each of it keeps its beginning. */
function mustText(parts: TextParts): string {
  const { event, issue, limits, suspects } = parts;
  let text = '';
  for (const [share, most] of SHRINKING) {
    const chain = Math.floor(limits.chain * share);
    const stacks = Math.floor(limits.stacks * share);
    text = [
      header(parts),
      parts.releaseNote ? section('release and checkout', [untrustedLine(parts.releaseNote, 400)], 460) : '',
      fencedLines([...chainLines(event, issue.title, chain), ...oddFacts(event)], 'exception', chain),
      stackSection(parts, stacks),
      suspectSection(suspects.slice(0, most)),
    ]
      .filter(Boolean)
      .join('\n\n');
    if (text.length <= limits.text) break;
  }
  return text;
}

/** Steps of giving up room: share of the characters for exceptions and stacks, number of suspects. */
const SHRINKING = [
  [1, 5],
  [1, 3],
  [0.7, 2],
  [0.5, 1],
  [0.3, 1],
] as const;

function stackSection({ stacks, event, limits }: TextParts, budget: number): string {
  const [outermost, ...causes] = stacks;
  if (!outermost) return '';
  const alone = causes.length === 0;
  const room = budget - 80;
  const crash = fittingLines(outermost.frames, event.platform, limits, alone ? room : Math.floor(room * 0.6));
  const said = new Set(crash.map((line) => line.trim()));
  const causeLines = causes.slice(0, 6).flatMap(({ name, frames }) => {
    const own = stackLines(frames, event.platform, limits.cause).filter((line) => isNews(line, said));
    return own.length > 0 ? [`in ${untrustedLine(name, 80)}:`, ...own] : [];
  });
  return fencedLines([...crash, ...causeLines], 'frames, crash first', budget);
}

/** The stack in at most `room` characters. Where it is tight, naming the frames goes before showing their source. */
function fittingLines(
  frames: readonly LocatedFrame[],
  platform: string,
  { stack }: Limits,
  room: number,
): string[] {
  let lines: string[] = [];
  for (const smaller of [
    {},
    { sources: 2 },
    { sources: 1 },
    { sources: 1, compact: true },
    { sources: 0, compact: true },
  ]) {
    lines = stackLines(frames, platform, { ...stack, ...smaller });
    if (lines.reduce((sum, line) => sum + line.length + 1, 0) <= room) return lines;
  }
  return within(lines, room);
}

/** Causes share most of their stack with what they caused; a frame is shown once. */
function isNews(line: string, said: Set<string>): boolean {
  const key = line.trim().replace(/^> /, '');
  const news = !said.has(key) && !said.has(`> ${key}`) && !/^… \d+ library frame/.test(key);
  said.add(key);
  return news;
}

function within(lines: readonly string[], room: number): string[] {
  let left = room;
  const end = lines.findIndex((line) => {
    left -= line.length + 1;
    return left < 0;
  });
  return end < 0 ? [...lines] : [...lines.slice(0, end), `  … ${lines.length - end} more lines`];
}

function suspectSection(suspects: readonly Suspect[]): string {
  if (suspects.length === 0) return '';
  const lines = suspects.map(({ path, line, score, reasons }, position) => {
    const place = `${untrustedCell(path, 130)}${line === undefined ? '' : `:${line}`}`;
    return `${position + 1}. ${place} (${score}): ${untrustedCell(reasons.join('; '), 130)}`;
  });
  return ['Suspect files in this checkout (a score, no verdict):', ...lines].join('\n');
}

const section = (label: string, lines: readonly string[], budget: number): string =>
  lines.length === 0 ? '' : fencedLines(lines, label, budget);

/** Only asked for by name: local variables, other threads, contexts and extra values. */
function fullSections({ event, stacks }: TextParts): string[] {
  const crash = stacks[0]?.frames.find((located) => located.frame.inApp)?.frame;
  const pairs = (record: unknown, most: number) =>
    asPairs(record, most).map(([name, value]) => `${safeLine(name, 60)}: ${safeField(name, value, 160)}`);
  const threads = event.threads
    .filter((thread) => thread.frames.length > 0 && !thread.crashed)
    .slice(0, 10)
    .map(
      (thread) =>
        `${safeLine(thread.name ?? thread.id ?? '?', 40)}: ${safeLine(thread.frames.at(-1)?.function, 80)}`,
    );
  return [
    section('variables of the crash frame', pairs(crash?.variables, 15), 1200),
    section('contexts', pairs(event.contexts, 15), 1500),
    section('extra', pairs(event.extra, 20), 1500),
    section('other threads', threads, 800),
  ];
}
