import fc from 'fast-check';
import picomatch from 'picomatch';
import { describe, expect, test } from 'vitest';
import { covers, normalizeGlob, overlaps } from '../../ledger/overlap.ts';

describe('overlaps', () => {
  test.each([
    ['src/a.ts', 'src/a.ts', true],
    ['./src/a.ts', 'src/a.ts', true],
    ['src\\a.ts', 'src/a.ts', true],
    ['Src/A.ts', 'src/a.ts', true],
    ['src/a.ts', 'src/a.tsx', false],
    ['src', 'src/engine/foo.rs', true],
    ['src', '**/*.ts', true],
    ['src/cart.ts', '**/*.rs', false],
    ['src/cart.ts', 'src/**/*.test.ts', false],
    ['lib/a.b', 'lib/a.b/c', true],
    ['lib/a.b', 'lib/a.b/**/*.ts', true],
    ['docs/v1.2', '**/*.md', true],
    ['src/', 'src', true],
    ['src/**', 'src', true],
    ['srcs/', 'src/a.ts', false],
    ['src-tauri/src/**/*.rs', 'src-tauri/src/engine/foo.rs', true],
    ['src-tauri/src/**/*.rs', 'src-tauri/src/foo.rs', true],
    ['src-tauri/src/**/*.rs', 'src-tauri/src/foo.ts', false],
    ['src/**/*.ts', 'src/lib/**', true],
    ['**/test/**', 'packages/*/test/unit.ts', true],
    ['src/*.ts', 'src/*/a.ts', false],
    ['a*b', '*ab', true],
    ['a*b', 'b*', false],
    ['src/{cart,order}.ts', 'src/order.ts', true],
    ['src/{cart,order}.ts', 'src/user.ts', false],
    ['{src,lib}/{a,{b,c}}.ts', 'lib/c.ts', true],
    ['src/[a-c].ts', 'src/[d-f].ts', false],
    ['src/[a-c].ts', 'src/[!a].ts', true],
    ['src/[A-C].ts', 'src/b.ts', true],
    ['app/[id]/page.tsx', 'app/[id]/page.tsx', true],
    ['app/[id]/page.tsx', 'app/*/page.tsx', true],
    ['app/(group)/page.tsx', 'app/(group)/*', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['**', '.github/workflows/ci.yml', true],
    ['src/../lib/a.ts', 'lib/a.ts', true],
    ['.', 'anything/at/all', true],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(overlaps(a, b)).toBe(expected);
    expect(overlaps(b, a)).toBe(expected);
  });

  // Every path of up to five segments over a small alphabet, matched by picomatch, is the truth to compare with.
  test('agrees with enumeration on random pairs: nothing missed, under 3 % too many', () => {
    const names = ['a', 'b', 'ab', 'a.b'];
    const universe = [1, 2, 3, 4, 5].flatMap((depth) => paths(names, depth));
    const folder = fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom('a', 'b', 'ab') },
      {
        weight: 3,
        arbitrary: fc.constantFrom('*', 'a*', '*b', '?', 'a?', '[ab]', '[^a]', '{a,b}', 'a{,b}', '{a,*b}'),
      },
      { weight: 2, arbitrary: fc.constant('**') },
    );
    const last = fc.oneof(folder, fc.constantFrom('a.b', '*.b', 'a[.b]b', '{a.b,ab}', 'a.?'));
    const glob = fc
      .tuple(fc.array(folder, { maxLength: 2 }), last)
      .map(([folders, name]) => [...folders, name].join('/'));
    let extra = 0;
    let total = 0;
    const truth = new Map<string, Set<string>>();
    fc.assert(
      fc.property(glob, glob, (a, b) => {
        const ours = matchesOf(a, universe, truth);
        const theirs = matchesOf(b, universe, truth);
        const shared = [...ours].find((path) => theirs.has(path));
        const said = overlaps(a, b);
        total++;
        if (said && shared === undefined) extra++;
        if (shared !== undefined) expect(said, `${a} and ${b} both match ${shared}`).toBe(true);
      }),
      { numRuns: 20_000 },
    );
    expect(extra / total).toBeLessThan(0.03);
  });

  test('covers says what picomatch says, for each single path', () => {
    const universe = [1, 2, 3].flatMap((depth) => paths(['a', 'b', 'ab'], depth));
    const segment = fc.constantFrom('a', 'b', 'ab', '*', 'a*', '?', '**', '{a,ab}', '[ab]');
    const glob = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'));
    fc.assert(
      fc.property(glob, fc.constantFrom(...universe), (pattern, path) => {
        expect(covers(pattern, path), `${pattern} on ${path}`).toBe(matcherOf(pattern)(path));
      }),
      { numRuns: 1500 },
    );
  });

  // Names are compared before any search: said here without patterns.
  test('of plain paths those overlap that are one, or of which one is a folder of the other', () => {
    const name = fc.constantFrom('a', 'A', 'b', 'a.b', 'A.B', 'ab', '.a', 'v1.2');
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
    fc.assert(
      fc.property(path, path, (a, b) => {
        const [ours, theirs] = [`${a}/`.toLowerCase(), `${b}/`.toLowerCase()];
        expect(overlaps(a, b)).toBe(ours.startsWith(theirs) || theirs.startsWith(ours));
      }),
      { numRuns: 3000 },
    );
  });

  test('takes a bounded time on patterns made to explode', () => {
    const stars = `${'*a'.repeat(490)}*b`;
    expect(overlaps(stars, `${'*a'.repeat(490)}*c`)).toBe(false);
    const deep = Array.from({ length: 190 }, () => '**/a').join('/');
    expect(overlaps(deep, `${deep}/b`)).toBe(false);
    expect(() => overlaps('{a,b}'.repeat(30), 'a')).toThrow(/too many alternatives/);
    expect(() => overlaps('{'.repeat(400), 'a')).not.toThrow();
  });
});

describe('covers', () => {
  test.each([
    ['src', 'src/a/b.ts', true],
    ['src/*.ts', 'src/a.ts', true],
    ['src/*.ts', 'src/a/b.ts', false],
    ['src/a.ts', 'src/A.ts', false],
    ['app/[id]/page.tsx', 'app/[id]/page.tsx', true],
    ['src/**', './src/a.ts', true],
    ['src/**', 'src/../lib/a.ts', false],
    // Names that no claim can have, as a disk may have them.
    ['src/**', 'src/two\nlines', true],
    ['src/*', `src/${'long'.repeat(300)}`, true],
    ['**', '~/C:', true],
    ['src/a.ts', 'C:/a.ts', false],
  ])('%s covers %s: %s', (glob, path, expected) => {
    expect(covers(glob, path)).toBe(expected);
  });

  test('nothing that leads out of the repository', () => {
    expect(() => covers('**', 'src/../../two\nlines')).toThrow(/control characters|leads out/);
    expect(() => covers('**', '/two\nlines')).toThrow();
  });
});

describe('normalizeGlob', () => {
  test.each([
    ['./src//a.ts', 'src/a.ts'],
    ['src\\lib\\', 'src/lib/**'],
    ['src/**/**/a', 'src/**/a'],
    [' src/a.ts ', 'src/a.ts'],
    ['.', '**'],
    ['port:5173', 'port:5173'],
  ])('%s becomes %s', (text, expected) => {
    expect(normalizeGlob(text)).toBe(expected);
    expect(normalizeGlob(expected)).toBe(expected);
  });

  // A space before it keeps a text from the short way for plain paths.
  test('takes a plain path as the long way does', () => {
    const part = fc.constantFrom(
      'a',
      'B_1',
      '.',
      '..',
      '...',
      '.x',
      'x.',
      '-',
      '/',
      '/',
      '/',
      '~',
      'C:',
      '*',
      '{a,b}',
      ' ',
    );
    const text = fc.array(part, { maxLength: 9 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary-ascii', maxLength: 6 })), (path) => {
        expect(said(path)).toEqual(said(` ${path}`));
      }),
      { numRuns: 5000 },
    );
    expect(normalizeGlob('a'.repeat(1000))).toBe('a'.repeat(1000));
  });

  test.each([
    '',
    '  ',
    '/etc/passwd',
    'C:\\x',
    'c:/x',
    '~/x',
    '../x',
    'a/../../x',
    '*/../x',
    '{a,../../x}',
    'a\u0000b',
    'a\nb',
    '!src',
    '+(a|b)',
    '{1..9}',
    'x'.repeat(1001),
  ])('refuses %j', (text) => {
    expect(() => normalizeGlob(text)).toThrow(expect.objectContaining({ kind: 'input' }));
  });
});

/** The normal form, or what is said of a text that has none; that shows the text itself. */
function said(text: string): string {
  try {
    return normalizeGlob(text);
  } catch (error) {
    return `refused: ${String(error).replace(/".*"/, '')}`;
  }
}

function paths(names: readonly string[], depth: number): string[] {
  if (depth === 1) return [...names];
  return paths(names, depth - 1).flatMap((head) => names.map((name) => `${head}/${name}`));
}

/** A name without wildcards and without a file's ending is a folder: it stands for what lies beneath too. */
function matcherOf(glob: string): (path: string) => boolean {
  // picomatch itself lets `a/**` match the folder `a`, but not `a/*/**` the folder `a/b`.
  const own = picomatch([glob, glob.replace(/(\/\*\*)+$/, '')], { dot: true });
  const folders = braces(glob).filter((alternative) => !/[*?[]|\.b$/.test(alternative));
  return (path) => own(path) || folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

/** The sets of this test are not nested. */
function braces(glob: string): string[] {
  const set = /\{([^{}]*)\}/.exec(glob);
  if (!set) return [glob];
  return (set[1] ?? '').split(',').flatMap((choice) => braces(glob.replace(set[0], choice)));
}

function matchesOf(glob: string, universe: readonly string[], known: Map<string, Set<string>>): Set<string> {
  const cached = known.get(glob);
  if (cached) return cached;
  const matches = new Set(universe.filter(matcherOf(glob)));
  known.set(glob, matches);
  return matches;
}
