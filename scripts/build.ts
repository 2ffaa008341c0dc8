// Bundles the program: a user's Node runs it with nothing to install. What is rarely needed stays in chunks of its
// own, loaded when it is; what every start needs is one file per entry.
import { chmodSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });

await build({
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
  // Packages in CommonJS form call require for Node's own modules.
  banner: {
    js: "import { createRequire as __pitcrewRequire } from 'node:module'; const require = __pitcrewRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
chmodSync('dist/pitcrew.mjs', 0o755);
