import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { jsonRecord, recordOf } from '../../checks/project/folder.ts';
import type { Config } from '../../config/config.ts';
import { type Check, reporter } from './check.ts';

const say = reporter('project');

/**
 * Tools that, run in the main checkout, would also take in the files of worktrees below it: those that go into folders
 * whose names begin with a dot and do not read git's exclude file. Tried with Vitest 4, Jest 30, ESLint 10, Biome 2;
 * tsc, node --test, pytest, go and cargo leave such folders alone.
 */
export async function checkCrawlers(root: string, config: Config): Promise<Check[]> {
  if (isAbsolute(config.worktrees) || config.worktrees.startsWith('..')) return [];
  const folder = config.worktrees.split('/').find((part) => part !== '.' && part !== '') ?? '.pitcrew';
  const manifest = jsonRecord(await readFile(join(root, 'package.json'), 'utf8').catch(() => ''));
  const uses = (name: string) =>
    (recordOf(manifest.devDependencies)[name] ?? recordOf(manifest.dependencies)[name]) !== undefined;
  const project: Project = { root, folder, uses, manifest };
  const crawling = (await Promise.all(CRAWLERS.map((crawler) => crawler(project)))).filter(
    (one) => one !== undefined,
  );
  if (crawling.length === 0)
    return [say.ok('crawlers', `No tool was recognised that would run into ${folder}`)];
  return crawling.map(({ tool, how }) =>
    say.warn(
      `crawler-${tool.toLowerCase()}`,
      `${tool}, run in the checkout, would take in the worktrees in ${folder} too.`,
      how,
    ),
  );
}

interface Project {
  root: string;
  /** The first part of the worktrees' folder: `.pitcrew`. */
  folder: string;
  manifest: Readonly<Record<string, unknown>>;
  uses(name: string): boolean;
}

type Crawler = (project: Project) => Promise<{ tool: string; how: string } | undefined>;

const SCRIPT_ENDS = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'];

const vitest: Crawler = async ({ root, folder, uses }) => {
  if (!uses('vitest')) return undefined;
  const text = (await firstText(root, ['vitest.config', 'vite.config'], SCRIPT_ENDS)) ?? '';
  // Patterns that begin with a folder's name, or another folder to start in, never get there.
  const includes = /\binclude\s*:\s*\[([^\]]*)\]/.exec(text)?.[1]?.match(/['"`]([^'"`]+)['"`]/g) ?? [];
  const isConfined = includes.length > 0 && includes.every((pattern) => /^['"`](\.\/)?\w/.test(pattern));
  if (text.includes(folder) || isConfined || /\bdir\s*:\s*['"`]/.test(text)) return undefined;
  return {
    tool: 'Vitest',
    how: `In its configuration: exclude: [...configDefaults.exclude, '${folder}/**'].`,
  };
};

const jest: Crawler = async ({ root, folder, uses, manifest }) => {
  const file = await firstText(root, ['jest.config'], [...SCRIPT_ENDS, 'json']);
  if (!uses('jest') && file === undefined && manifest.jest === undefined) return undefined;
  const text = `${file ?? ''}${JSON.stringify(manifest.jest ?? '')}`;
  if (text.includes(folder) || /\broots\b/.test(text)) return undefined;
  // With <rootDir>: inside a worktree every path holds the folder's name.
  return {
    tool: 'Jest',
    how: `In its configuration: testPathIgnorePatterns and modulePathIgnorePatterns: ['<rootDir>/${folder}/'].`,
  };
};

const eslint: Crawler = async ({ root, folder }) => {
  const text = await firstText(root, ['eslint.config'], SCRIPT_ENDS);
  if (text === undefined || text.includes(folder)) return undefined;
  return { tool: 'ESLint', how: `In its configuration: globalIgnores(['${folder}/']).` };
};

const biome: Crawler = async ({ root, folder }) => {
  const text = await firstText(root, ['biome'], ['json', 'jsonc']);
  if (text === undefined || text.includes(folder) || /"useIgnoreFile"\s*:\s*true/.test(text))
    return undefined;
  return {
    tool: 'Biome',
    how: `In its configuration: "vcs": {"enabled": true, "clientKind": "git", "useIgnoreFile": true}, or "!${folder}" under files.includes.`,
  };
};

const CRAWLERS: readonly Crawler[] = [vitest, jest, eslint, biome];

async function firstText(
  root: string,
  names: readonly string[],
  ends: readonly string[],
): Promise<string | undefined> {
  const files = names.flatMap((name) => ends.map((end) => join(root, `${name}.${end}`)));
  const file = files.find(existsSync);
  return file === undefined ? undefined : readFile(file, 'utf8').catch(() => '');
}
