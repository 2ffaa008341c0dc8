import type { Piece, Word } from './syntax.ts';

const MAX_WORDS = 64;
// Each pair of braces copies the word: nobody writes more, and an attacker may not.
const MAX_PIECES = 400;

/**
 * The words that brace expansion makes of one (`g{a,b}` and `{1..3}`), at most 64; undefined when there would be
 * more. Quoted braces are text.
 */
export function expandBraces(word: Word): Word[] | undefined {
  if (!word.some((piece) => piece.kind === 'text' && !piece.quoted && piece.text.includes('{')))
    return [word];
  const budget = { left: MAX_WORDS };
  const pieces = splitCharacters(word);
  if (pieces.length > MAX_PIECES) return undefined;
  const words = expandPieces(pieces, budget);
  return budget.left < 0 ? undefined : words;
}

/** Unquoted braces, commas and what stands between them as pieces of their own. */
function splitCharacters(word: Word): Word {
  const pieces: Word = [];
  for (const piece of word) {
    if (piece.kind !== 'text' || piece.quoted) pieces.push(piece);
    else for (const text of piece.text.split(/([{},])/)) if (text) pieces.push({ ...piece, text });
  }
  return pieces;
}

function expandPieces(word: Word, budget: { left: number }): Word[] {
  const found = findBraces(word);
  if (!found) {
    budget.left -= 1;
    return [word];
  }
  const before = word.slice(0, found.open);
  const after = word.slice(found.close + 1);
  const words: Word[] = [];
  for (const choice of found.choices) {
    if (budget.left < 0) break;
    for (const inner of expandPieces([...before, ...choice, ...after], budget)) words.push(inner);
  }
  return words;
}

const isMark = (piece: Piece | undefined, mark: string): boolean =>
  piece?.kind === 'text' && !piece.quoted && piece.text === mark;

/** The first pair of braces that expands, with its choices. */
function findBraces(word: Word): { open: number; close: number; choices: Word[] } | undefined {
  const stack: { open: number; commas: number[] }[] = [];
  let outermost: { open: number; close: number; choices: Word[] } | undefined;
  for (let at = 0; at < word.length; at += 1) {
    if (isMark(word[at], '{')) stack.push({ open: at, commas: [] });
    else if (isMark(word[at], ',')) stack.at(-1)?.commas.push(at);
    else if (isMark(word[at], '}')) {
      const top = stack.pop();
      const choices = top && choicesOf(word, top.open, at, top.commas);
      if (top && choices && (!outermost || top.open < outermost.open))
        outermost = { open: top.open, close: at, choices };
    }
  }
  return outermost;
}

function choicesOf(word: Word, open: number, close: number, commas: number[]): Word[] | undefined {
  if (commas.length === 0) return rangeOf(word.slice(open + 1, close));
  const edges = [open, ...commas, close];
  return edges.slice(1).map((edge, index) => word.slice((edges[index] ?? 0) + 1, edge));
}

function rangeOf(inner: Word): Word[] | undefined {
  const only = inner.length === 1 ? inner[0] : undefined;
  const match =
    only?.kind === 'text'
      ? /^(-?\d{1,6}|[A-Za-z])\.\.(-?\d{1,6}|[A-Za-z])(?:\.\.-?\d+)?$/.exec(only.text)
      : null;
  if (!match) return undefined;
  const letters = /[A-Za-z]/.test(match[1] ?? '');
  const [from, to] = [match[1] ?? '', match[2] ?? ''].map((end) =>
    letters ? end.charCodeAt(0) : Number(end),
  );
  const words: Word[] = [];
  if (from === undefined || to === undefined) return undefined;
  for (let at = Math.min(from, to); at <= Math.max(from, to) && words.length < MAX_WORDS; at += 1)
    words.push([{ kind: 'text', text: letters ? String.fromCharCode(at) : String(at), quoted: false }]);
  return words;
}
