import type { LocatedFrame } from './locate.ts';

/** A file on no stack that made or named what the crash stumbled over. */
export interface RelatedFile {
  path: string;
  /** Which of the application's frames, from the crash, leads there. 0 is the crash frame. */
  frame: number;
  /** The name that leads there: `mergeSettings`. */
  name: string;
  /** True where the crashing line itself calls it: it made nothing yet, or was not reached. */
  called: boolean;
}

/** Frames whose lines are followed; what is further away has rarely made the value. */
const FOLLOWED = 4;
const MOST_RELATED = 12;

/**
 * The files among `sources` (the application's own) that the lines of `stack` (its frames, crash first) name: by what is imported,
 * and two steps back by what was assigned to the names in the line (`const settings = mergeSettings(...)` before `start(settings)`).
 */
export function relatedFiles(stack: readonly LocatedFrame[], sources: readonly string[]): RelatedFile[] {
  const index = stemIndex(sources);
  const known = new Set(stack.map(({ path }) => path));
  const found = new Map<string, RelatedFile>();
  for (const [frame, located] of stack.slice(0, FOLLOWED).entries()) {
    const { lines, line, path } = located;
    if (lines === undefined || line === undefined || path === undefined) continue;
    const imports = importsOf(lines, path);
    for (const name of namesAround(lines, line)) {
      for (const segments of imports.get(name) ?? namedByItself(name)) {
        const file = index(segments);
        if (file === undefined || known.has(file) || found.has(file)) continue;
        const called = frame === 0 && isCalled(lines[line - 1], name);
        found.set(file, { path: file, frame, name, called });
      }
    }
  }
  return [...found.values()].slice(0, MOST_RELATED);
}

/** `connect(...)`, but not `find(...).name`, where what it answered is at fault. */
function isCalled(text: string | undefined, name: string): boolean {
  const call = new RegExp(`\\b${name}\\(`).exec(text?.slice(0, 500) ?? '');
  const rest = call ? (text ?? '').slice(call.index, 500) : '';
  return call !== null && !/\)\s*(\?\.|[.[]|->|::)/.test(rest);
}

/** Finds files by the end of their path without the extension; only where one file is meant. */
function stemIndex(sources: readonly string[]): (segments: readonly string[]) => string | undefined {
  const byName = new Map<string, string[]>();
  for (const path of sources) {
    const stem = stemOf(path);
    const name = stem.slice(stem.lastIndexOf('/') + 1);
    const known = byName.get(name);
    if (known) known.push(path);
    else byName.set(name, [path]);
  }
  return (segments) => {
    const named = (byName.get(segments.at(-1) ?? '') ?? []).slice(0, MOST_SAME);
    const shared = named.map((path) => sharedEnd(stemOf(path).split('/'), segments));
    const best = named.filter((_, at) => shared[at] === Math.max(...shared));
    // Of a header and its source, the source is meant.
    const sourcesOnly = best.length > 1 ? best.filter((path) => !/\.(h|hh|hpp)$/.test(path)) : best;
    return sourcesOnly.length === 1 ? sourcesOnly[0] : undefined;
  };
}

/** Files of one name that are told apart. */
const MOST_SAME = 200;

/** A path without its extension; for a file that stands for its folder (`index.ts`, a crate's `src/lib.rs`), the folder. */
function stemOf(path: string): string {
  const stem = path.slice(0, path.lastIndexOf('.'));
  const own = FOLDER_FILES.find((file) => stem.endsWith(file));
  return own === undefined ? stem : stem.slice(0, -own.length);
}

const FOLDER_FILES = ['/index', '/__init__', '/mod', '/src/lib'];

function sharedEnd(one: readonly string[], other: readonly string[]): number {
  let shared = 0;
  while (shared < one.length && shared < other.length && one.at(-1 - shared) === other.at(-1 - shared))
    shared += 1;
  return shared;
}

/** The names in a line, those on the lines that assigned them, and those on the lines that assigned these. */
function namesAround(lines: readonly string[], line: number): string[] {
  const before = lines.slice(Math.max(0, line - LOOKED_BACK), line - 1).map((text) => text.slice(0, 500));
  const names = new Set(namesIn((lines[line - 1] ?? '').slice(0, 500)));
  for (let step = 0; step < STEPS_BACK; step += 1) {
    for (const name of [...names].slice(0, MOST_NAMES)) {
      const assignment = before.findLast((each) =>
        new RegExp(`(^|[^.\\w>])${name}\\s*(:[^=]{0,80})?=[^=>]`).test(each),
      );
      for (const found of assignment === undefined ? [] : namesIn(assignment)) names.add(found);
    }
  }
  return [...names];
}

const STEPS_BACK = 2;
const MOST_NAMES = 12;
const LOOKED_BACK = 60;

const namesIn = (text: string): string[] => [
  ...new Set(
    text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, ' ').match(/[A-Za-z_]\w*(?:::\w+)*/g) ?? [],
  ),
];

/** `Shop::Feed::items` and, in languages with a class to a file, `BasketFactory`. */
function namedByItself(name: string): string[][] {
  const parts = name.split('::');
  if (parts.length > 1) return [parts.slice(0, -1), parts];
  return /^[A-Z]\w*[a-z]\w*$/.test(name) ? [[name]] : [];
}

/** Imported names to the path segments that they may stand for, most telling first. */
function importsOf(lines: readonly string[], path: string): Map<string, string[][]> {
  const imports = new Map<string, string[][]>();
  const folder = path.split('/').slice(0, -1);
  const head = lines.slice(0, 120).join('\n').slice(0, 12_000);
  const add = (names: string, segments: string[][]) => {
    for (const name of names.match(/[A-Za-z_$][\w$]*/g) ?? []) imports.set(name, segments);
  };
  for (const [, names = '', from = ''] of head.matchAll(SCRIPT_IMPORT))
    add(names, [scriptSegments(from, folder)]);
  for (const [, names = '', from = ''] of head.matchAll(REQUIRE)) add(names, [scriptSegments(from, folder)]);
  for (const [, from = '', names = ''] of head.matchAll(PYTHON_FROM)) {
    const module = from.split('.').filter(Boolean);
    for (const name of names.match(/\w+/g) ?? []) add(name, [[...module, name], module]);
  }
  for (const [, from = ''] of head.matchAll(RUST_USE)) {
    const plain = from.replace(/^(crate|super|self)::/, '');
    const parts = plain.replace(/::\{.*$/, '').split('::');
    for (const name of plain.match(/\w+/g) ?? []) add(name, [parts, parts.slice(0, -1)]);
  }
  for (const [, from = ''] of head.matchAll(INCLUDE)) {
    const segments = scriptSegments(from.replace(/\.\w+$/, ''), []);
    add(segments.at(-1) ?? '', [segments]);
  }
  return imports;
}

const INCLUDE = /^\s*#\s*include\s+"([\w./-]{1,200})"/gm;
const SCRIPT_IMPORT = /\bimport\s+(?:type\s+)?([\w$*{},\s]{1,400}?)\s+from\s+['"]([^'"\n]{1,200})['"]/g;
const REQUIRE =
  /\b(?:const|let|var)\s+([\w$]+|\{[\w$,:\s]{1,300}\})\s*=\s*require\(\s*['"]([^'"\n]{1,200})['"]/g;
const PYTHON_FROM = /^\s*from\s+([\w.]{1,200})\s+import\s+([\w, ()]{1,300})/gm;
const RUST_USE = /^\s*use\s+([\w:]{1,200}(?:::\{[\w:, ]{1,200}\})?)\s*;/gm;

/** A relative import from the folder of the importing file; anything else as it is written. */
function scriptSegments(from: string, folder: readonly string[]): string[] {
  const segments = from.startsWith('.') ? [...folder] : [];
  for (const part of from.split('/')) {
    if (part === '..') segments.pop();
    else if (part !== '.' && part !== '') segments.push(part);
  }
  const last = segments.pop() ?? '';
  return [...segments, last.replace(/\.[cm]?[jt]sx?$/, '')].filter((part) => part !== 'index');
}
