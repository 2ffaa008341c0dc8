// Bundles the program: a user's Node runs it with nothing to install. What is rarely needed stays in chunks of its
// own, loaded when it is; what every start needs is one file per entry.
import { chmodSync, globSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

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

// The hook starts before every edit. In CommonJS form it does so about 15 ms sooner; what is needed only where somebody
// works lies in files of its own: for edits, for command lines, and for a path that joins a claim.
const hook = {
  ...options,
  entryPoints: {
    hook: 'src/hooks/main.ts',
    'hook-answer': 'src/hooks/answer-hook.ts',
    'hook-bash': 'src/hooks/judge-bash.ts',
    'hook-claim': 'src/hooks/claim-path.ts',
  },
  plugins: [
    ownFiles({
      'answer-hook.ts': 'hook-answer',
      'judge-bash.ts': 'hook-bash',
      'claim-path.ts': 'hook-claim',
    }),
    lazyBuiltins(),
  ],
  supported: { 'dynamic-import': false },
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

/** Leaves these modules, where they are imported when needed, to their own files beside this one. */
function ownFiles(files: Record<string, string>): Plugin {
  return {
    name: 'own-files',
    setup(building) {
      building.onResolve({ filter: /\.ts$/ }, ({ kind, path }) => {
        const file = files[basename(path)];
        return kind === 'dynamic-import' && file ? { path: `./${file}.cjs`, external: true } : undefined;
      });
    },
  };
}

/** Parts of Node that take milliseconds to load, and that a hook seldom calls: loaded with the first call. */
function lazyBuiltins(): Plugin {
  const called: Record<string, string[]> = {
    'node:child_process': ['execFileSync', 'spawn', 'spawnSync'],
    'node:crypto': ['createHash', 'randomBytes', 'randomUUID'],
    'node:net': ['isIPv6'],
    'node:timers/promises': ['setTimeout'],
  };
  const filter = new RegExp(`^(${Object.keys(called).join('|')})$`);
  return {
    name: 'lazy-builtins',
    setup(building) {
      building.onResolve({ filter }, ({ path, kind }) =>
        kind === 'import-statement' ? { path, namespace: 'lazy' } : undefined,
      );
      building.onLoad({ filter, namespace: 'lazy' }, ({ path }) => ({
        contents: (called[path] ?? [])
          .map(
            (name) =>
              `export const ${name} = (...given) => process.getBuiltinModule('${path}').${name}(...given);`,
          )
          .join('\n'),
      }));
    },
  };
}

/** A server that was started before this build loads its chunks when it needs them: they stay for a while, but not in a package. */
function removeOldChunks(current: ReadonlySet<string>): void {
  const hourAgo = process.argv.includes('--clean') ? Number.POSITIVE_INFINITY : Date.now() - 3_600_000;
  for (const file of globSync('chunks/*', { cwd: 'dist' }).map((name) => join('dist', name))) {
    if (!current.has(file) && statSync(file).mtimeMs < hourAgo) rmSync(file, { force: true });
  }
}
