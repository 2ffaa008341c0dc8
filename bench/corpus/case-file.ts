/** One crash as its author wrote it: facts (`# guilty: src/a.ts`), then the files of the repository (`-- src/a.ts --`). */
export interface CaseSource {
  facts: Record<string, string>;
  /** Path to text; also what git would ignore (node_modules). */
  files: Record<string, string>;
}

/** Reads the text of a `.txt` case. Throws where a fact that every case needs is missing. */
export function parseCase(text: string, name: string): CaseSource {
  const [head = '', ...sections] = text.split(/^-- (.+) --\n/m);
  const facts = Object.fromEntries(
    [...head.matchAll(/^# (\w+): (.*)$/gm)].map(([, key = '', value = '']) => [key, value]),
  );
  const files: Record<string, string> = {};
  for (let at = 0; at < sections.length; at += 2) files[sections[at] ?? ''] = sections[at + 1] ?? '';
  for (const key of ['layout', 'guilty', 'why']) {
    if (!facts[key]) throw new Error(`The case ${name} does not say its ${key}.`);
  }
  if (!(facts.guilty ?? '' in files)) throw new Error(`The guilty file of ${name} is not among its files.`);
  return { facts, files };
}

/** Whether git would leave the file out of the repository. */
export const isIgnored = (path: string): boolean => /(^|\/)(node_modules|site-packages)\//.test(path);
