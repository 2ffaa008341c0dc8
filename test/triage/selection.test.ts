import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PitcrewError } from '../../src/core/errors.ts';
import { parseSelection } from '../../src/triage/selection.ts';

const rows = ['NODE-1', 'NODE-EXPRESS-3', 'PERSONAS-1A', 'NODE-4', 'NODE-5'].map((shortId, at) => ({
  index: at + 1,
  shortId,
}));

describe('a selection', () => {
  it.each([
    ['1,2,5', [1, 2, 5]],
    [' 2 ', [2]],
    ['5 1;1', [1, 5]],
    ['1-3', [1, 2, 3]],
    ['1 - 3, 5', [1, 2, 3, 5]],
    ['1–2', [1, 2]],
    ['all', [1, 2, 3, 4, 5]],
    ['ALL', [1, 2, 3, 4, 5]],
    ['top 3', [1, 2, 3]],
    ['top 99', [1, 2, 3, 4, 5]],
    ['top 2 and 4', [1, 2, 4]],
    ['personas-1a, NODE-EXPRESS-3', [2, 3]],
    ['1 and node-5', [1, 5]],
  ])('%j', (text, indexes) => {
    expect(parseSelection(text, rows)).toEqual({ indexes, skipped: false });
  });

  it.each(['skip', 'none', ' Skip\n'])('%j is none', (text) => {
    expect(parseSelection(text, rows)).toEqual({ indexes: [], skipped: true });
  });

  it.each([
    '',
    '0',
    '6',
    '1-9',
    '3-1',
    'top',
    'top 0',
    'top x',
    'all but 2',
    'skip 1',
    '1,all',
    'NODE-2',
    'yes',
    '1.5',
    '-1',
    '1e3',
    '$(x)',
  ])('%j is not understood, and the answer says what is', (text) => {
    try {
      parseSelection(text, rows);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ kind: 'input', hint: expect.stringContaining('rows 1 to 5') });
    }
  });

  it('is exactly the rows that were written, in whatever order and form', () => {
    const chosen = fc.uniqueArray(fc.integer({ min: 1, max: rows.length }), { minLength: 1 });
    fc.assert(
      fc.property(
        chosen,
        fc.constantFrom(',', ' ', ', ', ';'),
        fc.infiniteStream(fc.boolean()),
        (indexes, separator, byName) => {
          const text = indexes
            .map((index) => (byName.next().value ? (rows[index - 1]?.shortId ?? '') : String(index)))
            .join(separator);
          expect(parseSelection(text, rows).indexes).toEqual([...indexes].sort((one, other) => one - other));
        },
      ),
    );
  });

  it('of any text is rows of the table or an input error', () => {
    const unit = fc.constantFrom(
      '1',
      '3',
      '9',
      '-',
      ',',
      ' ',
      'all',
      'top',
      'skip',
      'node-1',
      'and',
      '\n',
      'x',
    );
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        try {
          const { indexes, skipped } = parseSelection(text, rows);
          expect(indexes.length > 0 || skipped).toBe(true);
          for (const index of indexes) expect(rows.some((row) => row.index === index)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(PitcrewError);
        }
      }),
    );
  });
});
