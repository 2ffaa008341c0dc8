import { readFileSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenStore } from './store.ts';

const fileIn = (folder: string): string => join(folder, 'active-runs.md');

/** A Markdown list that every session reads, edits and writes back, as a convention without a lock has it. */
export const openHandKept: OpenStore = async ({ folder, worker }) => {
  const file = fileIn(folder);
  return {
    async register({ issue, path }) {
      const text = await readFile(file, 'utf8');
      if (text.includes(`### ${issue}\n`)) return false;
      const entry = `### ${issue}\n- Session: ${worker}\n- Files: ${path}\n- Started: ${new Date().toISOString()}\n- Status: started\n\n`;
      await writeFile(file, text + entry);
      return true;
    },
    async close({ issue }) {
      const text = await readFile(file, 'utf8');
      const [before, after] = text.split(`### ${issue}\n`);
      if (after === undefined) return;
      await writeFile(
        file,
        `${before}### ${issue}\n${after.replace('Status: started', 'Status: completed')}`,
      );
    },
    end: async () => {},
  };
};

export const makeHandKept = (folder: string): void => writeFileSync(fileIn(folder), '# Active runs\n\n');

export const keptInHandKept = (folder: string): Set<string> =>
  new Set(
    [...readFileSync(fileIn(folder), 'utf8').matchAll(/^### (\S+)$/gm)].flatMap(([, issue]) => issue ?? []),
  );
