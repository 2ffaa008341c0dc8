import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Inbox } from './inbox.ts';
import { type Crash, fact, finish, type Program } from './program.ts';

/** Runs the program, bundled first where it says `bundle`, under @sentry/node, and takes what the SDK sent. */
export async function crashNode(program: Program, inbox: Inbox): Promise<Crash> {
  const bundle = program.facts.bundle ? await bundled(program, program.facts.bundle) : undefined;
  const preload = join(program.scratch, 'preload.mjs');
  await writeFile(preload, preloadFor(inbox.dsn));
  const script = bundle ?? fact(program, 'run');
  const ended = await finish(
    process.execPath,
    ['--import', pathToFileURL(preload).href, join(program.folder, script)],
    { cwd: program.folder },
  );
  const event = inbox.take().at(-1);
  if (!event) throw new Error(`no event from ${script}:\n${ended.stdout}${ended.stderr}`);
  const folder = bundle?.slice(0, bundle.lastIndexOf('/'));
  const made = folder === undefined ? [] : await readdir(join(program.folder, folder));
  return { event, built: made.map((name) => `${folder}/${name}`) };
}

async function bundled(program: Program, recipe: string): Promise<string> {
  const [entry = '', outfile = '', ...flags] = recipe.split(' ');
  const map = flags.find((flag) => flag.startsWith('--sourcemap'))?.split('=');
  await build({
    absWorkingDir: program.folder,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    minify: flags.includes('--minify'),
    sourcemap: map ? ((map[1] as 'inline' | 'external' | undefined) ?? true) : false,
    logLevel: 'silent',
  });
  return outfile;
}

const preloadFor = (dsn: string): string => `
import * as Sentry from ${JSON.stringify(import.meta.resolve('@sentry/node'))};
Sentry.init({ dsn: ${JSON.stringify(dsn)}, tracesSampleRate: 0, sendClientReports: false });
globalThis.reporter = Sentry;
process.once('beforeExit', () => Sentry.flush(2000));
`;
