import { build, type Plugin } from 'esbuild';

/** A program of the tests in one file, as the users' program is: it starts several times faster than its sources. */
export async function bundle(entry: string, outfile: string, plugins: Plugin[] = []): Promise<string> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.19',
    // Packages in CommonJS form (pg) call require for Node's own modules.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    plugins,
    logLevel: 'warning',
  });
  return outfile;
}
