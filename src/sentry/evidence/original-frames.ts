import type { Frame, SentryEvent } from '../event.ts';
import type { Checkout } from './checkout.ts';
import { isLibraryPath } from './in-app.ts';
import { pathSegments } from './raw-path.ts';
import { type BuiltScript, builtScript, type OriginalPlace } from './source-map.ts';
import { linesOf } from './source-match.ts';
import { SuffixIndex } from './suffix-index.ts';

/** A frame of built code as it was written. */
export interface OriginalFrame {
  frame: Frame;
  /** The built script of the checkout whose map said so. */
  built: string;
}

/** Maps frames of bundled or minified scripts back, by the source maps that lie in the checkout. */
export interface Originals {
  of(frame: Frame): Promise<OriginalFrame | undefined>;
  /** Built scripts of the frames asked for whose build is not the reported one; their maps were not used. */
  stale(): readonly string[];
}

/** Scripts opened for one event, and their characters in all: an event rarely crosses more than a few chunks. */
const MOST_SCRIPTS = 12;
const MOST_CHARACTERS = 60 * 1024 * 1024;
/** Scripts of the same name that are compared with a frame. */
const MOST_CANDIDATES = 6;

/** The way back for the frames of `event`. Every script is read once; one that cannot be read costs only its frames. */
export function originalsOf(event: SentryEvent, checkout: Checkout): Originals {
  let index: Promise<SuffixIndex> | undefined;
  const opened = new Map<string, Promise<BuiltScript | undefined>>();
  const stale = new Set<string>();
  let characters = 0;

  async function open(path: string): Promise<BuiltScript | undefined> {
    const known = opened.get(path);
    if (known || opened.size >= MOST_SCRIPTS || characters > MOST_CHARACTERS) return await known;
    const reading = builtScript(checkout, path);
    opened.set(path, reading);
    const script = await reading;
    characters += script?.lines.reduce((sum, line) => sum + line.length, 0) ?? 0;
    return script;
  }

  return {
    stale: () => [...stale],
    async of(frame) {
      if (frame.line === undefined || !isScript(frame)) return undefined;
      index ??= checkout.built().then((paths) => new SuffixIndex(paths, false));
      const { paths, certain } = candidatesOf(frame, await index);
      const fitting: BuiltScript[] = [];
      for (const path of paths) {
        const script = await open(path);
        if (!script) continue;
        const fit = fits(script, frame, event.debugIds);
        if (fit === 'no' && certain) stale.add(path);
        if (fit === 'yes' || (fit === 'perhaps' && certain)) fitting.push(script);
      }
      const [script, second] = fitting;
      const place = script && !second ? placeOf(script, frame) : undefined;
      return script && place && { frame: original(frame, script, place), built: script.path };
    },
  };
}

const isScript = ({ file, absolutePath }: Frame): boolean =>
  [file, absolutePath].some((path) => /\.[cm]?jsx?(\?[^/]*)?$/i.test(path?.slice(-200) ?? ''));

/** The built scripts whose path ends as the frame's does. A bare `index.js` is certain only by what it holds. */
function candidatesOf(frame: Frame, index: SuffixIndex): { paths: string[]; certain: boolean } {
  const matches = [frame.file, frame.absolutePath]
    .filter((path) => path !== undefined && !isLibraryPath(path))
    .flatMap((path) => index.find(pathSegments(path ?? '')) ?? [])
    .sort((a, b) => b.depth - a.depth);
  const [best] = matches;
  if (!best) return { paths: [], certain: false };
  const name = best.paths[0]?.split('/').at(-1) ?? '';
  const telling = best.depth > 1 || best.whole || /[-.][\da-z]{6,}\.\w+$/i.test(name);
  return { paths: best.paths.slice(0, MOST_CANDIDATES), certain: telling && best.paths.length === 1 };
}

/**
 * Whether a script is of the build that the frame is from: by the debug ID where both have one, else by the source line that
 * came with the frame, else by whether it has such a line and column at all.
 */
function fits(
  script: BuiltScript,
  frame: Frame,
  debugIds: ReadonlyMap<string, string>,
): 'yes' | 'no' | 'perhaps' {
  const reported = debugIds.get(frame.absolutePath ?? '') ?? debugIds.get(frame.file ?? '');
  if (reported !== undefined && script.debugId !== undefined) {
    return plainId(reported) === plainId(script.debugId) ? 'yes' : 'no';
  }
  const text = script.lines[(frame.line ?? 0) - 1];
  if (text === undefined || (frame.column ?? 0) > text.length + 1) return 'no';
  const said = frame.context.find(([number]) => number === frame.line)?.[1];
  const parts = (said ?? '').split('{snip}').map((part) => part.trim());
  if (parts.every((part) => part.length < 8)) return 'perhaps';
  return parts.every((part) => text.includes(part)) ? 'yes' : 'no';
}

const plainId = (id: string): string => id.toLowerCase().replaceAll('-', '');

function placeOf(script: BuiltScript, frame: Frame): OriginalPlace | undefined {
  const { line, column } = frame;
  if (line === undefined) return undefined;
  if (column !== undefined && column > 0) return script.trace(line, column - 1);
  // Without a column, a line stands for one statement only where nobody minified it.
  return (script.lines[line - 1] ?? '').length < 300 ? script.trace(line, undefined) : undefined;
}

function original(frame: Frame, script: BuiltScript, place: OriginalPlace): Frame {
  const library = place.ignored || isLibraryPath(place.source);
  return {
    ...frame,
    file: place.source,
    absolutePath: undefined,
    module: undefined,
    function: functionName(frame, script),
    line: place.line,
    column: place.column + 1,
    inApp: frame.inApp && !library,
    context: contextOf(place),
  };
}

function contextOf({ content, line }: OriginalPlace): [number, string][] {
  if (content === undefined) return [];
  const first = Math.max(1, line - 5);
  return linesOf(content)
    .slice(first - 1, line + 5)
    .map((text, offset) => [first + offset, text]);
}

/**
 * What a function was called before it was shortened: the original name of the token that declares it, looked for
 * backwards from where it failed. The reported name where that leads nowhere.
 */
function functionName(frame: Frame, script: BuiltScript): string | undefined {
  const full = frame.function;
  const short = /([A-Za-z_$][\w$]{0,2})$/.exec(full?.slice(-40) ?? '')?.[1];
  if (full === undefined || short === undefined || /[\w$]{4,}$/.test(full)) return full;
  const lines = script.lines;
  const name = short.replaceAll('$', '\\$');
  const declared = new RegExp(
    `(?:function\\*? ?|[\\s,;{}(]|async )(${name})(?:=(?:async|function|\\(|[\\w$]+=>)|\\([^()]{0,200}\\)\\{)|function\\*? (${name})\\(`,
    'g',
  );
  let end = (frame.column ?? 1) - 1;
  for (let line = frame.line ?? 0; line > 0 && line > (frame.line ?? 0) - 200; line -= 1) {
    const text = lines[line - 1] ?? '';
    const start = Math.max(0, (line === frame.line ? end : text.length) - LOOKED_BACK);
    end = line === frame.line ? end : text.length;
    const found = [...text.slice(start, end).matchAll(declared)].at(-1);
    if (!found) continue;
    const column = start + found.index + found[0].indexOf(found[1] ?? found[2] ?? '', firstLetter(found[0]));
    return script.trace(line, column)?.name ?? full;
  }
  return full;
}

const LOOKED_BACK = 20_000;

/** Past `function ` or the mark before the name, so that a letter of `function` is not taken for it. */
const firstLetter = (text: string): number =>
  /^(?:function\*? ?|async |[\s,;{}(])?/.exec(text)?.[0].length ?? 0;
