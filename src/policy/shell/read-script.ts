import { readArithmetic } from './read-dollar.ts';
import { readHereDocuments } from './read-redirection.ts';
import { BLANK, COMMENT, readSimpleCommand, readWordList } from './read-simple.ts';
import { matchAt, readPieces } from './read-word.ts';
import {
  type Command,
  deeper,
  openSource,
  type Readers,
  type Source,
  simpleCommand,
  type Word,
} from './syntax.ts';

/** Reads a script. The commands come flat, in the order of the text; groups and subshells are marked open and close. */
export function readScript(text: string): { commands: Command[]; tooDeep: boolean } {
  const source = openSource(text, READERS);
  const commands = readCommands(source, '');
  return { commands, tooDeep: source.tooDeep };
}

/** Reads a text in which only `$` and backquotes have a meaning, as in the body of a here-document. */
export const readBody = (text: string): Word => readPieces(openSource(text, READERS), 'body');

const OPERATOR = /&&|\|\||;;&|;;|;&|\|&|&!|[;&|\n]/y;
const OPENING = new Set(['if', 'while', 'until', 'for', 'select', 'case', '{']);
const CLOSING = new Set(['fi', 'done', 'esac', '}']);
const KEYWORDS = new Set(['then', 'elif', 'else', 'do', '!', 'time', 'coproc', 'in', ...OPENING, ...CLOSING]);

interface List {
  source: Source;
  end: string;
  commands: Command[];
  after: string;
  /** Whether each open compound command reads a pipe, innermost last. */
  pipes: boolean[];
  /** How many `case` are open, and whether the next word is one of its patterns. */
  cases: number;
  pattern: boolean;
}

function readCommands(source: Source, end: string): Command[] {
  const list: List = { source, end, commands: [], after: '', pipes: [], cases: 0, pattern: false };
  while (source.at < source.text.length && !readStep(list));
  return list.commands;
}

/** Reads one operator, keyword or command; true at the end of the list. */
function readStep(list: List): boolean {
  const { source } = list;
  source.at += matchAt(BLANK, source).length;
  source.at += matchAt(COMMENT, source).length;
  const operator = matchAt(OPERATOR, source);
  if (operator !== '') {
    takeOperator(list, operator);
    return false;
  }
  const character = source.text[source.at];
  if (list.pattern && character !== undefined) return readPattern(list);
  if (character === ')') {
    // One too many at the outside is stepped over: what follows it may be read by a more forgiving shell.
    if (list.end !== '}') source.at += 1;
    return list.end !== '';
  }
  if (character === '(') readSubshell(list);
  else if (character !== undefined) return readSimple(list);
  return false;
}

function takeOperator(list: List, operator: string): void {
  list.source.at += operator.length;
  const last = list.commands.at(-1);
  if (operator.startsWith('&') && operator !== '&&' && last) last.background = true;
  if (operator.startsWith(';;') || operator === ';&') list.pattern = list.cases > 0;
  if (operator === '\n') readHereDocuments(list.source);
  // A newline after `&&` or `|` continues the line.
  if (operator !== '\n' || !/^(&&|\|\|?|\|&)$/.test(list.after)) list.after = operator;
}

const isPiped = (list: List): boolean =>
  list.after === '|' || list.after === '|&' || (list.pipes.at(-1) ?? false);

function readPattern(list: List): boolean {
  const { source } = list;
  if (source.text[source.at] === '(') source.at += 1;
  const start = source.at;
  const word = readPieces(source, 'bare');
  if (bareText(word) === 'esac') {
    source.at = start;
    list.pattern = false;
    return false;
  }
  const command = simpleCommand('case');
  command.kind = 'for';
  command.words = [word];
  list.commands.push(command);
  source.at += matchAt(BLANK, source).length;
  if (source.text[source.at] === ')') {
    source.at += 1;
    list.pattern = false;
    list.after = 'case';
  } else if (source.text[source.at] === '|' || source.at === start) source.at += 1;
  return false;
}

function readSubshell(list: List): void {
  const { source } = list;
  const arithmetic = source.text[source.at + 1] === '(' ? readArithmetic(source) : undefined;
  if (arithmetic) {
    const command = simpleCommand(list.after);
    command.kind = 'for';
    command.words = [arithmetic];
    list.commands.push(command);
    return;
  }
  source.at += 1;
  const piped = isPiped(list);
  const inner = deeper(source, [], () => source.read.commands(source, ')'));
  for (const command of inner) command.piped ||= piped;
  // One by one: a subshell of a long text holds more commands than a call takes arguments.
  list.commands.push({ ...simpleCommand(list.after), kind: 'open' });
  for (const command of inner) list.commands.push(command);
  list.commands.push({ ...simpleCommand(list.after), kind: 'close' });
  list.after = ')';
}

function readSimple(list: List): boolean {
  const { source } = list;
  const start = source.at;
  const keyword = matchAt(/(?:[a-z]+|[!{}])(?=[\s;&|()<>]|$)/y, source);
  if (KEYWORDS.has(keyword)) {
    source.at += keyword.length;
    return takeKeyword(list, keyword);
  }
  if (matchAt(/\[\[(?=\s)/y, source) !== '') readCondition(list);
  else if (!readFunction(list)) {
    list.commands.push(readSimpleCommand(source, list.after, isPiped(list)));
    list.after = '';
  }
  // Nothing was read at a character that no rule knows: step over it, or the loop would stand still.
  if (source.at === start) source.at += 1;
  return false;
}

function takeKeyword(list: List, keyword: string): boolean {
  if (keyword === '}' && list.end === '}') return true;
  if (OPENING.has(keyword)) list.pipes.push(isPiped(list));
  if (CLOSING.has(keyword)) list.pipes.pop();
  if (keyword === 'for' || keyword === 'select') readFor(list);
  if (keyword === 'esac') list.cases = Math.max(0, list.cases - 1);
  if (keyword === 'case') {
    const command = { ...simpleCommand(list.after), kind: 'for' as const };
    list.source.at += matchAt(BLANK, list.source).length;
    command.words = [readPieces(list.source, 'bare')];
    list.commands.push(command);
    list.cases += 1;
  }
  if (keyword === 'in' && list.cases > 0) list.pattern = true;
  if (keyword !== '!' && keyword !== 'time' && keyword !== 'coproc') list.after = keyword;
  return false;
}

function readFor(list: List): void {
  const { source } = list;
  source.at += matchAt(BLANK, source).length;
  if (source.text.startsWith('((', source.at)) return;
  const command = { ...simpleCommand(list.after), kind: 'for' as const };
  command.name = matchAt(/[A-Za-z_]\w*/y, source);
  source.at += command.name.length;
  source.at += matchAt(/\s*/y, source).length;
  if (matchAt(/in(?=\s)/y, source) !== '') {
    source.at += 2;
    command.words = readWordList(source);
  }
  list.commands.push(command);
}

function readCondition(list: List): void {
  const { source } = list;
  const command = { ...simpleCommand(list.after), kind: 'for' as const };
  source.at += 2;
  while (source.at < source.text.length && matchAt(/\s\]\](?=[\s;&|)]|$)/y, source) === '') {
    const word = readPieces(source, 'bare');
    if (word.length > 0) command.words.push(word);
    else source.at += 1;
  }
  source.at += 3;
  list.commands.push(command);
}

const FUNCTION =
  /(?:function[ \t]+([^\s()<>;&|'"$`]+)[ \t]*(?:\([ \t]*\))?|([^\s()<>;&|'"$`=]+)[ \t]*\([ \t]*\))\s*(?=[{(])/y;

function readFunction(list: List): boolean {
  const { source } = list;
  FUNCTION.lastIndex = source.at;
  const match = FUNCTION.exec(source.text);
  if (!match) return false;
  source.at += match[0].length;
  const end = source.text[source.at] === '(' ? ')' : '}';
  source.at += 1;
  const body = deeper(source, [], () => source.read.commands(source, end));
  list.commands.push({
    ...simpleCommand(list.after),
    kind: 'function',
    name: match[1] ?? match[2] ?? '',
    body,
    words: [],
  });
  list.after = ';';
  return true;
}

const bareText = (word: Word): string => {
  const first = word[0];
  return word.length === 1 && first?.kind === 'text' && !first.quoted ? first.text : '';
};

const READERS: Readers = { commands: readCommands, pieces: readPieces };
