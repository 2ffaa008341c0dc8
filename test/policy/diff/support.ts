import type { DiffRules, FileChange } from '../../../src/policy/diff.ts';

export const RULES: DiffRules = { protected: [], maxFiles: 20, maxLines: 600 };

/** A change of one file between two texts; without the first it is new, without the second deleted. */
export function change(
  path: string,
  before: string | undefined,
  after: string | undefined,
  more: Partial<FileChange> = {},
): FileChange {
  const lines = (text = '') => (text === '' ? 0 : text.split('\n').length);
  return {
    path,
    status: before === undefined ? 'added' : after === undefined ? 'deleted' : 'modified',
    size: Buffer.byteLength(after ?? ''),
    linesAdded: after === before ? 0 : lines(after),
    linesRemoved: after === before ? 0 : lines(before),
    ...(before === undefined ? {} : { before, oldMode: '100644' }),
    ...(after === undefined ? {} : { after, mode: '100644' }),
    ...more,
  };
}
