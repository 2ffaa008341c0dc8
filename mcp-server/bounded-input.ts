import { Transform } from 'node:stream';

/** With its newline just below the SDK's own limit, which ends the connection without a word. */
const MAX_MESSAGE_BYTES = 10 * 1024 * 1024 - 1;
/** Enough for the members that stand before or behind `params`. */
const EDGE_BYTES = 512;
const NEWLINE = 10;

export interface TooLong {
  bytes: number;
  /** Of the request, where its text shows it. */
  id?: string | number;
}

/**
 * The lines of stdin without those that are longer than a message may be. Such a line is not held in memory; when it
 * ends, `onTooLong` is told, so that the caller can be answered and the messages behind it are read as ever.
 */
export function boundedInput(onTooLong: (line: TooLong) => void, maxBytes = MAX_MESSAGE_BYTES): Transform {
  let held: Buffer[] = [];
  let length = 0;
  let edges = { head: '', tail: '' };

  const take = (part: Buffer) => {
    const before = length;
    length += part.length;
    if (length <= maxBytes) {
      held.push(part);
      return;
    }
    if (before <= maxBytes) {
      const first = Buffer.concat(held.splice(0));
      edges = { head: textOf(first.subarray(0, EDGE_BYTES)), tail: textOf(first.subarray(-EDGE_BYTES)) };
    }
    edges.tail = (edges.tail + textOf(part.subarray(-EDGE_BYTES))).slice(-EDGE_BYTES);
  };
  const endLine = (stream: Transform) => {
    if (length > maxBytes) onTooLong({ bytes: length, ...idIn(edges) });
    else stream.push(Buffer.concat([...held, Buffer.from('\n')]));
    held = [];
    length = 0;
  };

  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        take(chunk.subarray(start, end));
        endLine(this);
        start = end + 1;
      }
      take(chunk.subarray(start));
      done();
    },
  });
}

const textOf = (bytes: Buffer): string => bytes.toString('latin1');

/** The id of a request by its place: right behind the opening brace or `jsonrpc`, or right before the last brace. */
function idIn({ head, tail }: { head: string; tail: string }): { id?: string | number } {
  const value = '("[\\w:.-]{1,100}"|-?\\d{1,15})';
  const first = new RegExp(`^\\s*\\{\\s*(?:"jsonrpc"\\s*:\\s*"2\\.0"\\s*,\\s*)?"id"\\s*:\\s*${value}\\s*,`);
  const last = new RegExp(`,\\s*"id"\\s*:\\s*${value}\\s*(?:,\\s*"jsonrpc"\\s*:\\s*"2\\.0"\\s*)?\\}\\s*$`);
  const found = (first.exec(head) ?? last.exec(tail))?.[1];
  return found === undefined ? {} : { id: JSON.parse(found) };
}
