import { readRedirection } from './read-redirection.ts';
import { matchAt, readPieces } from './read-word.ts';
import { type Command, type Source, simpleCommand, type Word } from './syntax.ts';

export const BLANK = /(?:[ \t\r\f\v]|\\\r?\n)+/y;
export const COMMENT = /#[^\n]*/y;
const ASSIGNMENT = /^([A-Za-z_]\w*)(\[[^\]]*\])?(\+?)=/;

/** Reads one simple command: its assignments, words and redirections up to an operator. */
export function readSimpleCommand(source: Source, after: string, piped: boolean): Command {
  const command = simpleCommand(after);
  command.piped = piped;
  while (source.at < source.text.length) {
    source.at += matchAt(BLANK, source).length;
    if (source.text[source.at] === '#') break;
    const redirection = readRedirection(source);
    if (redirection) {
      command.redirections.push(redirection);
      continue;
    }
    const start = source.at;
    const word = readPieces(source, 'bare');
    if (source.at === start) break;
    if (command.words.length === 0 && takeAssignment(source, command, word)) continue;
    command.words.push(word);
  }
  return command;
}

/** Reads words up to an operator, as between `in` and `;`. */
export function readWordList(source: Source): Word[] {
  const words: Word[] = [];
  while (source.at < source.text.length) {
    source.at += matchAt(BLANK, source).length;
    source.at += matchAt(COMMENT, source).length;
    const start = source.at;
    const word = readPieces(source, 'bare');
    if (source.at === start) return words;
    words.push(word);
  }
  return words;
}

function takeAssignment(source: Source, command: Command, word: Word): boolean {
  const first = word[0];
  if (first?.kind !== 'text' || first.quoted) return false;
  const match = ASSIGNMENT.exec(first.text);
  if (!match) return false;
  const value: Word = [
    { kind: 'text', text: first.text.slice(match[0].length), quoted: false },
    ...word.slice(1),
  ];
  let list: Word[] | undefined;
  if (source.text[source.at] === '(' && word.length === 1 && first.text.length === match[0].length) {
    source.at += 1;
    list = [];
    do list.push(...readWordList(source));
    while (matchAt(/[\n;&|<>]/y, source) !== '' && ++source.at < source.text.length);
    source.at += 1;
  }
  command.assignments.push({
    name: match[1] ?? '',
    value,
    list,
    append: match[3] === '+',
    element: match[2] !== undefined,
  });
  return true;
}
