import type { FileChange, Finding } from './finding.ts';
import { removedLines } from './lines.ts';
import type { TestCase } from './test-cases.ts';
import { isSnapshot } from './test-files.ts';

/** A finding where a stored snapshot loses or changes what it held; new entries are fine. */
export function judgeSnapshotFile(file: FileChange): Finding[] {
  const path = file.oldPath ?? file.path;
  if (!isSnapshot(path) || file.status === 'added') return [];
  if (file.before === file.after && file.before !== undefined && isSnapshot(file.path)) return [];
  const [first] = removedLines(file).filter(({ text }) => text.trim() !== '');
  if (!first && file.status !== 'deleted' && file.before !== undefined) return [];
  const what = file.status === 'deleted' ? 'is deleted' : 'no longer holds what it held';
  return [
    {
      rule: 'snapshot-rewritten',
      path,
      ...(first ? { line: first.number } : {}),
      sentence: `The snapshot ${path} ${what}.`,
      approvable: true,
    },
  ];
}

/** Whether a snapshot that is written into the test itself differs. */
export function isInlineSnapshotRewritten(before: TestCase, after: TestCase): boolean {
  const was = inlineSnapshots(before);
  const is = new Set(inlineSnapshots(after));
  return was.some((text) => text !== '' && !is.has(text));
}

function inlineSnapshots({ raw, code }: TestCase): string[] {
  return [...code.matchAll(INLINE)].map((match) => {
    const start = match.index + match[0].length;
    const quote = code.charAt(start);
    if (!/["'`]/.test(quote)) return '';
    const end = code.indexOf(quote, start + 1);
    return raw.slice(start + 1, end).replace(/^\s+/gm, '');
  });
}

const INLINE =
  /\b(?:toMatchInlineSnapshot|toThrowErrorMatchingInlineSnapshot|assert_(?:debug_|json_|yaml_)?snapshot!|expect!|inline_snapshot|snapshot)\s*[([]\s*(?:@\s*)?(?:\{[^}]*\}\s*,\s*)?/g;
