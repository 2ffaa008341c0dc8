/** One of our blocks in a file, as byte offsets; `end` is after the line break that follows its last mark. */
export interface Block {
  start: number;
  end: number;
  rev: number;
  store: string;
  /** The lines between the two marks, with `\n` between them. */
  body: string;
}

// Latin-1 keeps one character a byte, so that text we do not own passes through unchanged whatever its encoding is.
const BEGIN = /<!-- pitcrew:begin rev=(\d{1,15}) -->/g;
const END = '<!-- pitcrew:end -->';

/**
 * Our blocks in `bytes`, several after a merge. A lone mark is somebody's text: a block is a begin with the next end
 * and no other begin between them.
 */
export function findBlocks(bytes: Buffer): Block[] {
  const text = bytes.toString('latin1');
  const begins = [...text.matchAll(BEGIN)];
  return begins.flatMap((begin, at) => {
    const close = text.indexOf(END, begin.index);
    const next = begins[at + 1]?.index ?? text.length;
    if (close === -1 || close > next) return [];
    const after = close + END.length;
    const lineBreak = /^\r?\n/.exec(text.slice(after, after + 2))?.[0] ?? '';
    const inner = bytes
      .subarray(begin.index + begin[0].length, close)
      .toString('utf8')
      .replaceAll('\r\n', '\n');
    return [
      {
        start: begin.index,
        end: after + lineBreak.length,
        rev: Number(begin[1]),
        store: /^\n?<!-- store ([0-9a-f]+) -->/.exec(inner)?.[1] ?? '',
        body: inner.replace(/^\n/, '').replace(/\n$/, ''),
      },
    ];
  });
}

/** What people and other tools wrote: `bytes` without our blocks. */
export function outsideOf(bytes: Buffer, blocks = findBlocks(bytes)): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const block of blocks) {
    parts.push(bytes.subarray(from, block.start));
    from = block.end;
  }
  return Buffer.concat([...parts, bytes.subarray(from)]);
}

/** `bytes` with one block of ours: in the place of the first one there, else below the title, else at the top. */
export function withBlock(bytes: Buffer, view: { rev: number; body: string }): Buffer {
  const blocks = findBlocks(bytes);
  const lineBreak = bytes.includes('\r\n') ? '\r\n' : '\n';
  const lines = [`<!-- pitcrew:begin rev=${view.rev} -->`, ...view.body.split('\n'), END, ''];
  const outside = outsideOf(bytes, blocks);
  const at = blocks[0]?.start ?? placeFor(bytes);
  return Buffer.concat([outside.subarray(0, at), Buffer.from(lines.join(lineBreak)), outside.subarray(at)]);
}

function placeFor(bytes: Buffer): number {
  const mark = bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0;
  const title = /^# [^\r\n]*\r?\n/.exec(bytes.subarray(mark, mark + 4096).toString('latin1'));
  return mark + (title?.[0].length ?? 0);
}
