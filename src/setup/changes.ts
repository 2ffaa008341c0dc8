import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, realpath, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { inputError, messageOf } from '../core/errors.ts';
import { diskFullError, isDiskFull } from '../core/full-disk.ts';

/** What is to become of one file. Made without changing anything, shown to a person, and carried out after a yes. */
export interface Change {
  /** Absolute. */
  path: string;
  /** For people: `~/.codex/config.toml`, `.vscode/mcp.json`. */
  shown: string;
  /** `same`: nothing to do. `by-hand`: it cannot be done safely; `lines` is what a person would put there. */
  action: 'create' | 'change' | 'delete' | 'same' | 'by-hand';
  /** The file's text when the change was planned; absent where there was no file. */
  before?: string;
  /** The text it gets; absent for `delete`, `same` and `by-hand`. */
  after?: string;
  /** The change in short, each line with `+ ` or `- ` before it. */
  lines: string[];
  /** Whom it is for: `Claude Code`; absent for Pitcrew's own file. */
  client?: string;
  note?: string;
  /** The folder that it is shown as a part of, where one thing is made of many files. */
  group?: string;
  /** What the file was before this program first changed it; absent for what is not taken out again. */
  original?: Original;
  /** Folders to remove behind the file where they are empty then, the innermost first. */
  emptied?: readonly string[];
}

/** A file as it was: without `text` there was none. */
export interface Original {
  text?: string;
}

/** True for a change that would write. */
export const writes = ({ action }: Change): boolean =>
  action === 'create' || action === 'change' || action === 'delete';

/**
 * Carries out the changes that write, in their order. A file that has changed since it was planned is an input error
 * before anything is written; one that cannot be written stops there and names what was done. What is done is added to
 * `done` as it happens.
 */
export async function applyChanges(changes: readonly Change[], done: Change[] = []): Promise<Change[]> {
  const wanted = changes.filter(writes);
  for (const change of wanted) {
    if ((await textOf(change.path)) === change.before) continue;
    throw inputError(
      `${change.shown} has changed in the meantime; nothing was written.`,
      'Run pitcrew init again.',
    );
  }
  for (const change of wanted) {
    try {
      await applyOne(change);
    } catch (error) {
      const before = done.length === 0 ? 'Nothing' : done.map(({ shown }) => shown).join(', ');
      if (isDiskFull(error))
        throw diskFullError(
          `${change.shown} cannot be written`,
          `it is as it was before; written before it: ${before}`,
          error,
        );
      throw inputError(
        `${change.shown} cannot be written: ${messageOf(error)}. Written before it: ${before}.`,
        'Make the file and its folder writable, then run pitcrew init again; what is done is left as it is.',
        error,
      );
    }
    done.push(change);
  }
  return done;
}

/** A file's text; undefined where there is no such file. Throws for one that is there and cannot be read. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw inputError(
      `${path} cannot be read: ${messageOf(error)}.`,
      'Make it a readable file, then try again.',
      error,
    );
  }
}

async function applyOne({ path, after, emptied = [] }: Change): Promise<void> {
  if (after !== undefined) return writeWhole(path, after);
  await rm(path, { force: true });
  // Fails where something else is in it, which is what is wanted.
  for (const folder of emptied) await rmdir(folder).catch(() => {});
}

/** Whole or not at all, with the mode that the file has; through a link, which dotfile managers use. */
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const target = await realpath(path).catch(() => path);
  const mode = await stat(target).then(
    (found) => found.mode & 0o777,
    () => undefined,
  );
  const draft = `${target}.pitcrew-${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(draft, text, { flag: 'wx' });
    if (mode !== undefined) await chmod(draft, mode);
    await rename(draft, target);
  } finally {
    await rm(draft, { force: true });
  }
}
