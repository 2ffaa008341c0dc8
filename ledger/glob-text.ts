import { inputError, PitcrewError } from '../src/core/errors.ts';

/**
 * The one written form of a path or glob: relative to the repository, `/` between segments, no `.` or `..`, and
 * `folder/**` for `folder/`. Throws an input error for what cannot be a claim inside the repository.
 */
export function normalizeGlob(text: string): string {
  if (PLAIN.test(text) && text.length <= MAX_CHARACTERS) return text;
  const segments = pathSegments(text);
  if (/[?*+@!]\(/.test(text)) {
    throw inputError(
      `The pattern ${shown(text)} uses an extended form such as +(a|b), which is not supported.`,
      'Write the alternatives as {a,b}.',
    );
  }
  if (text.trim().startsWith('!')) {
    throw inputError(
      `The pattern ${shown(text)} is a negation.`,
      'Name the paths that you will touch instead.',
    );
  }
  const isFolder = /[\\/]\s*$/.test(text) || segments.length === 0;
  if (isFolder && segments.at(-1) !== '**') segments.push('**');
  const glob = segments.filter((segment, at) => segment !== '**' || segments[at - 1] !== '**').join('/');
  if (expandBraces(glob).some((alternative) => alternative.split('/').includes('..'))) throw outside(text);
  // What this reading took away may have hidden a mark or a drive: `a/../!x`, `./C:/x`. A stored claim is read again at
  // every comparison and must not turn into an error then. Each reading is shorter than the last, so this ends.
  return glob === text ? glob : normalizeGlob(glob);
}

/** The glob of one file: its own name may hold characters that a glob reads otherwise (`[id].ts`), so each becomes a class of one. */
export const literalGlob = (path: string): string =>
  path.replace(/[[\]{}*?]/g, (mark) => (mark === ']' ? ']' : `[${mark}]`));

/**
 * Why no claim can name the file `path` (relative to the repository, as the disk names it), and what to do instead;
 * `undefined` for any usual name.
 */
export function unclaimable(path: string): { reason: string; advice: string } | undefined {
  try {
    normalizeGlob(literalGlob(path));
    return undefined;
  } catch (error) {
    if (!(error instanceof PitcrewError)) throw error;
    return {
      reason: `this file is not in the claim, and no claim can name it: ${error.message}`,
      advice: 'Give the file another name, or claim its folder first with ledger_update (`add`).',
    };
  }
}

/** The segments of a relative path, `.` and `..` resolved. Throws an input error for a path outside the repository. */
export function pathSegments(text: string): string[] {
  const path = text.trim().replaceAll('\\', '/');
  if (path === '')
    throw inputError('A path is empty.', 'Name a file, a folder or a glob inside the repository.');
  if (UNSEEN.test(path)) {
    throw inputError(`The path ${shown(text)} has control characters in it.`, 'Write it without them.');
  }
  if (path.length > MAX_CHARACTERS) {
    throw inputError(`A path is longer than ${MAX_CHARACTERS} characters.`, 'Declare the folder instead.');
  }
  if (path.startsWith('/') || /^[A-Za-z]:(\/|$)/.test(path) || /^~(\/|$)/.test(path)) {
    throw inputError(`The path ${shown(text)} is absolute.`, "Write it relative to the repository's root.");
  }
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') {
      segments.push(segment);
      continue;
    }
    const left = segments.pop();
    if (left === undefined || /[*?[{]/.test(left)) throw outside(text);
  }
  return segments;
}

/**
 * The segments of a file that is there, as git or the disk names it. Its name may be one that no claim can have (a line break,
 * `~`, `C:`, more characters than a claim): it lies in its folder all the same. Throws an input error for a path that leads
 * out of the repository.
 */
export function fileSegments(path: string): string[] {
  const segments = path.split('/');
  const isInNormalForm = segments.every((segment) => !['', '.', '..'].includes(segment));
  const isNoClaim = UNSEEN.test(path) || path.length > MAX_CHARACTERS || /^(~|[A-Za-z]:)(\/|$)/.test(path);
  return isInNormalForm && isNoClaim ? segments : pathSegments(path);
}

/**
 * Every alternative of the `{a,b}` sets of `glob`, nested ones too; a set without a comma is ordinary text.
 * Bounded in number and in length, so that no claim can make the comparison explode.
 */
export function expandBraces(glob: string): string[] {
  const alternatives = expand(glob);
  const length = alternatives.reduce((sum, alternative) => sum + alternative.length, 0);
  if (length > MAX_EXPANDED_CHARACTERS) throw tooMany(glob);
  return alternatives;
}

/** Controls, line separators, and what turns the direction of a line: other sessions are shown our paths. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** A path whose normal form is itself, as most claims are: names of letters, digits, `_`, `-` and `.`, neither `.` nor `..`. */
const PLAIN = /^(?!\.{1,2}(?:\/|$))[\w.-]+(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+)*$/;

const MAX_CHARACTERS = 1000;
const MAX_ALTERNATIVES = 64;
const MAX_EXPANDED_CHARACTERS = 8000;

function expand(glob: string): string[] {
  if (!glob.includes('{')) return [glob];
  if (/\{[^{},/]*\.\.[^{},/]*\}/.test(glob)) {
    throw inputError(
      `The pattern ${shown(glob)} uses a range such as {1..3}, which is not supported.`,
      'List the alternatives as {1,2,3}.',
    );
  }
  let results: string[] = [''];
  for (const part of topLevelParts(glob)) {
    const choices = typeof part === 'string' ? [part] : part.flatMap(expand);
    if (results.length * choices.length > MAX_ALTERNATIVES) throw tooMany(glob);
    results = results.flatMap((head) => choices.map((choice) => head + choice));
  }
  return results;
}

/** Text and sets in order: `a{b,c}d` is `['a', ['b', 'c'], 'd']`. */
function topLevelParts(glob: string): (string | string[])[] {
  const parts: (string | string[])[] = [];
  let textStart = 0;
  for (let at = 0; at < glob.length; at++) {
    if (glob[at] !== '{') continue;
    const set = readSet(glob, at);
    if (set === undefined) continue;
    parts.push(glob.slice(textStart, at));
    if (set.choices.length > 1) parts.push(set.choices);
    else parts.push(...wrapSingle(set.choices[0] ?? ''));
    at = set.end;
    textStart = set.end + 1;
  }
  parts.push(glob.slice(textStart));
  return parts;
}

/** `{x}` is text, but a set inside it still counts: `{{a,b}}`. */
const wrapSingle = (inner: string): (string | string[])[] => ['{', ...topLevelParts(inner), '}'];

function readSet(glob: string, open: number): { choices: string[]; end: number } | undefined {
  const choices: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let at = open; at < glob.length; at++) {
    const character = glob[at];
    if (character === '{') depth++;
    else if (character === ',' && depth === 1) {
      choices.push(glob.slice(start, at));
      start = at + 1;
    } else if (character === '}' && --depth === 0) {
      choices.push(glob.slice(start, at));
      return { choices, end: at };
    }
  }
  return undefined;
}

const shown = (text: string): string =>
  JSON.stringify(text.slice(0, 120)).replace(new RegExp(UNSEEN, 'g'), '?');

const outside = (text: string) =>
  inputError(
    `The path ${shown(text)} leads out of the repository.`,
    "Write it relative to the repository's root.",
  );

const tooMany = (glob: string) =>
  inputError(`The pattern ${shown(glob)} has too many alternatives.`, 'Declare the folder instead.');
