import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { type Change, type Original, textOf, writes } from './changes.ts';

/** What files were before init changed them, so that taking out gives them back to the byte. */
export interface Receipt {
  /** What the file was; undefined where that is not known, or `text`, what it is now, is not as init left it. */
  originalOf(path: string, text: string): Original | undefined;
  /** Whether init found the file there when it first changed it; undefined for a file that init does not know. */
  wasThere(path: string): boolean | undefined;
  /** Whether init made the folder; undefined where it is not known. */
  madeFolder(path: string): boolean | undefined;
  /**
   * Looks at what is about to be done; the answer takes down what of it was done, and with the last thing that is taken
   * out removes the receipt. Without an effect where it cannot be written: then the files' own texts have to tell.
   */
  prepare(changes: readonly Change[]): (done: readonly Change[]) => Promise<void>;
  /** Files that it knows. */
  paths: readonly string[];
}

const fileSchema = z.object({
  /** SHA-256 of the text that init left. */
  left: z.string(),
  /** Whether the file was there before. */
  was: z.boolean(),
  /** How the text was: what is left without its middle, with this one. Absent for no file, or where it would be long. */
  start: z.number().int().min(0).optional(),
  end: z.number().int().min(0).optional(),
  middle: z.string().optional(),
});
type Known = z.infer<typeof fileSchema>;
const schema = z.object({
  files: z.record(z.string(), fileSchema).catch({}),
  folders: z.array(z.string()).catch([]),
});

/** Of this person on this machine; `env` and `home` say where such state is kept (XDG Base Directory Specification). */
export async function openReceipt(env: NodeJS.ProcessEnv, home: string): Promise<Receipt> {
  const file = join(env.XDG_STATE_HOME || join(home, '.local', 'state'), 'pitcrew', 'init.json');
  const { files, folders } = parsed(await textOf(file).catch(() => undefined));
  const originalOf = (path: string, text: string): Original | undefined => {
    const known = files[path];
    return known && known.left === hashOf(text) ? restored(known, text) : undefined;
  };
  const save = async () => {
    if (Object.keys(files).length > 0)
      return write(file, JSON.stringify({ schema_version: 1, files, folders }));
    await rm(file, { force: true });
    for (const folder of innermostFirst(folders)) await rmdir(folder).catch(() => {});
  };
  return {
    originalOf,
    wasThere: (path) => files[path]?.was,
    madeFolder: (path) => (Object.keys(files).length === 0 ? undefined : folders.includes(path)),
    paths: Object.keys(files),
    prepare(changes) {
      const known = new Map<string, Known>();
      const made: string[] = [];
      for (const { path, before, after, original } of changes.filter(writes)) {
        if (after === undefined || original === undefined) continue;
        const first = before === undefined ? undefined : originalOf(path, before);
        known.set(path, knownOf(first ?? original, after));
        made.push(...missingFolders(path));
      }
      return async (done) => {
        const before = Object.keys(files).length;
        for (const { path } of done) {
          const one = known.get(path);
          if (one) files[path] = one;
          else delete files[path];
        }
        if (before === 0 && Object.keys(files).length === 0) return;
        if (known.size > 0) made.push(...missingFolders(file));
        folders.push(
          ...made.filter((folder, index) => made.indexOf(folder) === index && !folders.includes(folder)),
        );
        await save().catch(() => {});
      };
    },
  };
}

function parsed(text: string | undefined): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(text ?? '{}'));
  } catch {
    return { files: {}, folders: [] };
  }
}

/** A person's own lines between two of ours may hold secrets: what is kept of them is bounded. */
const LONGEST_MIDDLE = 200;

function knownOf({ text }: Original, after: string): Known {
  const left = hashOf(after);
  if (text === undefined) return { left, was: false };
  let start = 0;
  while (start < text.length && text[start] === after[start]) start += 1;
  let end = 0;
  const most = Math.min(text.length, after.length) - start;
  while (end < most && text.at(-1 - end) === after.at(-1 - end)) end += 1;
  const middle = text.slice(start, text.length - end);
  return middle.length > LONGEST_MIDDLE ? { left, was: true } : { left, was: true, start, end, middle };
}

function restored({ was, start, end, middle }: Known, text: string): Original | undefined {
  if (!was) return {};
  if (start === undefined || end === undefined || middle === undefined) return undefined;
  return { text: text.slice(0, start) + middle + text.slice(text.length - end) };
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The folders that writing the file will make. */
function missingFolders(path: string): string[] {
  const folders: string[] = [];
  for (
    let folder = dirname(path);
    !existsSync(folder) && folder !== dirname(folder);
    folder = dirname(folder)
  )
    folders.push(folder);
  return folders;
}

const innermostFirst = (folders: readonly string[]): string[] =>
  [...folders].sort((one, other) => other.length - one.length);

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${text}\n`, { flag: 'wx', mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, file);
}
