import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { childEnvironment, run } from '../src/core/run.ts';
import { firstLine } from './bench.ts';
import type { Reference } from './figure.ts';
import type { ServerCommand } from './server.ts';

const NAME = '@sentry/mcp-server';
const VERSION = '0.39.0';

/** Sentry's own MCP server, installed for this run. */
export interface Official {
  version: string;
  entry: string;
  packages: number;
  /** On disk, all files of all its packages. */
  bytes: number;
}

/**
 * Installs the official server into a folder of its own; undefined, with a loud line, where that is not possible. It is no
 * dependency of the project, and none of its packages' scripts run.
 */
export async function installOfficial(
  folder: string,
  progress: (line: string) => void,
): Promise<Official | undefined> {
  progress(`installing ${NAME}@${VERSION} into a temporary folder`);
  const install = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
  const done = await run('npm', [...install, `${NAME}@${VERSION}`], {
    cwd: folder,
    env: childEnvironment(process.env),
    timeoutMs: 300_000,
  });
  if (done.code === 0) return readOfficial(folder);
  progress(`SKIPPED: ${NAME}@${VERSION} cannot be installed here: ${firstLine(done.stderr)}`);
  progress('SKIPPED: its figures below are cited from an earlier measurement, not measured.');
  return undefined;
}

/** An installation that is there already: the folder that holds its `node_modules`. */
export async function readOfficial(folder: string): Promise<Official> {
  const modules = join(folder, 'node_modules');
  const home = join(modules, NAME);
  const manifest: unknown = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
  const lock: unknown = JSON.parse(await readFile(join(modules, '.package-lock.json'), 'utf8'));
  return {
    version: String(Object(manifest).version),
    entry: join(home, String(Object(Object(manifest).bin)['sentry-mcp'])),
    packages: Object.keys(Object(Object(lock).packages)).length,
    bytes: await bytesBelow(modules),
  };
}

/**
 * How to start it against a server on loopback, as its `--help` says. Its own telemetry is switched off: it would leave the
 * machine, and without it the server is, if anything, faster.
 */
export const officialCommand = (official: Official, url: string, token: string): ServerCommand => ({
  args: [official.entry, `--host=${new URL(url).host}`, '--insecure-http', '--sentry-dsn='],
  env: { SENTRY_ACCESS_TOKEN: token, SENTRY_DSN: '' },
});

/** Bytes that all files below a folder take on disk. */
export async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map((file) => stat(join(file.parentPath, file.name))));
  // Blocks of 512 bytes, as `du` counts; where a system does not say, the files' own sizes.
  return sizes.reduce((sum, { blocks, size }) => sum + (blocks ? blocks * 512 : size), 0);
}

/**
 * What version 0.39.0 came to in an earlier measurement (2 cores, Node 24, tokens o200k): shown, as cited, only where the
 * server cannot be measured in the run itself.
 */
const CITED = {
  start: 7,
  memory: 148,
  packages: 117,
  installed: 86,
  tools: 5437,
  list: 3292,
  native: 3201,
  large: 26_731,
  lost: 21,
} as const;

/** The reference for a figure: as measured, else as cited. */
export function officialReference(name: keyof typeof CITED, measured: number | undefined): Reference {
  const title = `official server ${VERSION}`;
  return measured === undefined
    ? { name: title, value: CITED[name], cited: 'an earlier measurement on 2 cores, Node 24' }
    : { name: title, value: measured };
}
