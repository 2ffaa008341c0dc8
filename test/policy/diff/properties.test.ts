import fc from 'fast-check';
import { expect, test } from 'vitest';
import { viewsOf } from '../../../src/policy/diff/mask.ts';
import { type FileChange, judgeDiff } from '../../../src/policy/diff.ts';
import { languagesForTest } from './all-families.ts';
import { type Edit, edited } from './bases.ts';
import { HONEST } from './honest.ts';
import { change, RULES } from './support.ts';
import { WEAKENINGS } from './weakenings.ts';

const changeOf = (edit: Edit): FileChange => {
  const { path, before, after } = edited(edit);
  return change(path, before, after);
};
/** Edits of different files: one diff holds a path once. */
const diff = fc
  .subarray([...WEAKENINGS, ...HONEST].map(changeOf), { maxLength: 40 })
  .map((files) => [...new Map(files.map((file) => [file.path, file])).values()]);

test('the order of the files does not matter', () => {
  fc.assert(
    fc.property(diff, fc.infiniteStream(fc.nat()), (files, keys) => {
      const shuffled = files
        .map((file) => ({ file, key: keys.next().value ?? 0 }))
        .sort((one, other) => one.key - other.key)
        .map(({ file }) => file);
      expect(judgeDiff(shuffled, RULES)).toEqual(judgeDiff(files, RULES));
    }),
    { numRuns: 40 },
  );
});

test('a rename with the content kept is no finding; a weakening stays one under another name', () => {
  fc.assert(
    fc.property(fc.constantFrom(...WEAKENINGS), fc.stringMatching(/^[a-z]{1,8}$/), (edit, folder) => {
      const file = changeOf(edit);
      const renamed = {
        ...file,
        path: `${folder}/${file.path}`,
        oldPath: file.path,
        status: 'renamed' as const,
      };
      expect(judgeDiff([renamed], RULES).length).toBeGreaterThan(0);
      expect(judgeDiff([{ ...renamed, after: file.before ?? '' }], RULES)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('what cannot be approved cannot be talked down by other files', () => {
  const secret = change('src/a.ts', '', `const t = 'ghp_${'aB3dE6gH9j'.repeat(4).slice(0, 36)}';\n`);
  fc.assert(
    fc.property(diff, (files) => {
      expect(judgeDiff([...files, secret], RULES)[0]).toMatchObject({ rule: 'secret', approvable: false });
    }),
    { numRuns: 30 },
  );
});

test('any text is judged, and its views are as long as it is', () => {
  const piece = fc.constantFrom(
    '"',
    "'",
    '`',
    '${',
    '}',
    '/*',
    '*/',
    '//',
    '#',
    '\n',
    '\\',
    'r#"',
    '"""',
    '/',
    'it.skip(',
    'x',
    '(',
    ')',
    '@"',
    '=begin',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 60 }),
      fc.constantFrom(...languagesForTest),
      (pieces, [family, extension]) => {
        const text = pieces.join('');
        const { code, comments } = viewsOf(text, family);
        expect([code.length, comments.length]).toEqual([text.length, text.length]);
        judgeDiff([change(`test/a_test.${extension}`, text, `${text}\n`)], RULES);
      },
    ),
    { numRuns: 400 },
  );
});
