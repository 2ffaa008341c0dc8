import { type Family, SYNTAX, type Syntax } from './languages.ts';

/** The same text twice, character for character: what is not shown in a view is blank there, line ends stay. */
export interface Views {
  /** Code alone: strings are empty between their quotes, comments are gone. */
  code: string;
  /** Comments alone. */
  comments: string;
}

/**
 * Tells code from comments and strings. Where the text does not come out even (a comment or string that never ends),
 * both views are the whole text: what cannot be told apart is looked at twice rather than not at all.
 */
export function viewsOf(text: string, family: Family): Views {
  const syntax = SYNTAX[family];
  const code: string[] = [];
  const comments: string[] = [];
  let at = 0;
  const put = (end: number, kind: 'code' | 'comment' | 'string') => {
    const piece = text.slice(at, end);
    code.push(kind === 'code' ? piece : blank(piece));
    comments.push(kind === 'comment' ? piece : blank(piece));
    at = end;
  };
  while (at < text.length) {
    const span = spanAt(text, at, family, syntax);
    if (span === 'open') return { code: text, comments: text };
    if (span === undefined) put(at + 1, 'code');
    else if (span.kind === 'comment') put(span.end, 'comment');
    else {
      put(at + span.open, 'code');
      put(span.end - span.close, 'string');
      put(span.end, 'code');
    }
  }
  return { code: code.join(''), comments: comments.join('') };
}

type Span = { kind: 'comment'; end: number } | { kind: 'string'; end: number; open: number; close: number };

const blank = (piece: string): string => piece.replace(/[^\r\n]/g, ' ');

/** The comment or string that starts at a place; `open` for one that never ends. */
function spanAt(text: string, at: number, family: Family, syntax: Syntax): Span | 'open' | undefined {
  const character = text.charAt(at);
  if (!/["'`/#\n@rR]/.test(character)) return undefined;
  // PHP's attributes and Swift's macros also start with this character.
  if (character === '#' && /^#[[!(]/.test(text.slice(at, at + 2)) && family !== 'python' && family !== 'ruby')
    return undefined;
  if (syntax.lineComments.some((mark) => text.startsWith(mark, at))) {
    return { kind: 'comment', end: endOfLine(text, at) };
  }
  const block = syntax.blockComments.find(([open]) => text.startsWith(open, at));
  if (block) return blockComment(text, at, block, syntax.nestedComments === true);
  const raw = rawString(text, at, family);
  if (raw) return raw;
  if (family === 'javascript' && character === '/') return regularExpression(text, at);
  const string = syntax.strings.find(({ quote }) => text.startsWith(quote, at));
  if (!string) return undefined;
  const { quote, multiline = false } = string;
  const end =
    quote === '`' && family === 'javascript'
      ? endOfTemplate(text, at)
      : endOfString(text, at, quote, multiline, family);
  if (end === undefined) return 'open';
  const close =
    text.startsWith(quote, end - quote.length) && end - quote.length >= at + quote.length ? quote.length : 0;
  return { kind: 'string', end, open: quote.length, close };
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

function blockComment(
  text: string,
  at: number,
  [open, close]: readonly [string, string],
  nested: boolean,
): Span | 'open' {
  let depth = 0;
  for (let place = at; place < text.length; place += 1) {
    if (text.startsWith(open, place) && (nested || depth === 0)) {
      depth += 1;
      place += open.length - 1;
    } else if (text.startsWith(close, place)) {
      depth -= 1;
      if (depth === 0) return { kind: 'comment', end: place + close.length };
      place += close.length - 1;
    }
  }
  return 'open';
}

/** Strings in which a backslash is just that: `r#"..."#` of Rust, `@"..."` of C#. */
function rawString(text: string, at: number, family: Family): Span | 'open' | undefined {
  const before = text.charAt(at - 1);
  if (family === 'rust') {
    const open = /^r(#{0,8})"/.exec(text.slice(at, at + 12));
    if (!open || /\w/.test(before.replace(/[bc]/, ''))) return undefined;
    const close = `"${open[1]}`;
    const end = text.indexOf(close, at + open[0].length);
    return end < 0
      ? 'open'
      : { kind: 'string', end: end + close.length, open: open[0].length, close: close.length };
  }
  if (family !== 'csharp' || !/^@\$?"/.test(text.slice(at, at + 3))) return undefined;
  const start = text.indexOf('"', at) + 1;
  for (let place = start; place < text.length; place += 1) {
    if (text.charAt(place) !== '"') continue;
    if (text.charAt(place + 1) === '"') place += 1;
    else return { kind: 'string', end: place + 1, open: start - at, close: 1 };
  }
  return 'open';
}

/** Where a string ends; one that may not go over a line ends with it, closed or not. Undefined where it never does. */
function endOfString(
  text: string,
  at: number,
  quote: string,
  multiline: boolean,
  family: Family,
): number | undefined {
  const escapes = !(quote === '`' && family === 'go');
  for (let place = at + quote.length; place < text.length; place += 1) {
    if (text.charAt(place) === '\\' && escapes) place += 1;
    else if (text.startsWith(quote, place)) return place + quote.length;
    else if (!multiline && text.charAt(place) === '\n') return place;
  }
  return multiline ? undefined : text.length;
}

/** Template strings hold code, which holds template strings. */
function endOfTemplate(text: string, at: number, depth = 0): number | undefined {
  if (depth > DEEPEST_TEMPLATE) return undefined;
  let braces = 0;
  for (let place = at + 1; place < text.length; place += 1) {
    const character = text.charAt(place);
    if (character === '\\') place += 1;
    else if (braces === 0 && character === '`') return place + 1;
    else if (braces === 0 && text.startsWith('${', place)) {
      braces = 1;
      place += 1;
    } else if (braces > 0 && character === '{') braces += 1;
    else if (braces > 0 && character === '}') braces -= 1;
    else if (braces > 0 && character === '`') {
      const inner = endOfTemplate(text, place, depth + 1);
      if (inner === undefined) return undefined;
      place = inner - 1;
    }
  }
  return undefined;
}

/** Nobody nests them this deep to be read. */
const DEEPEST_TEMPLATE = 20;

/** A slash divides after a value and starts a pattern elsewhere; a pattern ends on its own line. */
function regularExpression(text: string, at: number): Span | undefined {
  const before = text.slice(Math.max(0, at - 40), at).trimEnd();
  const startsValue =
    before === '' || /[(,=:[!&|?{};+~<>*%^-]$|\b(?:return|typeof|case|in|of|do|else|void)$/.test(before);
  if (!startsValue) return undefined;
  let inClass = false;
  for (let place = at + 1; place < text.length; place += 1) {
    const character = text.charAt(place);
    if (character === '\n') return undefined;
    if (character === '\\') place += 1;
    else if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (character === '/' && !inClass) return { kind: 'string', end: place + 1, open: 1, close: 1 };
  }
  return undefined;
}
