import { readBackquote, readDollar } from './read-dollar.ts';
import { deeper, HOLE, type Piece, type Source, type Word, type WordMode } from './syntax.ts';

const BARE_END = /[\s;&|()<>]/;
const ORDINARY: Record<WordMode, RegExp> = {
  bare: /[^\s;&|()<>\\'"$`\0]+/y,
  quoted: /[^\\"$`\0]+/y,
  operand: /[^\\'"$`\0}]+/y,
  body: /[^\\$`\0]+/y,
};

/** Reads the pieces of a word up to what ends it in this mode; the ending character is left, but a closing `"` or `}`. */
export function readPieces(source: Source, mode: WordMode): Word {
  const pieces: Word = [];
  const quoted = mode === 'quoted' || mode === 'body';
  while (source.at < source.text.length) {
    const character = source.text[source.at] ?? '';
    if ((mode === 'quoted' && character === '"') || (mode === 'operand' && character === '}')) {
      source.at += 1;
      return pieces;
    }
    if (mode === 'bare' && BARE_END.test(character) && !isProcess(source)) return pieces;
    const ordinary = matchAt(ORDINARY[mode], source);
    if (ordinary !== '') {
      pieces.push({ kind: 'text', text: ordinary, quoted });
      source.at += ordinary.length;
    } else {
      pieces.push(...readSpecial(source, mode, quoted));
    }
  }
  return pieces;
}

export function matchAt(pattern: RegExp, source: Source): string {
  pattern.lastIndex = source.at;
  return pattern.exec(source.text)?.[0] ?? '';
}

const isProcess = (source: Source): boolean =>
  (source.text[source.at] === '<' || source.text[source.at] === '>') && source.text[source.at + 1] === '(';

function readSpecial(source: Source, mode: WordMode, quoted: boolean): Piece[] {
  const character = source.text[source.at] ?? '';
  if (character === '\\') return readEscape(source, mode, quoted);
  if (character === '$') return readDollar(source, quoted);
  if (character === '`') return [readBackquote(source, quoted)];
  if (character === HOLE) {
    source.at += 1;
    return [{ kind: 'value', hole: 'environment', operand: [] }];
  }
  if (character === '<' || character === '>') {
    source.at += 2;
    const commands = deeper(source, [], () => source.read.commands(source, ')'));
    // `>(sh)` reads what the command writes.
    if (character === '>') for (const command of commands) command.piped = true;
    return [{ kind: 'commands', commands, quoted: true, process: true }];
  }
  if (!quoted && character === "'") return [readSingleQuoted(source)];
  if (!quoted && character === '"') {
    source.at += 1;
    const inner = deeper(source, [], () => source.read.pieces(source, 'quoted'));
    return inner.length > 0 ? inner : [{ kind: 'text', text: '', quoted: true }];
  }
  source.at += 1;
  return [{ kind: 'text', text: character, quoted }];
}

function readEscape(source: Source, mode: WordMode, quoted: boolean): Piece[] {
  const next = source.text[source.at + 1];
  source.at += 2;
  if (next === '\n') return [];
  if (next === undefined) return [];
  const escapable = mode === 'quoted' ? '$`"\\' : '$`\\';
  const text = quoted && !escapable.includes(next) ? `\\${next}` : next;
  return [{ kind: 'text', text, quoted: true }];
}

function readSingleQuoted(source: Source): Piece {
  const end = source.text.indexOf("'", source.at + 1);
  const stop = end < 0 ? source.text.length : end;
  const text = source.text.slice(source.at + 1, stop);
  source.at = stop + 1;
  return { kind: 'text', text, quoted: true };
}
