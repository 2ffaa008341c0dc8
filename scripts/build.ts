// Bundles the server into one file that a user's Node runs with nothing to install, and that it does not come back to: a
// plugin may be updated under it. The commands are another: what is compiled of one does not push out the other's.
import { chmodSync, globSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const options = {
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  minify: true,
  legalComments: 'linked',
  // Written below, each file at once: others may start the program meanwhile.
  write: false,
  // Packages in CommonJS form call require for Node's own modules.
  banner: {
    js: "import { createRequire as __pitcrewRequire } from 'node:module'; const require = __pitcrewRequire(import.meta.url);",
  },
  logLevel: 'warning',
} satisfies BuildOptions;

// The hook starts before every edit. In CommonJS form it does so about 15 ms sooner; what is needed only where somebody
// works lies in files of its own: for edits, for command lines, for a path that joins a claim, and for what a ledger
// in a database needs.
const hook = {
  ...options,
  entryPoints: {
    hook: 'src/hooks/main.ts',
    'hook-answer': 'src/hooks/answer-hook.ts',
    'hook-bash': 'src/hooks/judge-bash.ts',
    'hook-claim': 'src/hooks/claim-path.ts',
    'hook-copy': 'src/hooks/read-copy.ts',
    'hook-server': 'src/hooks/claim-through-server.ts',
  },
  plugins: [
    ownFiles({
      'answer-hook.ts': 'hook-answer.cjs',
      'judge-bash.ts': 'hook-bash.cjs',
      'claim-path.ts': 'hook-claim.cjs',
      'read-copy.ts': 'hook-copy.cjs',
      'claim-through-server.ts': 'hook-server.cjs',
    }),
    lazyBuiltins(),
  ],
  supported: { 'dynamic-import': false },
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  banner: { js: "const __hookUrl = require('node:url').pathToFileURL(__filename).href;" },
  define: { 'import.meta.url': '__hookUrl' },
} satisfies BuildOptions;
const program = {
  ...options,
  entryPoints: { pitcrew: 'src/cli/main.ts', server: 'mcp-server/stdio.ts', cli: 'src/cli/cli.ts' },
  plugins: [ownFiles({ 'stdio.ts': 'server.mjs', 'cli.ts': 'cli.mjs' }), zodStarts(), lateBuiltins()],
} satisfies BuildOptions;

mkdirSync('dist', { recursive: true });
const built = await Promise.all([build(program), build(hook)]);
const written = built
  .flatMap(({ outputFiles }) => outputFiles)
  .map(({ path, contents }) => put(path, contents));
chmodSync('dist/pitcrew.mjs', 0o755);
for (const file of globSync('dist/**/*'))
  if (!written.includes(resolve(file))) rmSync(file, { recursive: true, force: true });

function put(path: string, contents: Uint8Array): string {
  writeFileSync(`${path}.draft`, contents);
  renameSync(`${path}.draft`, path);
  return path;
}

/** Leaves these modules, where they are imported when needed, to their own files beside this one. */
function ownFiles(files: Record<string, string>): Plugin {
  return {
    name: 'own-files',
    setup(building) {
      building.onResolve({ filter: /\.ts$/ }, ({ kind, path }) => {
        const file = files[basename(path)];
        return kind === 'dynamic-import' && file ? { path: `./${file}`, external: true } : undefined;
      });
    },
  };
}

/** Parts of Node that take milliseconds to load, and that a hook seldom calls: loaded with the first call. */
function lazyBuiltins(): Plugin {
  const called: Record<string, string[]> = {
    'node:child_process': ['execFileSync', 'spawn', 'spawnSync'],
    'node:crypto': ['createHash', 'randomBytes', 'randomUUID'],
    'node:net': ['connect', 'isIPv6'],
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

/**
 * esbuild leaves out the start of a module that loads late where its package says that it has no side effects, even where
 * its names are used as a module starts. Zod's modules are said to have some.
 */
function zodStarts(): Plugin {
  return {
    name: 'zod-starts',
    setup(building) {
      building.onResolve({ filter: /./ }, async ({ path, pluginData, ...asked }) => {
        if (pluginData === 'asked' || asked.kind !== 'import-statement') return undefined;
        const found = await building.resolve(path, { ...asked, pluginData: 'asked' });
        return found.path.includes(join('node_modules', 'zod')) ? { ...found, sideEffects: true } : undefined;
      });
    },
  };
}

/** Imports of Node's own modules would be raised to the head of the one file: they load with the module that wants them. */
function lateBuiltins(): Plugin {
  return {
    name: 'late-builtins',
    setup(building) {
      building.onResolve({ filter: /^node:/ }, ({ path, kind, importer }) =>
        kind === 'import-statement' && basename(importer) !== 'main.ts'
          ? { path, namespace: 'late' }
          : undefined,
      );
      building.onLoad({ filter: /./, namespace: 'late' }, ({ path }) => ({
        contents: `module.exports = process.getBuiltinModule('${path}');`,
      }));
    },
  };
}
