import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tryParseJson } from '../core/json.ts';
import type { CheckCommand } from './run-check.ts';

/**
 * The checks that a project's own files name, in the order to run them: the cheap ones first. Empty where nothing is
 * recognised. Only files at the top of `root` are read.
 */
export async function discoverChecks(root: string): Promise<CheckCommand[]> {
  const found: CheckCommand[] = [];
  for (const { file, checks } of ECOSYSTEMS) {
    const text = await readFile(join(root, file), 'utf8').catch(() => undefined);
    if (text !== undefined) found.push(...checks(text, (name) => existsSync(join(root, name))));
  }
  // A Makefile beside one of the others mostly wraps the same commands.
  return found.length > 0
    ? found
    : makeChecks(await readFile(join(root, 'Makefile'), 'utf8').catch(() => ''));
}

type Exists = (name: string) => boolean;
interface Ecosystem {
  file: string;
  checks: (text: string, exists: Exists) => CheckCommand[];
}

const check = (name: string, command: string, timeoutSeconds = TIMEOUTS[name] ?? 600): CheckCommand => ({
  name,
  command,
  timeoutSeconds,
});

/** Generous: a time-out is there for what hangs, not for what is slow. */
const TIMEOUTS: Record<string, number> = { typecheck: 300, check: 300, build: 600, test: 900 };

const ECOSYSTEMS: readonly Ecosystem[] = [
  { file: 'package.json', checks: packageScripts },
  { file: 'Cargo.toml', checks: () => [check('check', 'cargo check'), check('test', 'cargo test')] },
  { file: 'go.mod', checks: () => [check('build', 'go build ./...'), check('test', 'go test ./...')] },
  { file: 'pyproject.toml', checks: pytest },
  {
    file: 'pytest.ini',
    checks: (_text, exists) => (exists('pyproject.toml') ? [] : [check('test', 'python -m pytest -q')]),
  },
];

function packageScripts(text: string, exists: Exists): CheckCommand[] {
  const manifest = tryParseJson(text);
  const scripts = isRecord(manifest) && isRecord(manifest.scripts) ? manifest.scripts : {};
  const runner = LOCKFILES.find(([lockfile]) => exists(lockfile))?.[1] ?? 'npm run';
  return ['typecheck', 'check', 'build', 'test']
    .filter((name) => {
      const script = scripts[name];
      // What `npm init` writes.
      return typeof script === 'string' && !script.includes('no test specified');
    })
    .map((name) => check(name, `${runner} ${name}`));
}

const LOCKFILES: readonly [string, string][] = [
  ['pnpm-lock.yaml', 'pnpm run'],
  ['yarn.lock', 'yarn run'],
  ['bun.lock', 'bun run'],
  ['bun.lockb', 'bun run'],
];

function pytest(text: string, exists: Exists): CheckCommand[] {
  const used = /\[tool\.pytest|\bpytest\b/.test(text) || ['pytest.ini', 'conftest.py', 'tests'].some(exists);
  if (!used) return [];
  const runner = exists('uv.lock') ? 'uv run' : exists('poetry.lock') ? 'poetry run' : 'python -m';
  return [check('test', `${runner} pytest -q`)];
}

const makeChecks = (text: string): CheckCommand[] =>
  ['check', 'test']
    .filter((name) => new RegExp(`^${name}\\s*:(?!=)`, 'm').test(text))
    .map((name) => check(name, `make ${name}`));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The scripts of `before`'s package.json that `after` changes or lacks: they say what a check by its name really runs. */
export async function changedScripts(before: string, after: string): Promise<string[]> {
  const [old, current] = await Promise.all([before, after].map(scriptsIn));
  return Object.keys(old ?? {}).filter((name) => old?.[name] !== current?.[name]);
}

async function scriptsIn(root: string): Promise<Record<string, unknown>> {
  const manifest = tryParseJson(await readFile(join(root, 'package.json'), 'utf8').catch(() => ''));
  return isRecord(manifest) && isRecord(manifest.scripts) ? manifest.scripts : {};
}
