import { unescapeAnsi } from './ansi-quotes.ts';
import { deeper, openSource, type Piece, READ_TWICE, type Source, type Word } from './syntax.ts';

const NAME = /[A-Za-z_]\w*|[0-9@*#?$!_-]/y;
const PARAMETER = /!?#?([A-Za-z_]\w*|\d+|[@*#?$!_-])(\[[^\]]{0,200}\])?/y;
// An arithmetic expression is searched for so far and no further: unclosed ones must not cost the square of the text.
const MAX_ARITHMETIC = 2_000;

/** Reads what starts with `$`: a variable, a substitution, arithmetic, or a `$'…'` or `$"…"` quotation. */
export function readDollar(source: Source, quoted: boolean): Piece[] {
  const next = source.text[source.at + 1];
  if (next === '(') return [readParenthesis(source, quoted)];
  if (next === '{') return [readParameter(source, quoted)];
  if (next === '[') return [readOldArithmetic(source)];
  if (next === "'" && !quoted) return [readAnsiQuoted(source)];
  if (next === '"' && !quoted) {
    source.at += 1;
    return [];
  }
  NAME.lastIndex = source.at + 1;
  const name = NAME.exec(source.text)?.[0];
  if (name === undefined) {
    source.at += 1;
    return [{ kind: 'text', text: '$', quoted }];
  }
  source.at += 1 + name.length;
  // `"$@"` is many words also between quotes.
  return [{ kind: 'variable', name, quoted: quoted && name !== '@', operator: 'plain', operand: [] }];
}

/** Reads a backquoted substitution: its text, with the escapes of this level taken away, is a script. */
export function readBackquote(source: Source, quoted: boolean): Piece {
  let end = source.at + 1;
  while (end < source.text.length && source.text[end] !== '`') end += source.text[end] === '\\' ? 2 : 1;
  const text = source.text.slice(source.at + 1, end).replace(quoted ? /\\([$`\\"])/g : /\\([$`\\])/g, '$1');
  source.at = end + 1;
  const commands = deeper(source, [], () => {
    const inner = openSource(text, source.read, source.depth);
    const read = source.read.commands(inner, '');
    source.tooDeep ||= inner.tooDeep;
    return read;
  });
  return { kind: 'commands', commands, quoted, process: false };
}

/**
 * What stands between `((` and `))` at the cursor, which is moved behind it; undefined when that is no arithmetic. It
 * is read as commands, for a plain POSIX shell takes `((git stash))` for a subshell in a subshell; `<` and `>` compare. And
 * it is read as what it is: there neither `'` nor `#` nor the mark of a here-document keeps a substitution from being run.
 */
export function readArithmetic(source: Source): Word | undefined {
  const start = source.at + 2;
  const limit = Math.min(source.text.length, start + MAX_ARITHMETIC);
  let open = 0;
  for (let at = start; at < limit; at += 1) {
    const character = source.text[at];
    if (character === '(') open += 1;
    if (character !== ')') continue;
    if (open > 0) open -= 1;
    else if (source.text[at + 1] !== ')') return undefined;
    else {
      source.at = at + 2;
      return deeper<Word>(source, [], () => bothReadings(source, source.text.slice(start, at)), READ_TWICE);
    }
  }
  return undefined;
}

function bothReadings(source: Source, text: string): Word {
  const inner = openSource(text, source.read, source.depth);
  const commands = source.read.commands(inner, '');
  for (const command of commands) command.redirections = [];
  source.tooDeep ||= inner.tooDeep;
  return [{ kind: 'commands', commands, quoted: true, process: false }, ...evaluatedIn(source, text)];
}

/** The substitutions in a text that the shell evaluates, where quotes keep nothing from being run. */
function evaluatedIn(source: Source, text: string): Word {
  if (!/[$`]/.test(text)) return [];
  const inner = openSource(text, source.read, source.depth);
  const pieces = source.read.pieces(inner, 'body');
  source.tooDeep ||= inner.tooDeep;
  return pieces;
}

/** `$[1 + 1]`, as bash still reads it; where no bracket closes it, all that follows counts as its text. */
function readOldArithmetic(source: Source): Piece {
  const start = source.at + 2;
  let open = 1;
  let end = start;
  for (; end < source.text.length && open > 0; end += 1) {
    if (source.text[end] === '[') open += 1;
    if (source.text[end] === ']') open -= 1;
  }
  const text = source.text.slice(start, open > 0 ? end : end - 1);
  source.at = end;
  return { kind: 'value', hole: 'plain', operand: deeper(source, [], () => evaluatedIn(source, text)) };
}

function readParenthesis(source: Source, quoted: boolean): Piece {
  if (source.text[source.at + 2] === '(') {
    source.at += 1;
    const operand = readArithmetic(source);
    if (operand) return { kind: 'value', hole: 'plain', operand };
    source.at -= 1;
  }
  source.at += 2;
  const commands = deeper(source, [], () => source.read.commands(source, ')'));
  return { kind: 'commands', commands, quoted, process: false };
}

function readParameter(source: Source, quoted: boolean): Piece {
  PARAMETER.lastIndex = source.at + 2;
  const match = PARAMETER.exec(source.text);
  source.at += 2 + (match?.[0].length ?? 0);
  const operatorText = /^(:?[-=+?]|\})?/.exec(source.text.slice(source.at, source.at + 2))?.[0] ?? '';
  if (operatorText !== '}') source.at += operatorText.length;
  const from = source.at;
  const operand = deeper(source, [], () => source.read.pieces(source, 'operand'));
  // `${x:offset}`; a pattern behind `#`, `%` or `/` may hold quotes that do keep it.
  const offset = operatorText === '' && source.text[from] === ':' ? source.text.slice(from, source.at) : '';
  const evaluated = deeper(
    source,
    [],
    () => evaluatedIn(source, `${match?.[2] ?? ''}${offset}`),
    offset === '' ? 1 : READ_TWICE,
  );
  const head = match?.[0] ?? '';
  const list = /\[[@*]\]$/.test(head) || head === '@';
  const name = head.startsWith('!') || head.startsWith('#') ? head.replace(/^[!#]+/, '') : (match?.[1] ?? '');
  const count = head.length > 1 && head.startsWith('#');
  if (count) return { kind: 'value', hole: 'plain', operand: [...evaluated, ...operand] };
  const changed = head === '' || (head.length > 1 && head.startsWith('!')) || operatorText === '';
  const operator = changed ? 'changed' : OPERATORS[operatorText.at(-1) ?? ''];
  const indirect = head.length > 1 && head.startsWith('!') && !list;
  return {
    kind: 'variable',
    name: indirect ? `!${name}` : name,
    quoted: quoted && !list,
    operator: operator ?? 'plain',
    operand,
    ...(evaluated.length > 0 && { evaluated }),
  };
}

const OPERATORS: Record<string, 'plain' | 'default' | 'alternate'> = {
  '}': 'plain',
  '?': 'plain',
  '-': 'default',
  '=': 'default',
  '+': 'alternate',
};

function readAnsiQuoted(source: Source): Piece {
  let end = source.at + 2;
  while (end < source.text.length && source.text[end] !== "'") end += source.text[end] === '\\' ? 2 : 1;
  const text = unescapeAnsi(source.text.slice(source.at + 2, end));
  source.at = end + 1;
  return { kind: 'text', text, quoted: true };
}
