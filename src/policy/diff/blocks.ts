import type { Family } from './languages.ts';

/** Where the test that a text starts with ends; its strings and comments are blank. */
export function blockEnd(code: string, family: Family): number {
  switch (family) {
    case 'javascript':
      return callEnd(code);
    case 'python':
      return indentEnd(code, /^$/);
    case 'ruby':
    case 'elixir':
      return indentEnd(code, /^end\b|^\}/);
    default:
      return braceEnd(code);
  }
}

/** A call with all that is chained to it: `test.each([...])('name', () => {...})`. */
function callEnd(code: string): number {
  let depth = 0;
  for (let at = 0; at < code.length; at += 1) {
    const character = code.charAt(at);
    if (/[([{]/.test(character)) depth += 1;
    else if (/[)\]}]/.test(character)) {
      depth -= 1;
      if (depth < 0) return at;
      if (depth === 0 && character === ')' && !/^\s*[(`]/.test(code.slice(at + 1, at + 200))) return at + 1;
    } else if (character === '`') {
      const close = code.indexOf('`', at + 1);
      if (close < 0) return code.length;
      at = close;
    }
  }
  return code.length;
}

/** To the first line that is indented no deeper than the first one; a line that closes the block still belongs to it. */
function indentEnd(code: string, closing: RegExp): number {
  const first = lineEnd(code, /^\s*/.exec(code)?.[0].length ?? 0);
  const indent = widthOf(code);
  let at = headEnd(code, first);
  while (at < code.length) {
    const end = lineEnd(code, at);
    const text = code.slice(at, end);
    if (text.trim() !== '' && widthOf(text) <= indent)
      return closing.test(text.trim()) && text.trim() !== '' ? end : at;
    at = end;
  }
  return code.length;
}

/** The end of the head's last line: arguments may go over several. */
function headEnd(code: string, firstEnd: number): number {
  let depth = 0;
  let at = 0;
  for (let end = firstEnd; ; end = lineEnd(code, end)) {
    for (; at < end; at += 1) {
      if (/[([{]/.test(code.charAt(at))) depth += 1;
      if (/[)\]}]/.test(code.charAt(at))) depth -= 1;
    }
    if (depth <= 0 || end >= code.length) return end;
  }
}

function braceEnd(code: string): number {
  let depth = 0;
  for (let at = 0; at < code.length; at += 1) {
    const character = code.charAt(at);
    if (/[([{]/.test(character)) depth += 1;
    else if (/[)\]}]/.test(character)) {
      depth -= 1;
      if (depth < 0) return at;
      if (depth === 0 && character === '}') return at + 1;
    } else if (
      depth === 0 &&
      character === '=' &&
      /^=\s*[\w.]+/.test(code.slice(at, at + 80)) &&
      !/^=[=>]/.test(code.slice(at, at + 2))
    ) {
      // Kotlin's functions of one expression: `fun works() = runTest { ... }`, or to the end of the line.
      const brace = code.indexOf('{', at);
      const end = lineEnd(code, at);
      if (brace < 0 || brace > end) return end;
    }
  }
  return code.length;
}

function lineEnd(code: string, at: number): number {
  const end = code.indexOf('\n', at);
  return end < 0 ? code.length : end + 1;
}

const widthOf = (text: string): number => /^[ \t]*/.exec(text)?.[0].replaceAll('\t', '    ').length ?? 0;
