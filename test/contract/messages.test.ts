import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inCommands } from '../../src/cli/in-commands.ts';

const FOLDERS = [
  'src/tools',
  'src/pipeline',
  'src/triage',
  'src/sentry',
  'src/github',
  'src/git',
  'src/checks',
  'ledger',
];

/** The sentence of an error, as it stands in a source: the first argument, or the second where the kind comes first. */
const SENTENCE =
  /(?:inputError|refusedError|upstreamError|new PitcrewError)\(\s*(?:'(?:input|refused|upstream)',\s*)?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)/g;

const sentences = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(SENTENCE)].map(([, text = '']) => ({
        file: join(folder, file),
        text: text.slice(1, -1).replaceAll('\\`', '`'),
      })),
    ),
);

// Only hints are put into commands and flags where a person reads them: a sentence may quote what others wrote.
test('no sentence of an error names a tool or a parameter; hints do', () => {
  expect(sentences.length).toBeGreaterThan(100);
  expect(sentences.filter(({ text }) => inCommands(text) !== text)).toEqual([]);
});
