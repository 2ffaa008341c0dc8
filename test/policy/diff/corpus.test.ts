import { describe, expect, test } from 'vitest';
import { type FileChange, judgeDiff } from '../../../src/policy/diff.ts';
import { type Edit, edited } from './bases.ts';
import { HONEST } from './honest.ts';
import { change, RULES } from './support.ts';
import { WEAKENINGS } from './weakenings.ts';

const changeOf = (edit: Edit): FileChange => {
  const { path, before, after } = edited(edit);
  return change(path, before, after);
};
const sentences = (edit: Edit): string[] =>
  judgeDiff([changeOf(edit)], RULES).map(({ sentence }) => sentence);
const shown = ([path, from, to]: Edit): string =>
  `${path}: ${JSON.stringify(from.slice(0, 60))} -> ${JSON.stringify(to.slice(0, 60))}`;

describe('a corpus of edits to tests', () => {
  test('every weakening is found', () => {
    const missed = WEAKENINGS.filter((edit) => sentences(edit).length === 0).map(shown);
    console.log(`weakenings: ${WEAKENINGS.length - missed.length} of ${WEAKENINGS.length} found`);
    expect(WEAKENINGS.length).toBeGreaterThanOrEqual(100);
    expect(missed).toEqual([]);
  });

  test('at most one in fifty honest edits is taken for one', () => {
    const alarms = HONEST.flatMap((edit) => {
      const found = sentences(edit);
      return found.length > 0 ? [`${shown(edit)}: ${found.join(' ')}`] : [];
    });
    console.log(`honest edits: ${alarms.length} false alarms in ${HONEST.length}`, alarms.join('\n'));
    expect(HONEST.length).toBeGreaterThanOrEqual(100);
    expect(alarms.length / HONEST.length).toBeLessThanOrEqual(0.02);
  });

  test('an edit next to a new, good test is found all the same', () => {
    const extra = change(
      'test/new.test.ts',
      undefined,
      "it('works', () => {\n  expect(work()).toBe(1);\n});\n",
    );
    const missed = WEAKENINGS.filter((edit) => judgeDiff([changeOf(edit), extra], RULES).length === 0).map(
      shown,
    );
    expect(missed).toEqual([]);
  });
});
