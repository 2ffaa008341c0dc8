import { execFileSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkoutOf } from '../../../src/sentry/evidence/evidence.ts';
import { folderWith } from './support.ts';

test('reads source files inside the root, and nothing else', async () => {
  const outside = await folderWith({ 'secret.ts': 'secret' });
  const root = await folderWith({
    'src/a.ts': 'inside',
    '.env': 'TOKEN=secret',
    '.git/hooks/a.py': 'secret',
    'key.pem': 'secret',
    'big.ts': 'x'.repeat(1024 * 1024 + 1),
    'binary.ts': 'a\u0000b',
  });
  await symlink(join(outside, 'secret.ts'), join(root, 'link.ts'));
  await symlink(outside, join(root, 'folder'));
  await symlink('src/a.ts', join(root, 'alias.ts'));
  await symlink('.env', join(root, 'env.ts'));
  await symlink('loop.ts', join(root, 'loop.ts'));
  await mkdir(join(root, 'dir.ts'));
  execFileSync('mkfifo', [join(root, 'pipe.ts')]);
  const checkout = checkoutOf(root, async () => []);

  expect(await checkout.read('src/a.ts')).toBe('inside');
  expect(await checkout.read('alias.ts')).toBe('inside');
  const refused = [
    'link.ts',
    'folder/secret.ts',
    'env.ts',
    'loop.ts',
    'dir.ts',
    'pipe.ts',
    '.env',
    '.git/hooks/a.py',
    'key.pem',
    'big.ts',
  ];
  const odd = [
    'binary.ts',
    'missing.ts',
    `../${outside.split('/').at(-1)}/secret.ts`,
    join(outside, 'secret.ts'),
    'src/../src/a.ts',
    'a\u0000.ts',
    '',
  ];
  for (const path of [...refused, ...odd])
    expect([path, await checkout.read(path)]).toEqual([path, undefined]);
});

test('no made-up path reads anything from outside', async () => {
  const root = await folderWith({ 'in/src/a.ts': 'inside', 'secret.ts': 'secret' });
  await writeFile(join(root, 'in', 'b.ts'), 'inside');
  const checkout = checkoutOf(join(root, 'in'), async () => []);
  const segment = fc.constantFrom('..', '.', '', 'src', 'a.ts', 'b.ts', 'secret.ts', 'in', '\\', '%2e%2e');
  await fc.assert(
    fc.asyncProperty(fc.array(segment, { maxLength: 6 }), async (segments) => {
      expect(await checkout.read(segments.join('/'))).not.toBe('secret');
    }),
    { numRuns: 500 },
  );
});

test('lists the files once', async () => {
  let calls = 0;
  const checkout = checkoutOf('.', async () => {
    calls += 1;
    return ['a.ts'];
  });
  await Promise.all([checkout.files(), checkout.files()]);
  expect(calls).toBe(1);
});
