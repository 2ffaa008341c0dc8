import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect } from 'vitest';
import { covers, normalizeGlob, overlaps } from '../../ledger/overlap.ts';
import { type Frame, parseEvent } from '../../src/sentry/event.ts';
import { buildEvidence, type Checkout, checkoutOf } from '../../src/sentry/evidence/evidence.ts';
import { isInside, pathIndex } from '../../src/sentry/evidence/paths.ts';
import { pathSegments } from '../../src/sentry/evidence/raw-path.ts';
import { ISSUE } from '../sentry/evidence/support.ts';
import { eventWith } from './events.ts';
import { useFolder } from './folder.ts';
import { fuzz, orOurError } from './fuzz.ts';
import { expectLinear, repeated } from './linear.ts';
import { hostilePath, pathPiece } from './paths.ts';

/** Stands in every file that no frame may make visible. */
const CANARY = 'canary-4f1d';
const folder = useFolder();
const INSIDE = ['src/cart.js', 'src/Cart.js', 'src/caf\u00e9.js', 'src/cafe\u0301.js', 'dist/app.js'];
const LINKS: Record<string, string> = {
  'src/out': '../../outside',
  'src/secret.js': '../../outside/secret.js',
  'src/absolute.js': '/etc/passwd',
  'src/loop.js': 'loop.js',
  'src/env.js': '../.env',
  'src/git.js': '../.git/hooks/hook.js',
  'dist/app.js.map': '../../outside/secret.js.map',
};
const HIDDEN = ['.env', '.git/hooks/hook.js', 'src/credentials.js', 'config/secrets.py', 'id_rsa'];
const NAMES = [...INSIDE, ...Object.keys(LINKS), ...HIDDEN, 'src/out/secret.js', 'src/gone.js'];
const HOSTILE_NAMES = [
  '../outside/secret.js',
  '/etc/passwd',
  'C:\\x.js',
  'a/../../x.js',
  'a//b.js',
  './c.js',
  'd\0.js',
];
let checkout: Checkout;

beforeAll(async () => {
  const root = join(folder.path, 'repository');
  for (const name of [
    'outside',
    'repository/src',
    'repository/dist',
    'repository/config',
    'repository/.git/hooks',
  ])
    await mkdir(join(folder.path, name), { recursive: true });
  for (const path of INSIDE) await writeFile(join(root, path), 'export const total = 1;\n');
  for (const path of HIDDEN) await writeFile(join(root, path), `const x = "${CANARY}";\n`.repeat(20));
  for (const name of ['secret.js', 'secret.js.map'])
    await writeFile(join(folder.path, 'outside', name), `${CANARY}\n`.repeat(20));
  for (const [path, target] of Object.entries(LINKS)) await symlink(target, join(root, path));
  checkout = checkoutOf(root, async () => [...NAMES, ...HOSTILE_NAMES]);
});

const path = hostilePath(NAMES);

fuzz('no path leads to a text outside the repository, or to a private one', path, async (name) => {
  for (const text of [await checkout.read(name), await checkout.readBuilt(name)]) {
    expect(text ?? '').not.toContain(CANARY);
    expect(text ?? '').not.toContain('root:x:');
  }
});

fuzz(
  'whatever files an event names: evidence of files of the repository only',
  eventWith(path),
  async (value) => {
    const event = await orOurError(() => parseEvent(value));
    if (!event) return;
    const { text, data, suspects, declaredPaths } = await buildEvidence({ event, issue: ISSUE, checkout });
    expect(text + JSON.stringify(data)).not.toContain(CANARY);
    expect(text + JSON.stringify(data)).not.toContain('root:x:');
    for (const found of [...declaredPaths, ...suspects.map((suspect) => suspect.path)]) {
      expect(NAMES).toContain(found);
      expect(isInside(found)).toBe(true);
    }
  },
);

fuzz(
  'a frame is mapped to files of the index, or to none',
  fc.record({
    files: fc.array(path, { maxLength: 8 }),
    file: fc.option(path, { nil: undefined }),
    absolutePath: fc.option(path, { nil: undefined }),
    module: fc.option(path, { nil: undefined }),
    name: fc.option(path, { nil: undefined }),
    inApp: fc.boolean(),
    platform: fc.constantFrom(
      'node',
      'python',
      'java',
      'go',
      'native',
      'php',
      'rust',
      'csharp',
      'ruby',
      'perl',
    ),
  }),
  ({ files, name, platform, ...rest }) => {
    const frame: Frame = { ...rest, function: name, context: [] };
    const index = pathIndex(files);
    for (const inside of index.files) expectInside(inside);
    const match = index.find(frame, platform);
    for (const found of [...(match?.candidates ?? []), ...(match?.path ? [match.path] : [])]) {
      expect(files).toContain(found);
      expectInside(found);
    }
  },
);

function expectInside(name: string): void {
  expect(name).not.toMatch(/^[/\\]|\0|^[A-Za-z]:/);
  expect(name.split(/[/\\]/)).not.toContain('..');
}

fuzz('a reported path becomes plain segments', path, (name) => {
  for (const segment of pathSegments(name)) expect(segment).not.toMatch(/^\.{0,2}$|[/\\\0]/);
});

fuzz(
  'a claim stays inside the repository, and is written in one way',
  path,
  async (name) => {
    const glob = await orOurError(() => normalizeGlob(name));
    if (glob === undefined) return;
    expect(normalizeGlob(glob)).toBe(glob);
    // `C:x` is a file's name where the ledger lives; only `C:/` and `C:` are drives.
    expect(glob).not.toMatch(/^\/|\0|^[A-Za-z]:(\/|$)/);
    expect(glob.split('/')).not.toContain('..');
    expect(overlaps(glob, glob)).toBe(true);
  },
  { examples: ['a/../!/x.js', './\u2003.', './C:\\'] },
);

fuzz('claims meet both ways, or neither', fc.tuple(path, path), async ([one, other]) => {
  const meet = await orOurError(() => overlaps(one, other));
  expect(await orOurError(() => overlaps(other, one))).toBe(meet);
  const covered = await orOurError(() => covers(one, other));
  if (covered && meet !== undefined) expect(meet).toBe(true);
});

fuzz(
  'reading paths is linear',
  repeated(pathPiece),
  async (text) => {
    await expectLinear(pathSegments, text);
    await expectLinear((long) => pathIndex([long, 'src/cart.js']).find(frameOf(long), 'node'), text);
    await expectLinear((long) => pathIndex(['src/cart.js']).find(frameOf(long), 'go'), text);
    await expectLinear((long) => orOurError(() => normalizeGlob(long)), text);
  },
  { cost: 5 },
);

fuzz(
  'comparing claims takes no more than the product of their lengths, which are limited',
  repeated(pathPiece),
  async ({ start, piece, end }) => {
    const claim = start + piece.repeat(Math.ceil(900 / piece.length)) + end;
    for (const other of [claim, `**/${claim.slice(0, 900)}`, '**/*a*b*c*/**'])
      await orOurError(() => overlaps(claim, other));
  },
  { cost: 5 },
);

const frameOf = (text: string): Frame => ({
  file: text,
  module: text,
  function: text,
  inApp: true,
  context: [],
});
