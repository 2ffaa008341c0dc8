import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/core/package-root.ts';

const folder = join(packageRoot(), 'src', 'github');
const imports = (file: string) =>
  [...readFileSync(join(folder, file), 'utf8').matchAll(/^import (type )?[^;]*? from '([^']+)';/gms)]
    .filter(([, isType]) => !isType)
    .map(([, , from]) => from ?? '');

test('Octokit is loaded by one file, and that one only when a client is opened', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  const loading = (wanted: (from: string) => boolean) => files.filter((file) => imports(file).some(wanted));
  expect(loading((from) => from.startsWith('@octokit/'))).toEqual(['octokit.ts']);
  expect(loading((from) => from === './octokit.ts')).toEqual([]);
  expect(readFileSync(join(folder, 'client.ts'), 'utf8')).toContain("await import('./octokit.ts')");
});
