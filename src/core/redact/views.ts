/** A text as a finder sees it, and where each of its characters stands in the original. */
export interface View {
  text: string;
  /** One entry a character and one for the end; absent where the text is the original. */
  origin?: Uint32Array;
}

/** Stands for a token that is there already, so that no finder takes it apart: a character of the private use area. */
export const REPLACED = '\ue000';

/**
 * The text with its tokens collapsed, then with its escapes undone, up to three times over: JSON in a string in JSON,
 * a URL in a query of a URL. Only what changed something is listed.
 */
export function viewsOf(text: string): View[] {
  const first = decoded({ text }, TOKEN);
  const views = [first ?? { text }];
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const deeper = decoded(views[depth] ?? { text }, ESCAPE);
    if (deeper === undefined) break;
    views.push(deeper);
  }
  return views;
}

const DEEPEST = 3;

const TOKEN = /\[(?:secret:[a-z0-9-]{1,40}|email|ip)\]/g;

// Percent signs as in URLs, backslashes as in JSON, JavaScript and Python, entities as in HTML and XML. A token may
// itself have been escaped, so it is one more escape here.
const ESCAPE =
  /\[(?:secret:[a-z0-9-]{1,40}|email|ip)\]|%[0-9a-f]{2}|\\(?:u[0-9a-f]{4}|u\{[0-9a-f]{1,6}\}|x[0-9a-f]{2}|["'`\\/nrtbf])|&(?:#x[0-9a-f]{1,6}|#[0-9]{1,7}|amp|quot|apos|lt|gt);/gi;

const NAMED: Readonly<Record<string, string>> = {
  '\\n': '\n',
  '\\r': '\r',
  '\\t': '\t',
  '\\b': ' ',
  '\\f': ' ',
  '&amp;': '&',
  '&quot;': '"',
  '&apos;': "'",
  '&lt;': '<',
  '&gt;': '>',
};

function decoded(view: View, pattern: RegExp): View | undefined {
  if (!/[[%\\&]/.test(view.text)) return undefined;
  const parts: string[] = [];
  const origin = new Uint32Array(view.text.length + 1);
  let length = 0;
  let read = 0;
  const copyUntil = (end: number) => {
    parts.push(view.text.slice(read, end));
    for (; read < end; read += 1, length += 1) origin[length] = originOf(view, read);
  };
  for (const { 0: escaped, index } of view.text.matchAll(pattern)) {
    copyUntil(index);
    parts.push(meaningOf(escaped));
    origin[length] = originOf(view, index);
    length += 1;
    read = index + escaped.length;
  }
  if (read === 0) return undefined;
  copyUntil(view.text.length);
  origin[length] = originOf(view, view.text.length);
  return { text: parts.join(''), origin: origin.subarray(0, length + 1) };
}

const originOf = ({ origin }: View, at: number): number => (origin === undefined ? at : (origin[at] ?? 0));

/** One UTF-16 unit for each escape, so that places can be counted; no secret needs a character beyond. */
function meaningOf(escaped: string): string {
  switch (escaped.charAt(0)) {
    case '[':
      return REPLACED;
    case '%':
      return ofCode(escaped.slice(1), 16);
    case '\\':
      return /^[ux]/i.test(escaped.charAt(1))
        ? ofCode(escaped.slice(escaped.charAt(2) === '{' ? 3 : 2), 16)
        : (NAMED[escaped.toLowerCase()] ?? escaped.charAt(1));
    default:
      if (escaped.charAt(1) !== '#') return NAMED[escaped.toLowerCase()] ?? '&';
      return /^x/i.test(escaped.charAt(2)) ? ofCode(escaped.slice(3), 16) : ofCode(escaped.slice(2), 10);
  }
}

function ofCode(digits: string, base: number): string {
  const code = Number.parseInt(digits, base);
  return code > 0xffff ? '?' : String.fromCharCode(code);
}
