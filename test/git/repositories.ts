import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { onTestFinished } from 'vitest';
import { openRepository, type Repository } from '../../src/git/repository.ts';

/** Without the settings of whoever runs the tests. */
export const ENV: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  HOME: tmpdir(),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pitcrew-git-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** git as a person uses it, to arrange and to look. */
export const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd, env: ENV, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();

export function write(root: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

export const FILES = {
  'src/cart.ts': 'export const total = 1;\n',
  'README.md': 'Shop\n',
  '.gitignore': 'out/\n*.log\n',
};

/** A repository on `main` with one commit. The plain one is copied: that spares most tests four git commands. */
export function repositoryWith(files: Record<string, string> = FILES, parent = temporaryFolder()): string {
  const root = join(parent, 'shop');
  if (files === FILES) {
    template ??= contentsOf((folder) => initialised(join(folder, 'shop'), FILES));
    for (const folder of template.folders) mkdirSync(join(root, folder), { recursive: true });
    for (const [path, bytes] of template.files) writeFileSync(join(root, path), bytes);
    return root;
  }
  return initialised(root, files);
}

interface Contents {
  folders: string[];
  files: [path: string, bytes: Buffer][];
}

/** In memory: it serves every test file of this process, none of which could know that it is the last. */
let template: Contents | undefined;

/** What `make` leaves in a folder that is removed again. */
function contentsOf(make: (parent: string) => string): Contents {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), 'pitcrew-git-')));
  try {
    const root = make(parent);
    const entries = readdirSync(root, { recursive: true, withFileTypes: true });
    const paths = (folders: boolean) =>
      entries
        .filter((entry) => entry.isDirectory() === folders)
        .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    return {
      folders: ['.', ...paths(true)],
      files: paths(false).map((path) => [path, readFileSync(join(root, path))]),
    };
  } finally {
    rmSync(parent, { recursive: true });
  }
}

function initialised(root: string, files: Record<string, string>): string {
  mkdirSync(root);
  git(root, 'init', '-q', '-b', 'main');
  write(root, files);
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', 'first');
  return root;
}

export const open = (cwd: string, env: NodeJS.ProcessEnv = ENV): Promise<Repository> =>
  openRepository({ cwd, env });

export function commit(root: string, message: string, files: Record<string, string>): string {
  write(root, files);
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', message);
  return git(root, 'rev-parse', 'HEAD');
}

/** A bare repository as `origin`, with `main` pushed and fetched. */
export function withOrigin(root: string): string {
  const origin = join(dirname(root), 'origin.git');
  git(dirname(root), 'init', '-q', '--bare', '-b', 'main', origin);
  git(root, 'remote', 'add', 'origin', origin);
  git(root, 'push', '-q', 'origin', 'main');
  git(root, 'remote', 'set-head', 'origin', 'main');
  return origin;
}
