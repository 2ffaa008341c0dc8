import { frameLine } from './frame-line.ts';
import type { LocatedFrame } from './locate.ts';
import { sourceLines } from './source-lines.ts';

export interface StackLimits {
  /** In-app frames that are named. */
  frames: number;
  /** Of those, how many show their source; the crash frame shows two lines more on each side. */
  sources: number;
  /** Library frames that are named instead of counted. */
  libraryFrames: number;
  /** Shortens all frames but the crash frame, so that more of them can be named. */
  compact?: boolean;
}

/**
 * A stack (crash first) as lines: the crash frame with its source, what it called, then the application's frames outwards,
 * with the libraries' between them counted.
 */
export function stackLines(stack: readonly LocatedFrame[], platform: string, limits: StackLimits): string[] {
  const crash = Math.max(
    0,
    stack.findIndex((located) => located.frame.inApp),
  );
  const crashed = stack[crash];
  if (!crashed) return [];
  return [
    `> ${frameLine(crashed, platform)}`,
    ...(limits.sources > 0 ? sourceLines(crashed, 3) : []),
    ...aboveLines(stack.slice(0, crash), platform, limits),
    ...outwardLines(stack.slice(crash + 1), platform, limits),
  ];
}

/** The library frames between the crash frame and the crash itself. */
function aboveLines(above: readonly LocatedFrame[], platform: string, limits: StackLimits): string[] {
  const [top] = above;
  if (!top) return [];
  if (above.length <= limits.libraryFrames) {
    return ['  in its call of', ...above.map((located) => `    ${frameLine(located, platform)}`)];
  }
  const count = above.length > 1 ? ` (${above.length} library frames deep)` : '';
  return [`  raised in${count}: ${frameLine(top, platform)}`];
}

function outwardLines(frames: readonly LocatedFrame[], platform: string, limits: StackLimits): string[] {
  const anyInApp = frames.some((located) => located.frame.inApp);
  const isOurs = (located: LocatedFrame) => located.frame.inApp || !anyInApp;
  const entries: Entry[] = [];
  let library = 0;
  let named = 1;
  let libraryLines = 0;
  for (const located of frames) {
    if (!isOurs(located) && libraryLines >= limits.libraryFrames) {
      library += 1;
      continue;
    }
    if (library > 0) entries.push({ lines: [libraryNote(library)], frames: 0 });
    library = 0;
    if (isOurs(located)) {
      const source = named < limits.sources && located.frame.inApp ? sourceLines(located, 1) : [];
      entries.push({ lines: [`  ${outward(frameLine(located, platform), limits)}`, ...source], frames: 1 });
      named += 1;
    } else {
      entries.push({ lines: [`    ${frameLine(located, platform)}`], frames: 0 });
      libraryLines += 1;
    }
  }
  if (library > 0) entries.push({ lines: [libraryNote(library)], frames: 0 });
  return firstFrames(withoutRepeats(entries), anyInApp ? limits.frames : 8, anyInApp);
}

/** Where room is short: no parameter list, no folders but the last. */
function outward(line: string, limits: StackLimits): string {
  if (limits.compact !== true || line.length <= COMPACT_LINE) return line;
  const short = line
    .replace(/\([^()]{0,400}\)(?= (?:at|from|→) )/, '')
    .replace(/ (at|→) \S*?([^/\s]+\/[^/\s]+)$/, ' $1 …/$2');
  return short.length <= COMPACT_LINE ? short : `${short.slice(0, 50)}…${short.slice(-(COMPACT_LINE - 51))}`;
}

const COMPACT_LINE = 90;

/** Lines that stand for `frames` of the frames that are named. */
interface Entry {
  lines: string[];
  frames: number;
}

function firstFrames(entries: readonly Entry[], most: number, inApp: boolean): string[] {
  let named = 1;
  const end = entries.findIndex((entry) => {
    named += Math.min(1, entry.frames);
    return named > most;
  });
  if (end < 0) return entries.flatMap((entry) => entry.lines);
  const omitted = entries.slice(end).reduce((sum, entry) => sum + entry.frames, 0);
  const lines = entries.slice(0, end).flatMap((entry) => entry.lines);
  return [...lines, `  … ${omitted} more ${inApp ? 'in-app ' : ''}frame${omitted === 1 ? '' : 's'}`];
}

const libraryNote = (count: number): string => `  … ${count} library frame${count === 1 ? '' : 's'}`;

/** Recursion: a block of up to six entries that repeats is shown once, with the number of its repetitions. */
function withoutRepeats(entries: readonly Entry[]): Entry[] {
  const keys = entries.map((entry) => entry.lines.join('\n'));
  const kept: Entry[] = [];
  for (let at = 0; at < entries.length; ) {
    const { size, times } = repetition(keys, at);
    const block = entries.slice(at, at + size);
    kept.push(...block);
    if (times > 1) {
      const frames = block.reduce((sum, entry) => sum + entry.frames, 0) * (times - 1);
      const what = size === 1 ? 'the line above' : `the ${size} entries above`;
      kept.push({ lines: [`  … ${what}, ${times - 1} more time${times === 2 ? '' : 's'}`], frames });
    }
    at += size * times;
  }
  return kept;
}

function repetition(keys: readonly string[], at: number): { size: number; times: number } {
  for (let size = 1; size <= 6; size += 1) {
    let end = at + size;
    while (end < keys.length && keys[end] === keys[end - size]) end += 1;
    const times = Math.floor((end - at) / size);
    if (times > 1) return { size, times };
  }
  return { size: 1, times: 1 };
}
