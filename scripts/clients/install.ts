import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { childEnvironment, run } from '../../src/core/run.ts';

export interface InstalledClient {
  /** The folder that holds its `node_modules`. */
  folder: string;
  version: string;
  /** On disk, all files of all its packages. */
  megabytes: number;
}

export type Installation = { ok: true; client: InstalledClient } | { ok: false; why: string };

/**
 * A client from npm, as this machine has npm configured, once into `cache`. No script of its packages runs: a client whose
 * program needs one is started from its platform's package. A half-done installation never gets the folder's name.
 */
export async function installClient(name: string, version: string, cache: string): Promise<Installation> {
  const folder = join(cache, `${name.replaceAll('/', '+')}@${version}`);
  if (existsSync(folder)) return read(name, folder);
  await mkdir(cache, { recursive: true });
  const staging = await mkdtemp(join(cache, 'installing-'));
  try {
    await writeFile(join(staging, 'package.json'), '{ "private": true }\n');
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
    const done = await run('npm', ['install', '--prefix', staging, ...flags, `${name}@${version}`], {
      cwd: staging,
      env: childEnvironment(process.env),
      timeoutMs: 600_000,
    });
    if (done.code !== 0)
      return { ok: false, why: `npm install failed: ${lastLine(done.stderr || done.stdout)}` };
    await rename(staging, folder);
    return await read(name, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function read(name: string, folder: string): Promise<Installation> {
  const modules = join(folder, 'node_modules');
  const manifest: unknown = JSON.parse(await readFile(join(modules, name, 'package.json'), 'utf8'));
  const megabytes = Math.round((await bytesBelow(modules)) / 1e6);
  return { ok: true, client: { folder, version: String(Object(manifest).version), megabytes } };
}

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map((file) => stat(join(file.parentPath, file.name))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 300) ?? 'no word said';
