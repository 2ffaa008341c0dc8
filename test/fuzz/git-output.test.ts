import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect } from 'vitest';
import { changedFiles, parseRaw, snapshotTree } from '../../src/git/changes.ts';
import { declaredFiles } from '../../src/git/declared-files.ts';
import type { Checkout } from '../../src/git/git.ts';
import { listWorktrees } from '../../src/git/list-worktrees.ts';
import { ENV } from '../git/repositories.ts';
import { useFolder } from './folder.ts';
import { fuzz, orOurError } from './fuzz.ts';
import { expectLinear, repeated } from './linear.ts';
import { hostilePath } from './paths.ts';
import { hostileText } from './texts.ts';

const folder = useFolder({ 'shop/src/cart.ts': 'export const total = 1;\n', 'shop/.gitignore': 'out/\n' });
let checkout: Checkout;
const git = (...args: string[]): string =>
  execFileSync('git', args, {
    cwd: checkout.root,
    env: ENV,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
beforeAll(() => {
  checkout = { root: join(folder.path, 'shop'), env: ENV };
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'base');
});

const letter = fc.constantFrom('A', 'M', 'D', 'T', 'M100', 'X', '');
const name = hostileText(4).map((text) => text.replaceAll('\0', '') || 'x');
const STATUS: Record<string, string> = { A: 'added', D: 'deleted', T: 'type' };

fuzz(
  'what git prints of a change is read as it was',
  fc.array(fc.tuple(letter, name), { maxLength: 6 }),
  (changes) => {
    const printed = changes.map(
      ([status, path]) => `:100644 100755 ${'0'.repeat(40)} ${'1'.repeat(40)} ${status}\0${path}\0`,
    );
    expect(parseRaw(printed.join('')).map(({ path, status }) => [status, path])).toEqual(
      changes.map(([status, path]) => [STATUS[status.charAt(0)] ?? 'modified', path]),
    );
  },
);

fuzz(
  'any output is read, in linear time',
  repeated(fc.oneof(fc.constantFrom('\0', ':', ' ', ':1 2 3 4 A\0a\0'), name)),
  (text) => {
    for (const change of parseRaw(text.start + text.piece + text.end)) expect(change.untracked).toBe(false);
    return expectLinear(parseRaw, text);
  },
);

/** Names that this disk takes: one plain segment below `new/`. */
const fileName = hostileText(3)
  .map((text) => text.replace(/[\0/]/g, '').toWellFormed().slice(0, 40))
  .filter((text) => !/^\.{0,2}$/.test(text) && !/^\.git$/i.test(text));

fuzz(
  'files of any name are found as they are called',
  fc.uniqueArray(fileName, { minLength: 1, maxLength: 5 }),
  async (names) => {
    const root = join(checkout.root, 'new');
    mkdirSync(root, { recursive: true });
    try {
      for (const one of names) writeFileSync(join(root, one), 'x');
      const paths = names.map((one) => `new/${one}`);
      const found = (await changedFiles(checkout, 'HEAD')).map(({ path }) => path);
      expect(found.toSorted()).toEqual(paths.toSorted());
      const tree = await snapshotTree(checkout, paths);
      expect(git('ls-tree', '-r', '-z', '--name-only', tree).split('\0')).toEqual(
        expect.arrayContaining(paths),
      );
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
  { cost: 50 },
);

fuzz(
  'what is declared for a commit is a file of the checkout, or refused',
  fc.array(hostilePath(['src/cart.ts', '.git/config', 'src', 'out/a.log']), { minLength: 1, maxLength: 3 }),
  async (files) => {
    const declared = await orOurError(() => declaredFiles(checkout, files), ['input', 'refused']);
    for (const path of declared ?? []) expect(path).toBe('src/cart.ts');
  },
  { cost: 50 },
);

fuzz(
  'worktrees are listed as they are locked, whatever the reason says',
  fc.record({ place: fileName, reason: fileName }),
  async ({ place, reason }) => {
    const path = join(folder.path, 'worktrees', place.replace(/^-/, '_'));
    mkdirSync(dirname(path), { recursive: true });
    git('worktree', 'add', '--quiet', '--detach', '--lock', '--reason', reason, path);
    try {
      const entry = (await listWorktrees(checkout)).find((one) => one.path === path);
      expect(entry?.locked?.trim()).toBe(reason.trim());
    } finally {
      git('worktree', 'remove', '--force', '--force', path);
    }
  },
  { cost: 100 },
);
