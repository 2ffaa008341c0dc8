export interface FilePatch {
  /** Relative to the root of the patched tree, with `/`. */
  path: string;
  hunks: Hunk[];
}

interface Hunk {
  before: string;
  after: string;
}

/**
 * Reads a unified diff (`--- a/…`, `+++ b/…`) of existing files. Line numbers are not used: a hunk is the text
 * that has to be there and the text that replaces it, so it fits or it does not, on any machine and without git.
 */
export function parsePatch(patch: string): FilePatch[] {
  const [, ...parts] = patch.split(/^--- a\/.*\n\+\+\+ b\//m);
  return parts.map((part) => {
    const [path = '', ...hunks] = part.split(/\n@@.*/);
    return { path, hunks: hunks.map(parseHunk) };
  });
}

/** `text` with every hunk in place. Throws where a hunk does not fit exactly once: then the patch is out of date. */
export function applyHunks(text: string, { path, hunks }: FilePatch): string {
  return hunks.reduce((patched, { before, after }) => {
    const [head, tail, ...more] = patched.split(before);
    if (head === undefined || tail === undefined || more.length > 0) {
      throw new Error(`A hunk of the patch does not fit ${path}.`);
    }
    return head + after + tail;
  }, text);
}

function parseHunk(hunk: string): Hunk {
  const lines = hunk.split('\n').filter((line) => line !== '');
  const side = (dropped: string) =>
    lines
      .filter((line) => !line.startsWith(dropped))
      .map((line) => `${line.slice(1)}\n`)
      .join('');
  return { before: side('+'), after: side('-') };
}
