import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseCase } from '../bench/corpus/case-file.ts';
import { type Inbox, openInbox } from '../bench/corpus/make/inbox.ts';
import { crashJava } from '../bench/corpus/make/java.ts';
import { keptEvent } from '../bench/corpus/make/kept-event.ts';
import { crashNative } from '../bench/corpus/make/native.ts';
import { crashNode } from '../bench/corpus/make/node.ts';
import { crashPerl } from '../bench/corpus/make/perl.ts';
import type { Crash, Program } from '../bench/corpus/make/program.ts';
import { crashPython } from '../bench/corpus/make/python.ts';
import { crashRust } from '../bench/corpus/make/rust.ts';

// Remakes bench/corpus/*/*.json from the programs in the .txt files beside them, by really crashing them:
//   node scripts/make-crash-corpus.ts [language ...] [language/case ...]
// Needs the languages (node, python3 with python3-sentry-sdk, a JDK, cargo, gcc, g++, gdb, perl); tests need none of them.

const CORPUS = join(import.meta.dirname, '../bench/corpus');

const MAKERS: Record<string, (program: Program, inbox: Inbox) => Promise<Crash>> = {
  node: crashNode,
  'node-bundled': crashNode,
  'node-minified': crashNode,
  python: crashPython,
  java: crashJava,
  rust: crashRust,
  native: crashNative,
  perl: crashPerl,
};

const asked = process.argv.slice(2);
const isAsked = (name: string) =>
  asked.length === 0 || asked.some((one) => name === one || name.startsWith(`${one}/`));
const inbox = await openInbox();
const failed: string[] = [];
for (const language of Object.keys(MAKERS)) {
  const files = (await readdir(join(CORPUS, language))).filter((name) => name.endsWith('.txt'));
  const names = files.filter((name) => isAsked(`${language}/${name.slice(0, -4)}`));
  for (const name of names.sort()) {
    await makeCase(language, join(CORPUS, language, name)).catch((error: unknown) => {
      failed.push(`${language}/${name}: ${error instanceof Error ? error.message : error}`);
    });
  }
  console.log(`${language}: ${names.length} cases`);
}
await inbox.close();
console.log('Now format them: biome format --write bench/corpus');
if (failed.length > 0) {
  console.error(failed.join('\n'));
  process.exitCode = 1;
}

async function makeCase(language: string, path: string): Promise<void> {
  const { facts, files } = parseCase(await readFile(path, 'utf8'), path);
  const scratch = await realpath(await mkdtemp(join(tmpdir(), 'pitcrew-crash-')));
  const folder = join(scratch, 'program');
  try {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text);
    }
    const program = { folder, facts, files: Object.keys(files), scratch };
    const crash = await MAKERS[language]?.(program, inbox);
    if (!crash) throw new Error(`nothing makes ${language}`);
    const built: Record<string, string> = {};
    for (const each of crash.built ?? []) built[each] = await readFile(join(folder, each), 'utf8');
    const made = { event: keptEvent(crash.event, program), built };
    await writeFile(join(dirname(path), `${basename(path, '.txt')}.json`), `${JSON.stringify(made)}\n`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
