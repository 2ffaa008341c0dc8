// Bundles the program: a user's Node runs it with nothing to install. What is rarely needed stays in chunks of its
// own, loaded when it is; what every start needs is one file per entry.
import { chmodSync, globSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const { metafile } = await build({
  entryPoints: { pitcrew: 'src/cli/main.ts' },
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
});
chmodSync('dist/pitcrew.mjs', 0o755);
removeOldChunks(new Set(Object.keys(metafile.outputs)));

/** A server that was started before this build loads its chunks when it needs them: they stay for a while. */
function removeOldChunks(current: ReadonlySet<string>): void {
  const hourAgo = Date.now() - 3_600_000;
  for (const file of globSync('chunks/*', { cwd: 'dist' }).map((name) => join('dist', name))) {
    if (!current.has(file) && statSync(file).mtimeMs < hourAgo) rmSync(file, { force: true });
  }
}
