import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { lock } from 'proper-lockfile';
import { childEnvironment, run } from '../../../src/core/run.ts';

/** The client that the tests were written against, and what shows a terminal without a window. Exact: a run is the same everywhere. */
const PACKAGES = {
  '@anthropic-ai/claude-code': '2.1.330',
  '@lydell/node-pty': '1.1.0',
  '@xterm/headless': '6.0.0',
};

export interface InstalledClient {
  /** The client's program. */
  program: string;
  version: string;
  /** Loads a package that was installed beside the client. */
  load: NodeJS.Require;
}

export type Installation = { ok: true; client: InstalledClient } | { ok: false; why: string };

/**
 * The real Claude Code client, from npm as this machine has npm configured, once into a cache (about 370 MB). Test files
 * that ask at the same time wait for one another. `PITCREW_CLAUDE_CODE` names another program to use. Where there is
 * none to be had, says why, and says it loudly once a test run.
 */
export async function installClient(env: NodeJS.ProcessEnv = process.env): Promise<Installation> {
  await mkdir(CACHE, { recursive: true });
  const release = await lock(CACHE, {
    stale: 60_000,
    retries: { retries: 400, minTimeout: 500, maxTimeout: 500 },
  });
  try {
    const known = await readFile(FAILURE, 'utf8').catch(() => '');
    if (known.startsWith(`${THIS_RUN}\n`)) return { ok: false, why: known.slice(THIS_RUN.length + 1) };
    const done = await install(env);
    if (!done.ok) {
      await writeFile(FAILURE, `${THIS_RUN}\n${done.why}`);
      console.error(`\nSKIPPED: NOTHING WAS TRIED IN THE REAL CLAUDE CODE CLIENT: ${done.why}\n`);
    }
    return done;
  } finally {
    await release();
  }
}

const CACHE = resolve('node_modules/.cache/pitcrew-claude-code');
const FAILURE = join(CACHE, 'failure.txt');
/** The forks of one vitest have one parent: a failure counts for that run, the next one tries again. */
const THIS_RUN = `run ${process.ppid}`;

async function install(env: NodeJS.ProcessEnv): Promise<Installation> {
  if (process.platform === 'win32')
    return { ok: false, why: 'these tests start processes as POSIX systems do.' };
  const folder = join(CACHE, Object.values(PACKAGES).join('_'));
  if (!existsSync(folder)) {
    const failed = await installInto(folder, env);
    if (failed) return { ok: false, why: failed };
  }
  const program = env.PITCREW_CLAUDE_CODE ?? join(folder, 'node_modules/.bin/claude');
  const asked = await run(program, ['--version'], {
    cwd: CACHE,
    env: childEnvironment(env),
    timeoutMs: 30_000,
  });
  if (asked.code !== 0)
    return { ok: false, why: `${program} --version: ${inShort(asked.stderr || asked.stdout)}` };
  const version = /^[\d.]+/.exec(asked.stdout)?.[0] ?? asked.stdout.trim();
  return { ok: true, client: { program, version, load: createRequire(join(folder, 'package.json')) } };
}

/** Answers what went wrong; a half-done installation never gets the folder's name. */
async function installInto(folder: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const staging = await mkdtemp(join(CACHE, 'installing-'));
  try {
    await writeFile(
      join(staging, 'package.json'),
      JSON.stringify({ name: 'client-for-tests', private: true, dependencies: PACKAGES }),
    );
    const options = { cwd: staging, env: childEnvironment(env), timeoutMs: 300_000 };
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
    const installed = await run('npm', ['install', '--prefix', staging, ...flags], options);
    if (installed.code !== 0) return `npm install failed: ${inShort(installed.stderr)}`;
    // The one script of these packages, which puts the program of this platform in its place.
    const placed = await run(
      process.execPath,
      [join(staging, 'node_modules/@anthropic-ai/claude-code/install.cjs')],
      options,
    );
    if (placed.code !== 0) return `the client cannot be set up here: ${inShort(placed.stderr)}`;
    await rename(staging, folder);
    return undefined;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** What a program says of its failure, on one line; npm ends with where its log is, which helps nobody later. */
const inShort = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.includes('complete log'))
    .join(' | ')
    .slice(0, 300) || 'no word said';
