/** One stretch of a word. `quoted` text is neither split, globbed nor brace-expanded. */
export type Piece =
  | { kind: 'text'; text: string; quoted: boolean }
  | {
      kind: 'variable';
      name: string;
      quoted: boolean;
      /** `${x:-operand}` and `${x:=operand}` are default, `${x:+operand}` alternate, `${x#…}`, `${!x}` changed. */
      operator: 'plain' | 'default' | 'alternate' | 'changed';
      operand: Word;
      /** What stands in `${x[…]}` or `${x:…}`, which the shell evaluates; no part of the value. */
      evaluated?: Word;
    }
  | { kind: 'commands'; commands: Command[]; quoted: boolean; process: boolean }
  /** A value that only the run knows: arithmetic, or a hole in a text that is itself parsed. */
  | { kind: 'value'; hole: 'plain' | 'environment'; operand: Word };

export type Word = Piece[];

export interface Assignment {
  name: string;
  value: Word;
  /** The elements of `name=(a b)`. */
  list: Word[] | undefined;
  append: boolean;
  /** Of one element: `name[0]=a`. */
  element: boolean;
}

export interface Redirection {
  /** Without the descriptor: `>`, `>>`, `>|`, `<`, `<<`, `<<<`, `<>`, `>&`, `<&`, `&>`, `&>>`. */
  operator: string;
  target: Word;
  /** What a here-document holds; `target` is its delimiter then. */
  body: Word | undefined;
}

/** One simple command, or a mark in the flat list of them. */
export interface Command {
  kind: 'simple' | 'function' | 'for' | 'open' | 'close';
  assignments: Assignment[];
  words: Word[];
  redirections: Redirection[];
  /** Reads what another command writes. */
  piped: boolean;
  background: boolean;
  /** The operator or keyword in front: `&&`, `||`, `while`, `do`, `;` … */
  after: string;
  /** Of a function or a `for` variable. */
  name: string;
  body: Command[];
}

/** Stands in a text for what only the run knows; a command from outside cannot hold it. */
export const HOLE = '\0';

/** What `$PPID` becomes. */
export const PARENT = '<parent>';

export interface Source {
  readonly text: string;
  at: number;
  depth: number;
  /** Set when substitutions nest deeper than anybody writes by hand: the rest is then not read. */
  tooDeep: boolean;
  readonly pending: { redirection: Redirection; delimiter: string; literal: boolean; dedent: boolean }[];
  readonly read: Readers;
}

/** The readers call each other; each finds the others here, so that their files form no circle. */
export interface Readers {
  commands(source: Source, end: string): Command[];
  pieces(source: Source, mode: WordMode): Word;
}

/** `bare` ends at a blank or an operator, `quoted` at `"`, `operand` at `}`, `body` (a here-document) at the end. */
export type WordMode = 'bare' | 'quoted' | 'operand' | 'body';

const MAX_DEPTH = 40;

export const openSource = (text: string, read: Readers, depth = 0): Source => ({
  text,
  at: 0,
  depth,
  tooDeep: false,
  pending: [],
  read,
});

/** Of a reader that reads its text in two ways, each of which may nest again. */
export const READ_TWICE = 8;

/** Runs `reader` some levels deeper, or gives up on the rest of the text when it nests too deeply. */
export function deeper<T>(source: Source, empty: T, reader: () => T, levels = 1): T {
  if (source.depth + levels > MAX_DEPTH) {
    source.tooDeep = true;
    source.at = source.text.length;
    return empty;
  }
  source.depth += levels;
  const result = reader();
  source.depth -= levels;
  return result;
}

export const simpleCommand = (after: string): Command => ({
  kind: 'simple',
  assignments: [],
  words: [],
  redirections: [],
  piped: false,
  background: false,
  after,
  name: '',
  body: [],
});
