import { expandBraces } from './braces.ts';
import { outputOf } from './output.ts';
import { type Argument, type Hole, type Scene, unknownArgument, type Value, worstHole } from './scene.ts';
import { HOLE, PARENT, type Piece, type Word } from './syntax.ts';

const MAX_ALTERNATIVES = 24;

/** What the words may become as arguments: each alternative is one argument list. */
export function expandWords(words: readonly Word[], scene: Scene): Argument[][] {
  let lists: Argument[][] = [[]];
  for (const word of words) {
    const alternatives = expandWord(word, scene);
    const fields =
      lists.length * alternatives.length > MAX_ALTERNATIVES ? [[unknownArgument('computed')]] : alternatives;
    if (fields.length === 1) for (const list of lists) for (const field of fields[0] ?? []) list.push(field);
    else lists = lists.flatMap((list) => fields.map((more) => [...list, ...more]));
  }
  return lists;
}

/** Every text that the word may be, as one argument: for assignments and redirections, which do not split. */
export function expandText(word: Word, scene: Scene): Argument[] {
  const quoted = word.map(
    (piece): Piece =>
      piece.kind === 'variable' || piece.kind === 'commands' ? { ...piece, quoted: true } : piece,
  );
  return expandWithin(quoted, scene).map((fields) => fields[0] ?? { ...unknownArgument('none'), text: '' });
}

function expandWord(word: Word, scene: Scene): Argument[][] {
  const words = expandBraces(word);
  if (!words) return [[unknownArgument('computed', true)]];
  const [only] = words;
  if (words.length === 1 && only) return expandWithin(only, scene);
  return [words.flatMap((inner) => expandWithin(inner, scene).flat())];
}

interface Partial {
  fields: Argument[];
  open: boolean;
}

function expandWithin(word: Word, scene: Scene): Argument[][] {
  let partials: Partial[] = [{ fields: [], open: false }];
  word.forEach((piece, index) => {
    const values = valuesOf(piece, index === 0, scene);
    if (partials.length * values.length > MAX_ALTERNATIVES) {
      const hole = { text: HOLE, hole: 'computed' as const, split: false };
      for (const partial of partials) append(partial, hole, piece);
    } else if (values.length === 1) {
      for (const partial of partials) for (const value of values) append(partial, value, piece);
    } else {
      partials = partials.flatMap((partial) =>
        values.map((value) => {
          const copy = { fields: partial.fields.map((field) => ({ ...field })), open: partial.open };
          append(copy, value, piece);
          return copy;
        }),
      );
    }
  });
  return partials.map((partial) => partial.fields);
}

interface PieceValue {
  text: string;
  hole: Hole;
  /** An unquoted expansion: blanks in it part fields. */
  split: boolean;
}

function append(partial: Partial, value: PieceValue, piece: Piece): void {
  const chunks = value.split ? value.text.split(/[ \t\n]+/) : [value.text];
  chunks.forEach((chunk, index) => {
    if (index > 0) partial.open = false;
    if (chunk === '' && value.split) return;
    const last = partial.fields.at(-1);
    const unquoted = piece.kind === 'text' ? !piece.quoted : value.split;
    const glob = unquoted && /[*?[]/.test(chunk);
    const many = value.split && value.hole !== 'none' && value.hole !== 'plain';
    if (partial.open && last) {
      last.text += chunk;
      last.hole = worstHole(last.hole, value.hole);
      last.glob ||= glob;
      last.many ||= many;
      last.quoted &&= !unquoted;
    } else {
      partial.fields.push({ text: chunk, hole: value.hole, many, glob, quoted: !unquoted });
      partial.open = true;
    }
  });
  if (value.split && /[ \t\n]$/.test(value.text)) partial.open = false;
}

function valuesOf(piece: Piece, first: boolean, scene: Scene): PieceValue[] {
  if (piece.kind === 'text') return [{ text: tilde(piece, first, scene), hole: 'none', split: false }];
  if (piece.kind === 'value') return [{ text: HOLE, hole: piece.hole, split: false }];
  const value =
    piece.kind === 'commands'
      ? substituted(piece.commands, piece.process, scene)
      : variableValue(piece, scene);
  const parted = piece.quoted ? undefined : separators(scene);
  const values = value.known.map((text) => ({
    text: parted ? text.replace(parted, ' ') : text,
    hole: 'none' as Hole,
    split: !piece.quoted,
  }));
  if (value.hole !== 'none' || values.length === 0)
    values.push({
      text: HOLE,
      hole: value.hole === 'none' ? 'environment' : value.hole,
      split: !piece.quoted,
    });
  return values;
}

/** What parts fields besides blanks, where the command sets IFS. */
function separators({ variables }: Scene): RegExp | undefined {
  const set = variables.get('IFS')?.known.join('').replace(/\s/g, '') ?? '';
  return set === '' ? undefined : new RegExp(`[${set.replace(/[\\\]^-]/g, '\\$&')}]`, 'g');
}

const substituted = (commands: Parameters<typeof outputOf>[0], process: boolean, scene: Scene): Value =>
  process ? { known: [], hole: 'computed' } : outputOf(commands, scene, expandWords, expandText);

function tilde(piece: { text: string; quoted: boolean }, first: boolean, scene: Scene): string {
  const home = scene.facts.home;
  return first && !piece.quoted && home && /^~(\/|$)/.test(piece.text)
    ? home + piece.text.slice(1)
    : piece.text;
}

// Set by the shell itself from what ran before: not the environment's, and so not to be trusted.
const COMPUTED_NAMES = new Set(['_', '@', '*', 'BASH_COMMAND', 'REPLY', 'BASH_ARGV', 'BASH_REMATCH']);
const PLAIN_NAMES = new Set([
  '?',
  '$',
  '!',
  '#',
  '-',
  'RANDOM',
  'SECONDS',
  'LINENO',
  'UID',
  'EUID',
  'HOSTNAME',
]);

/** What a variable may hold here. One that the command never sets is the environment's. */
function variableValue(piece: Extract<Piece, { kind: 'variable' }>, scene: Scene): Value {
  const held = scene.variables.get(piece.name);
  if (piece.operator === 'changed')
    return { known: [], hole: held || COMPUTED_NAMES.has(piece.name) ? 'computed' : 'environment' };
  const base = held ?? builtinValue(piece.name, scene);
  if (piece.operator === 'plain') return base;
  const operand = expandText(piece.operand, scene);
  const known = operand.filter((item) => item.hole === 'none').map((item) => item.text);
  const hole = operand.reduce<Hole>((worst, item) => worstHole(worst, item.hole), 'none');
  if (piece.operator === 'alternate') return { known: ['', ...known], hole };
  return { known: [...base.known, ...known], hole: worstHole(hole, base.hole) };
}

function builtinValue(name: string, scene: Scene): Value {
  const { facts, cwd } = scene;
  if (name === 'PWD')
    return cwd === undefined ? { known: [], hole: 'environment' } : { known: [cwd], hole: 'none' };
  if (name === 'HOME' && facts.home !== undefined) return { known: [facts.home], hole: 'none' };
  if (name === 'TMPDIR') return { known: ['/tmp'], hole: 'none' };
  if (name === 'IFS') return { known: [' '], hole: 'none' };
  // The parent is the client: its number is not known here, but what ends it is.
  if (name === 'PPID') return { known: [PARENT], hole: 'none' };
  if (name === 'SHELL' || name === 'BASH' || name === '0') return { known: ['bash'], hole: 'none' };
  if (PLAIN_NAMES.has(name)) return { known: [], hole: 'plain' };
  const computed = COMPUTED_NAMES.has(name) || /^\d+$/.test(name);
  return { known: [], hole: computed ? 'computed' : 'environment' };
}
