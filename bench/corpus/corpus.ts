import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Checkout, checkoutOf } from '../../src/sentry/evidence/evidence.ts';
import { isIgnored, parseCase } from './case-file.ts';

/** A crash whose guilty file is known. */
export interface CrashCase {
  name: string;
  language: string;
  layout: string;
  /** Where the fix has to go; not always where it crashed. */
  guilty: string;
  /** The repository: path to text. */
  files: Record<string, string>;
  /** What a build left in the checkout, which git ignores. */
  built: Record<string, string>;
  /** As the platform's SDK sends it. */
  event: unknown;
  /**
   * The ranking was first tuned on `tuned` alone; then what was missed of `held out` was looked at as well, and `fresh` was written
   * after that, to be measured only.
   */
  half: 'tuned' | 'held out' | 'fresh';
}

/** All cases, in order of language and name. */
export async function loadCorpus(): Promise<CrashCase[]> {
  const folders = await readdir(import.meta.dirname, { withFileTypes: true });
  const cases: CrashCase[] = [];
  for (const folder of folders.filter((entry) => entry.isDirectory() && entry.name !== 'make')) {
    const names = await readdir(join(import.meta.dirname, folder.name));
    for (const file of names.filter((each) => each.endsWith('.txt')).sort()) {
      cases.push(await loadCase(folder.name, file.slice(0, -4)));
    }
  }
  return cases;
}

async function loadCase(folder: string, name: string): Promise<CrashCase> {
  const path = join(import.meta.dirname, folder, name);
  const { facts, files } = parseCase(await readFile(`${path}.txt`, 'utf8'), `${folder}/${name}`);
  const made = JSON.parse(await readFile(`${path}.json`, 'utf8')) as Pick<CrashCase, 'event' | 'built'>;
  return {
    name: `${folder}/${name}`,
    language: facts.language ?? folder.split('-', 1)[0] ?? folder,
    layout: facts.layout ?? '',
    guilty: facts.guilty ?? '',
    files: Object.fromEntries(Object.entries(files).filter(([each]) => !isIgnored(each))),
    built: made.built,
    event: made.event,
    half: facts.added === 'second' ? 'fresh' : halfOf(`${folder}/${name}`),
  };
}

/** By a hash of the name, so that nobody chooses which case is tuned on. */
const halfOf = (name: string): CrashCase['half'] =>
  (createHash('sha256').update(name).digest()[0] ?? 0) % 2 === 0 ? 'tuned' : 'held out';

/** Calls `work` with the case as a checkout in a temporary folder, which is removed after. */
export async function withCheckout<T>(
  { files, built }: CrashCase,
  work: (checkout: Checkout) => Promise<T>,
): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'pitcrew-corpus-'));
  try {
    for (const [path, text] of Object.entries({ ...files, ...built })) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    return await work(checkoutOf(root, async () => Object.keys(files)));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
