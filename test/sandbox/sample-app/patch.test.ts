import { expect, test } from 'vitest';
import { applyHunks, parsePatch } from '../../../src/sandbox/sample-app/patch.ts';

const PATCH = `--- a/src/one.mjs
+++ b/src/one.mjs
@@ -1,3 +1,3 @@ function one() {
 first

-second
+2nd
@@ -9 +9,2 @@
 ninth
+tenth
--- a/src/two.mjs
+++ b/src/two.mjs
@@ -1 +0,0 @@
-gone
`.replace('first\n\n', 'first\n \n');

test('a patch of several files and hunks is put in place', () => {
  const [one, two] = parsePatch(PATCH);
  expect(one?.path).toBe('src/one.mjs');
  expect(one && applyHunks('first\n\nsecond\nthird\nninth\nlast\n', one)).toBe(
    'first\n\n2nd\nthird\nninth\ntenth\nlast\n',
  );
  expect(two && applyHunks('kept\ngone\n', two)).toBe('kept\n');
});

test.each([
  ['not there', 'first\nsecond\n'],
  ['there twice', 'gone\ngone\n'],
])('a hunk that is %s is never guessed', (_why, text) => {
  for (const filePatch of parsePatch(PATCH)) {
    expect(() => applyHunks(text, filePatch)).toThrow(`does not fit ${filePatch.path}`);
  }
});
