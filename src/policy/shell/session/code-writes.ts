import { argument, firstRefusal, type Refusal, type Scene } from '../scene.ts';
import { judgeWrite } from './writes.ts';

const CALLS =
  'writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|truncate|truncateSync|rm|rmSync|rmdir|rmdirSync|unlink|unlinkSync|mkdir|mkdirSync|mkdtempSync|chmod|chmodSync|utimesSync|remove|removedirs|makedirs|rmtree|write_text|write_bytes|touch|File\\.write|File\\.delete|FileUtils\\.\\w+|file_put_contents|open|openSync|fopen|outputFile\\w*|IO\\.write|Bun\\.write|writeTextFile\\w*';
const TWO_FILES =
  'copyFile|copyFileSync|cp|cpSync|copy|copy2|copyfile|copytree|rename|renameSync|replace|move|symlink|symlinkSync|link|linkSync';

/** The first argument of a call that writes, and the second of one that takes two files. */
const FIRST = new RegExp(`\\b(${CALLS})\\s*\\(\\s*(["'\`])([^"'\`]+)\\2\\s*([^)]*)`, 'g');
const SECOND = new RegExp(
  `\\b(?:${TWO_FILES})\\s*\\(\\s*(["'\`])([^"'\`]+)\\1\\s*,\\s*(["'\`])([^"'\`]+)\\3`,
  'g',
);
/** `Path('x').write_text(…)`. */
const METHODS = /\bPath\s*\(\s*(["'])([^"']+)\1\s*\)\s*\.\s*(write_\w+|unlink|touch|mkdir|rmdir|rename)\b/g;
/** Perl: `open(my $f, '>', 'x')` and `open(F, '>x')`. */
const PERL = /\bopen\s*\(?\s*[^,()]+,\s*(["'])\s*>+\s*(?:\1\s*,\s*(["'])([^"']+)\2|([^"']+)\1)/g;

const OPENS = /^(open|openSync|fopen)$/;
/** What `open` is given beside the name, where it opens for writing. */
const WRITES = /^,\s*(mode\s*=\s*)?["'`][^"'`]*[wax+]/;

/**
 * Judges the files that code names as they stand in it and writes: what is put together from pieces is not seen. Only
 * paths from the root where `absoluteOnly`: in a file a relative one may be meant from anywhere.
 */
export function judgeCodeWrites(code: string, scene: Scene, absoluteOnly = false): Refusal | undefined {
  const named = namedIn(code).filter((path) => (!absoluteOnly || path.startsWith('/')) && !/[${]/.test(path));
  return firstRefusal(named, (path) => judgeWrite(argument(path), scene));
}

function namedIn(code: string): string[] {
  const first = [...code.matchAll(FIRST)].filter(
    ([, call = '', , , rest = '']) => !OPENS.test(call) || WRITES.test(rest),
  );
  return [
    ...first.map((match) => match[3] ?? ''),
    ...[...code.matchAll(SECOND)].map((match) => match[4] ?? ''),
    ...[...code.matchAll(METHODS)].map((match) => match[2] ?? ''),
    ...[...code.matchAll(PERL)].map((match) => (match[3] ?? match[4] ?? '').trim()),
  ];
}
