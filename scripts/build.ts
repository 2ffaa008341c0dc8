// Bundles the program: a user's Node runs it with nothing to install. What is rarely needed stays in chunks of its
// own, loaded when it is; what every start needs is one file per entry.
import { chmodSync, globSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

const options = {
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  minify: true,
  keepNames: true,
  legalComments: 'linked',
  metafile: true,
  // Packages in CommonJS form call require for Node's own modules.
  banner: {
    js: "import { createRequire as __pitcrewRequire } from 'node:module'; const require = __pitcrewRequire(import.meta.url);",
  },
  logLevel: 'warning',
} satisfies BuildOptions;

// The hook is one file in CommonJS form: that starts about 15 ms sooner, and it is started before every edit.
const hook = {
  ...options,
  entryPoints: { hook: 'src/hooks/main.ts' },
  outExtension: { '.js': '.cjs' },
  splitting: false,
  format: 'cjs',
  banner: { js: "const __hookUrl = require('node:url').pathToFileURL(__filename).href;" },
  define: { 'import.meta.url': '__hookUrl' },
} satisfies BuildOptions;
const built = await Promise.all([
  build({ ...options, entryPoints: { pitcrew: 'src/cli/main.ts' } }),
  build(hook),
]);
chmodSync('dist/pitcrew.mjs', 0o755);
removeOldChunks(new Set(built.flatMap(({ metafile }) => Object.keys(metafile.outputs))));

/** A server that was started before this build loads its chunks when it needs them: they stay for a while, but not in a package. */
function removeOldChunks(current: ReadonlySet<string>): void {
  const hourAgo = process.argv.includes('--clean') ? Number.POSITIVE_INFINITY : Date.now() - 3_600_000;
  for (const file of globSync('chunks/*', { cwd: 'dist' }).map((name) => join('dist', name))) {
    if (!current.has(file) && statSync(file).mtimeMs < hourAgo) rmSync(file, { force: true });
  }
}
