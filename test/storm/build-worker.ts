import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { bundle } from '../support/bundle.ts';
import type { Teeth } from './words.ts';

/** The storm's session as one file in `folder`; with `teeth` a copy of the ledger in which one thing is done wrong. */
export const buildWorker = (folder: string, teeth?: Teeth): Promise<string> =>
  bundle(join(import.meta.dirname, 'worker.ts'), join(folder, 'worker.mjs'), [mistake(teeth)]);

/** Changes one source while it is read; a text to be changed that is not there any more is an error. */
const mistake = (teeth: Teeth | undefined): Plugin => ({
  name: 'mistake',
  setup({ onLoad }) {
    for (const { file, from, to } of MISTAKES.filter((one) => one.teeth === teeth)) {
      onLoad({ filter: file }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        if (!source.includes(from))
          throw new Error(`${path} has no ${from}: this mistake has to be written anew.`);
        return { contents: source.replace(from, to), loader: 'ts' };
      });
    }
  },
});

const MISTAKES: { teeth: Teeth; file: RegExp; from: string; to: string }[] = [
  {
    // As the hand-kept lists did it: a common beginning up to the first wildcard.
    teeth: 'seed-overlap',
    file: /ledger\/overlap\.ts$/,
    from: 'export function overlaps(a: string, b: string): boolean {',
    to: `export function overlaps(a: string, b: string): boolean {
      const [x = '', y = ''] = [a, b].map((glob) => glob.replace(/[*?{].*$/, ''));
      if (a || b) return a === b || (a.includes('**') && b.startsWith(x)) || (b.includes('**') && a.startsWith(y));`,
  },
  {
    // What was read may be old when it is written. (A plain BEGIN is refused by SQLite itself at the first write after
    // another's, which was tried: 0 violations.)
    teeth: 'no-immediate',
    file: /ledger\/sqlite\/transact\.ts$/,
    from: "return inTransaction(database, 'BEGIN IMMEDIATE', work, takenBack);",
    to: 'return work();',
  },
  {
    teeth: 'no-immediate',
    file: /ledger\/postgres\/store\.ts$/,
    from: 'SELECT pg_advisory_xact_lock(',
    to: 'SELECT (',
  },
];
