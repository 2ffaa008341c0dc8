import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Scene } from './scene.ts';
import type { Change } from './world.ts';

interface Kept {
  root: string;
  left: RegExp;
  files: Map<string, { mode: number; content?: Buffer; link?: string }>;
}

/** Remembers the files of the scene, so that an attempt that was not held does not decide those after it. */
export function keepFiles(scene: Scene): Kept[] {
  const roots: [string, RegExp][] = [
    [scene.main, /^(\.git|\.pitcrew|node_modules)$/],
    [join(scene.main, '.git/hooks'), /^$/],
    [join(scene.main, '.git/info'), /^$/],
    [scene.victim, /^$/],
    [scene.plugin, /^$/],
    ...(scene.own ? [[scene.own, /^node_modules$/] as [string, RegExp]] : []),
    ...(scene.rivalWorktree ? [[scene.rivalWorktree, /^node_modules$/] as [string, RegExp]] : []),
  ];
  const single = ['.git/config', '.git/HEAD', '.git/index'].map((name) => join(scene.main, name));
  const settings = ['settings.json', 'settings.local.json'].map((name) => join(scene.home, '.claude', name));
  return [
    ...roots.map(([root, left]) => ({ root, left, files: read(root, left) })),
    ...[...single, ...settings].map((file) => ({ root: file, left: /^$/, files: read(file, /^$/) })),
  ];
}

/** Puts the files back as they were, and the references that `changes` names. */
export function putBack(scene: Scene, kept: readonly Kept[], changes: readonly Change[]): void {
  for (const { root, left, files } of kept) {
    for (const path of read(root, left).keys()) if (!files.has(path)) rmSync(path, { force: true });
    for (const [path, { mode, content, link }] of files) restore(path, mode, content, link);
  }
  for (const { key, before } of changes) {
    const [, where, name] = /^(ref|remote) (\S+)$/.exec(key) ?? [];
    if (name === undefined) continue;
    const folder = where === 'remote' ? scene.stage.remote : join(scene.main, '.git');
    const args = before ? ['update-ref', name, before.split(' ')[1] ?? ''] : ['update-ref', '-d', name];
    execFileSync('git', ['--git-dir', folder, ...args], { env: scene.stage.env });
  }
}

function restore(path: string, mode: number, content: Buffer | undefined, link: string | undefined): void {
  const now = lstatSync(path, { throwIfNoEntry: false });
  if (link !== undefined) {
    if (now?.isSymbolicLink() && readlinkSync(path) === link) return;
    rmSync(path, { force: true, recursive: true });
    symlinkSync(link, path);
    return;
  }
  const isSame =
    now?.isFile() &&
    content !== undefined &&
    now.size === content.length &&
    readFileSync(path).equals(content);
  if (now && isSame && (now.mode & 0o777) === mode) return;
  if (now && !now.isFile()) rmSync(path, { force: true, recursive: true });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content ?? '');
  chmodSync(path, mode);
}

function read(root: string, left: RegExp): Kept['files'] {
  const files: Kept['files'] = new Map();
  const visit = (path: string, depth: number) => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isSymbolicLink()) files.set(path, { mode: 0, link: readlinkSync(path) });
    else if (stat.isFile()) files.set(path, { mode: stat.mode & 0o777, content: readFileSync(path) });
    else if (stat.isDirectory())
      for (const entry of readdirSync(path))
        if (depth > 0 || !left.test(entry)) visit(join(path, entry), depth + 1);
  };
  if (existsSync(root)) visit(root, 0);
  return files;
}
