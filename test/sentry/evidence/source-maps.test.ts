import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEvent } from '../../../src/sentry/event.ts';
import { buildEvidence, checkoutOf, type Evidence } from '../../../src/sentry/evidence/evidence.ts';
import { folderWith, ISSUE } from './support.ts';

const SOURCES = {
  'package.json': '{ "name": "shop" }',
  'src/main.ts':
    "import { quote } from './orders/quote';\n\nsetTimeout(() => quote({ country: 'XK' }), 1);\n",
  'src/orders/quote.ts':
    "import { rateOf } from '../tax/rates';\n\nexport function quote(order: { country: string }): number {\n  const rate = rateOf(order.country);\n  return 100 * rate;\n}\n",
  'src/tax/rates.ts':
    'const RATES: Record<string, { percent: number }> = { DE: { percent: 19 } };\n\nexport function rateOf(country: string): number {\n  const rate = RATES[country]!;\n  return rate.percent / 100;\n}\n',
};

interface Frame {
  filename: string;
  abs_path: string;
  function: string;
  lineno: number;
  colno: number;
  in_app: boolean;
  context_line?: string;
}

/** The sources bundled in a folder, and the frames of the crash of the bundle, oldest first. */
async function bundled(
  options: BuildOptions,
  outfile = 'dist/server.js',
  sources: Record<string, string> = SOURCES,
): Promise<{ root: string; frames: Frame[] }> {
  const root = await folderWith(sources);
  await build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    sourcemap: true,
    logLevel: 'silent',
    ...options,
  });
  const stack = await new Promise<string>((resolve) => {
    execFile(process.execPath, [join(root, outfile)], (_error, _stdout, stderr) => resolve(stderr));
  });
  const lines = (await readFile(join(root, outfile), 'utf8')).split('\n');
  const frames = [...stack.matchAll(/^ +at (\S+) \((\/.*):(\d+):(\d+)\)$/gm)].map((match): Frame => {
    const [, name = '', path = '', line, column] = match;
    const place = path.replace(root, '/app');
    return {
      filename: place,
      abs_path: place,
      function: name,
      lineno: Number(line),
      colno: Number(column),
      in_app: true,
      context_line: lines[Number(line) - 1],
    };
  });
  return { root, frames: frames.reverse() };
}

const evidenceOf = (
  root: string,
  frames: readonly object[],
  rest: object = {},
  sources: Record<string, string> = SOURCES,
): Promise<Evidence> =>
  buildEvidence({
    event: parseEvent({
      platform: 'node',
      exception: { values: [{ type: 'TypeError', value: 'broken', stacktrace: { frames } }] },
      ...rest,
    }),
    issue: ISSUE,
    // As git lists them: what is built is ignored.
    checkout: checkoutOf(root, async () => Object.keys(sources)),
  });

const CRASH = '> at rateOf (src/tax/rates.ts:5:15)';

describe('frames of built code are mapped back', () => {
  test.each<[string, BuildOptions]>([
    ['a bundle with a map beside it', {}],
    ['a minified bundle', { minify: true }],
    ['a map inside the bundle', { minify: true, sourcemap: 'inline' }],
    ['a map that the bundle does not name', { minify: true, sourcemap: 'external' }],
    ['a map without the sources', { sourcesContent: false }],
    ['a map with a root for its sources', { sourceRoot: '/build/agent/7' }],
  ])('%s', async (_name, options) => {
    const { root, frames } = await bundled(options);
    const { text, data, suspects, declaredPaths } = await evidenceOf(root, frames);
    expect(text).toContain(CRASH);
    expect(text).toContain('return rate.percent / 100;');
    expect(text).toMatch(/at quote \(src\/orders\/quote\.ts:4:\d+\)/);
    expect(text).toContain('mapped back by the source maps here (dist/server.js)');
    expect(data.crashFrame).toMatchObject({
      localPath: 'src/tax/rates.ts',
      localLine: 5,
      function: 'rateOf',
    });
    expect(suspects[0]).toMatchObject({ path: 'src/tax/rates.ts', line: 5 });
    expect(declaredPaths).toEqual(['src/tax/rates.ts', 'src/orders/quote.ts', 'src/main.ts']);
  });

  test.each([
    ['.next/server/app/orders/route.js', '/app/.next/server/app/orders/route.js'],
    ['dist/assets/index-4f1c9ab2.js', 'https://shop.example.com/assets/index-4f1c9ab2.js?v=2'],
    ['build/static/js/main.a81f20c3.js', '~/static/js/main.a81f20c3.js'],
  ])('%s reported as %s', async (outfile, reported) => {
    const { root, frames } = await bundled({ minify: true }, outfile);
    const named = frames.map((frame) => ({
      ...frame,
      filename: reported,
      abs_path: reported,
      context_line: undefined,
    }));
    expect((await evidenceOf(root, named)).text).toContain(CRASH);
  });

  test('names as webpack writes them, and maps in sections', async () => {
    const { root, frames } = await bundled({ minify: true });
    const path = join(root, 'dist/server.js.map');
    const map = JSON.parse(await readFile(path, 'utf8'));
    map.sources = map.sources.map((source: string) => source.replace('../', 'webpack://shop/./'));
    await writeFile(
      path,
      JSON.stringify({ version: 3, sections: [{ offset: { line: 0, column: 0 }, map }] }),
    );
    expect((await evidenceOf(root, frames)).text).toContain(CRASH);
  });

  test('a frame without a column, where a line is one statement', async () => {
    const { root, frames } = await bundled({});
    const plain = frames.map(({ colno: _, ...frame }) => frame);
    expect((await evidenceOf(root, plain)).data.crashFrame).toMatchObject({
      localPath: 'src/tax/rates.ts',
      localLine: 5,
    });
  });

  test('a source that is not in the checkout is shown from the map', async () => {
    const { root, frames } = await bundled({ minify: true });
    await rm(join(root, 'src/tax'), { recursive: true });
    const { 'src/tax/rates.ts': _, ...others } = SOURCES;
    const { text, suspects } = await evidenceOf(root, frames, {}, others);
    expect(text).toContain('> at rateOf (src/tax/rates.ts:5:15)');
    expect(text).toContain('return rate.percent / 100;');
    expect(suspects.map((suspect) => suspect.path)).toEqual(['src/orders/quote.ts', 'src/main.ts']);
  });

  test('a source that went on since the build is found by its text', async () => {
    const { root, frames } = await bundled({ minify: true });
    await writeFile(join(root, 'src/tax/rates.ts'), `// new\n// lines\n${SOURCES['src/tax/rates.ts']}`);
    expect((await evidenceOf(root, frames)).data.crashFrame).toMatchObject({ localLine: 7, source: 'moved' });
  });

  test('a library inside the bundle is a library', async () => {
    const sources = {
      ...SOURCES,
      'src/tax/rates.ts': "export { rateOf } from 'tax-tables';\n",
      'node_modules/tax-tables/index.js':
        'exports.rateOf = function rateOf(country) {\n  return { DE: 19 }[country].percent;\n};\n',
    };
    const { root, frames } = await bundled({ minify: true }, 'dist/server.js', sources);
    const { text, suspects } = await evidenceOf(root, frames);
    expect(text).toMatch(/> at quote \(src\/orders\/quote\.ts:4:\d+\)/);
    expect(text).toMatch(/raised in: at \S+ \(node_modules\/tax-tables\/index\.js:2/);
    expect(suspects[0]?.path).toBe('src/orders/quote.ts');
  });

  test('of two packages with the same file, the one that holds the reported line', async () => {
    const one = await bundled({ minify: true }, 'packages/api/dist/index.js');
    const files = { ...SOURCES, 'packages/api/package.json': '{}', 'packages/web/package.json': '{}' };
    await mkdir(join(one.root, 'packages/web/dist'), { recursive: true });
    for (const name of ['index.js', 'index.js.map']) {
      const text = await readFile(join(one.root, 'packages/api/dist', name), 'utf8');
      await writeFile(join(one.root, 'packages/web/dist', name), text.replace(/percent/g, 'per_cent'));
    }
    const frames = one.frames.map((frame) => ({
      ...frame,
      filename: '/app/dist/index.js',
      abs_path: '/app/dist/index.js',
    }));
    const { text } = await evidenceOf(one.root, frames, {}, files);
    expect(text).toContain(CRASH);
    expect(text).toContain('(packages/api/dist/index.js)');
    const silent = frames.map(({ context_line: _, ...frame }) => frame);
    expect((await evidenceOf(one.root, silent, {}, files)).text).not.toContain('mapped back');
  });
});

describe('a map that cannot be trusted is not used', () => {
  const debugMeta = (id: string) => ({
    debug_meta: { images: [{ type: 'sourcemap', code_file: '/app/dist/server.js', debug_id: id }] },
  });
  const MINE = 'c4b1c0de-0000-4000-8000-000000000001';

  test('another build than the reported one: the line that came with the event is not there', async () => {
    const { root, frames } = await bundled({ minify: true });
    await writeFile(
      join(root, 'src/main.ts'),
      `const unused = ${'"x".length + '.repeat(40)}1;\n${SOURCES['src/main.ts']}`,
    );
    const path = join(root, 'dist/server.js');
    await writeFile(path, (await readFile(path, 'utf8')).replace('percent', 'percentage'));
    const { text, data } = await evidenceOf(root, frames);
    expect(text).toContain('dist/server.js is not the build that crashed: its source map was not used.');
    expect(data.crashFrame?.localPath).not.toBe('src/tax/rates.ts');
  });

  test.each([
    ['of the same build', MINE, true],
    ['of another build', MINE.replace('1', '2'), false],
  ])('debug ID %s', async (_name, id, used) => {
    const { root, frames } = await bundled({ minify: true, footer: { js: `//# debugId=${MINE}` } });
    const plain = frames.map(({ context_line: _, ...frame }) => frame);
    const { text } = await evidenceOf(root, plain, debugMeta(id));
    expect(text.includes(CRASH)).toBe(used);
    expect(text.includes('is not the build that crashed')).toBe(!used);
  });

  test('a line or column that the build does not have', async () => {
    const { root, frames } = await bundled({ minify: true });
    for (const wrong of [{ lineno: 900 }, { colno: 90_000 }]) {
      const { text } = await evidenceOf(
        root,
        frames.map(({ context_line: _, ...frame }) => ({ ...frame, ...wrong })),
      );
      expect(text).not.toContain('mapped back');
    }
  });

  test.each<[string, (path: string, outside: string) => Promise<void>]>([
    ['garbage', (path) => writeFile(path, 'no map')],
    ['cut off', async (path) => writeFile(path, (await readFile(path, 'utf8')).slice(0, -40))],
    [
      'of broken mappings',
      (path) => writeFile(path, '{"version":3,"sources":["a.ts"],"names":[],"mappings":"!!!,zz;A"}'),
    ],
    ['larger than 20 MiB', (path) => truncate(path, 20 * 1024 * 1024 + 1)],
    ['a folder', (path) => rm(path).then(() => mkdir(path))],
    [
      'a link out of the checkout',
      (path, outside) => rm(path).then(() => symlink(join(outside, 'dist/server.js.map'), path)),
    ],
  ])('%s', async (_name, spoil) => {
    const { root, frames } = await bundled({ minify: true });
    const other = await bundled({ minify: true });
    await spoil(join(root, 'dist/server.js.map'), other.root);
    const { text } = await evidenceOf(root, frames);
    expect(text).not.toContain('mapped back');
    expect(text).toContain('TypeError: broken');
  });

  test('sources outside of the repository are names, not files', async () => {
    const outside = await folderWith({ 'rates.ts': 'const secret = 1;\n'.repeat(9) });
    const { root, frames } = await bundled({ minify: true, sourcesContent: false });
    const path = join(root, 'dist/server.js.map');
    const map = JSON.parse(await readFile(path, 'utf8'));
    for (const source of [
      `${outside}/rates.ts`,
      '../../../../../../../../etc/passwd',
      `file://${outside}/rates.ts`,
    ]) {
      await writeFile(path, JSON.stringify({ ...map, sources: map.sources.map(() => source) }));
      const { text, declaredPaths } = await evidenceOf(root, frames);
      expect(text).not.toMatch(/secret|root:/);
      for (const declared of declaredPaths) expect(Object.keys(SOURCES)).toContain(declared);
    }
  });

  test('a bundle that names a map elsewhere', async () => {
    const { root, frames } = await bundled({ minify: true });
    const path = join(root, 'dist/server.js');
    const text = (await readFile(path, 'utf8')).replace(
      /sourceMappingURL=.*/,
      'sourceMappingURL=../../../x.map',
    );
    await writeFile(path, text);
    await rm(join(root, 'dist/server.js.map'));
    expect((await evidenceOf(root, frames)).text).not.toContain('mapped back');
  });
});

test('whatever a map holds, there is evidence', async () => {
  const root = await folderWith({
    'package.json': '{}',
    'dist/a.js': 'a();b();c();\n//# sourceMappingURL=a.js.map\n',
  });
  const path = join(root, 'dist/a.js.map');
  await mkdir(dirname(path), { recursive: true });
  const map = fc.record(
    {
      version: fc.constantFrom(3, 2, '3', null),
      sources: fc.oneof(fc.array(fc.option(fc.string())), fc.anything()),
      names: fc.oneof(fc.array(fc.string()), fc.anything()),
      mappings: fc.oneof(fc.stringMatching(/^[A-Za-z0-9+/,;]*$/), fc.anything()),
      sourcesContent: fc.oneof(fc.array(fc.option(fc.string())), fc.anything()),
      sourceRoot: fc.oneof(fc.string(), fc.anything()),
      sections: fc.anything(),
    },
    { requiredKeys: [] },
  );
  const frame = { filename: '/app/dist/a.js', function: 'a', lineno: 1, colno: 5, in_app: true };
  await fc.assert(
    fc.asyncProperty(fc.oneof(map, fc.anything()), async (value) => {
      await writeFile(path, JSON.stringify(value) ?? '');
      expect((await evidenceOf(root, [frame], {}, { 'package.json': '{}' })).text).toContain(
        'TypeError: broken',
      );
    }),
    { numRuns: 300 },
  );
});
