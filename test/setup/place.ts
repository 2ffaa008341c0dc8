import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { childEnvironment, run } from '../../src/core/run.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';

/** A repository made on the fly with a home folder of its own. Nothing of this machine's settings is read. */
export interface TestPlace {
  folder: string;
  home: string;
  repository: string;
  env: Record<string, string>;
  git(...args: string[]): Promise<string>;
  write(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
  /** Relative to the home folder. */
  inHome(path: string, text?: string): Promise<string>;
  close(): Promise<void>;
}

export type Files = Readonly<Record<string, string>>;

/** `files` committed on `main`; names that end with `!` are executable. Without files there is no commit. */
export async function makePlace(files: Files, sandbox?: Sandbox): Promise<TestPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-setup-'));
  const home = join(folder, 'home');
  const repository = join(folder, 'race-day');
  await Promise.all([home, repository].map((path) => mkdir(path, { recursive: true })));
  const env = { ...cleanEnvironment(), HOME: home, GIT_CONFIG_NOSYSTEM: '1', ...sandboxEnvironment(sandbox) };
  const git = async (...args: string[]) => {
    const done = await run('git', args, { cwd: repository, env, timeoutMs: 30_000 });
    if (done.code !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`);
    return done.stdout.trim();
  };
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(repository, path)), { recursive: true });
    await writeFile(join(repository, path), text);
  };
  await git('init', '--quiet', '--initial-branch=main');
  await git('config', 'user.name', 'Test');
  await git('config', 'user.email', 'test@example.invalid');
  for (const [name, text] of Object.entries(files)) {
    const path = name.replace(/!$/, '');
    await write(path, text);
    if (path !== name) await chmod(join(repository, path), 0o755);
  }
  if (Object.keys(files).length > 0) {
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'base');
  }
  return {
    folder,
    home,
    repository,
    env,
    git,
    write,
    read: (path) => readFile(join(repository, path), 'utf8'),
    async inHome(path, text) {
      const at = join(home, path);
      await mkdir(text === undefined ? at : dirname(at), { recursive: true });
      if (text !== undefined) await writeFile(at, text);
      return at;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A sandbox with two projects; close it after the tests. */
export async function openSandbox(): Promise<{ sandbox: Sandbox; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-setup-sandbox-'));
  const sandbox = await startSandbox({
    dataDirectory: folder,
    organization: 'pitstop',
    projects: ['race-day', 'telemetry'],
    repository: 'pitstop/race-day',
    clock: systemClock,
    env: cleanEnvironment(),
  });
  return {
    sandbox,
    async close() {
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Every file below a folder with its text, so that two states can be compared whole. */
export async function filesBelow(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !`${entry.parentPath}/`.includes('/.git/'));
  const texts = files.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    return [relative(folder, path), await readFile(path, 'utf8')] as const;
  });
  return Object.fromEntries((await Promise.all(texts)).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Everything below a folder, git's own files and empty folders too: nothing may have been touched. */
export async function wholeTree(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const seen = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const { mode, mtimeMs } = await lstat(path);
    const text = entry.isFile() ? `${mtimeMs} ${await readFile(path, 'latin1')}` : 'no file';
    return [relative(folder, path), `${mode.toString(8)} ${text}`] as const;
  });
  return Object.fromEntries((await Promise.all(seen)).sort(([one], [other]) => (one < other ? -1 : 1)));
}

const sandboxEnvironment = (sandbox: Sandbox | undefined): Record<string, string> =>
  sandbox
    ? {
        SENTRY_URL: sandbox.url,
        SENTRY_AUTH_TOKEN: sandbox.token,
        GITHUB_API_URL: sandbox.githubUrl,
        GITHUB_TOKEN: sandbox.githubToken,
      }
    : {};

/** This Node and the system's programs; no settings of clients, and no tokens. */
function cleanEnvironment(): Record<string, string> {
  const kept = Object.entries(childEnvironment(process.env)).flatMap(([name, value]) =>
    value === undefined || /^(CLAUDE|CODEX|GEMINI|OPENCODE|XDG_|SENTRY|GITHUB|GH_|npm_)/i.test(name)
      ? []
      : [[name, value]],
  );
  const path = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':');
  return { ...Object.fromEntries(kept), PATH: path };
}
