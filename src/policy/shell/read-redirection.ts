import { matchAt, readPieces } from './read-word.ts';
import { openSource, type Redirection, type Source, type Word } from './syntax.ts';

const OPERATOR = /(?:\d{1,9}|\{[A-Za-z_]\w*\})?(&>>|&>|<<<|<<-|<<|<>|<&|>>|>\||>&|>!|<(?!\()|>(?!\())/y;

/** Reads a redirection at the cursor, or undefined when there is none. A here-document's body follows at the next line. */
export function readRedirection(source: Source): Redirection | undefined {
  OPERATOR.lastIndex = source.at;
  const match = OPERATOR.exec(source.text);
  if (!match) return undefined;
  source.at += match[0].length;
  source.at += matchAt(/(?:[ \t]|\\\r?\n)*/y, source).length;
  const target = readPieces(source, 'bare');
  const written = match[1] ?? '';
  const redirection: Redirection = { operator: written === '<<-' ? '<<' : written, target, body: undefined };
  if (redirection.operator === '<<') {
    source.pending.push({
      redirection,
      delimiter: target.map((piece) => (piece.kind === 'text' ? piece.text : '')).join(''),
      literal: target.some((piece) => piece.kind === 'text' && piece.quoted),
      dedent: written === '<<-',
    });
  }
  return redirection;
}

/** Reads the bodies of the here-documents that the line before the cursor announced. */
export function readHereDocuments(source: Source): void {
  for (const { redirection, delimiter, literal, dedent } of source.pending.splice(0)) {
    const lines: string[] = [];
    while (source.at < source.text.length) {
      const end = source.text.indexOf('\n', source.at);
      const stop = end < 0 ? source.text.length : end;
      const line = source.text.slice(source.at, stop);
      source.at = stop + 1;
      const compared = dedent ? line.replace(/^\t+/, '') : line;
      if (compared === delimiter) break;
      // In a substitution bash also takes the delimiter with the closing bracket behind it.
      if (source.depth > 0 && delimiter !== '' && compared.startsWith(`${delimiter})`)) {
        source.at = stop - (compared.length - delimiter.length);
        break;
      }
      lines.push(compared);
    }
    redirection.body = bodyOf(source, `${lines.join('\n')}\n`, literal);
  }
}

function bodyOf(source: Source, text: string, literal: boolean): Word {
  if (literal) return [{ kind: 'text', text, quoted: true }];
  const inner = openSource(text, source.read, source.depth);
  const body = source.read.pieces(inner, 'body');
  source.tooDeep ||= inner.tooDeep;
  return body;
}
