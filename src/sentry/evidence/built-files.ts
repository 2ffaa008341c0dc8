import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isBuiltPath, isScriptPath, isVendoredPath } from './path-kind.ts';

/** Where the bundlers of the field write: tsc and esbuild, Vite, Next, Nuxt, SvelteKit, Nitro. */
const OUTPUTS = ['dist', 'build', 'out', 'lib', 'public', '.next', '.nuxt', '.output', '.svelte-kit'];
/** Bounds of one walk, which keep it under about a quarter of a second. */
const MOST_PACKAGES = 60;
const MOST_ENTRIES = 20_000;
const DEEPEST = 8;

/**
 * The built scripts (`.js`, not their maps) in the output folders of the packages among `files`, and those among `files`
 * themselves; paths relative to `root`. Git mostly ignores them, so the folders are walked. Links are not followed.
 */
export async function builtFiles(root: string, files: readonly string[]): Promise<string[]> {
  const found = new Set(files.filter((path) => isBuiltPath(path) && isBuiltScript(path)));
  const walk = { root, found, left: MOST_ENTRIES };
  for (const folder of packagesAmong(files)) {
    for (const output of OUTPUTS)
      await collect(walk, folder === '' ? output : `${folder}/${output}`, DEEPEST);
  }
  return [...found];
}

/** The folders that hold a package.json, the outermost first; the root always. */
function packagesAmong(files: readonly string[]): string[] {
  const folders = files
    .filter((path) => path.endsWith('/package.json') && !isVendoredPath(path) && !isBuiltPath(path))
    .map((path) => path.slice(0, path.lastIndexOf('/')))
    .sort((a, b) => a.split('/').length - b.split('/').length);
  return ['', ...folders].slice(0, MOST_PACKAGES);
}

interface Walk {
  root: string;
  found: Set<string>;
  left: number;
}

async function collect(walk: Walk, folder: string, depth: number): Promise<void> {
  if (depth === 0 || walk.left <= 0) return;
  const entries = await readdir(join(walk.root, folder), { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    walk.left -= 1;
    if (walk.left < 0) return;
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory() && !SKIPPED.test(entry.name)) await collect(walk, path, depth - 1);
    else if (entry.isFile() && isBuiltScript(path)) walk.found.add(path);
  }
}

const SKIPPED = /^(node_modules|cache|\.git)$/;

const isBuiltScript = (path: string): boolean => isScriptPath(path) && !path.endsWith('.map');
