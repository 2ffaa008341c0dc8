import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inputError, messageOf } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';
import type { ConfigFile } from './schema.ts';

export interface Config extends ConfigFile {
  /** The file it was read from, relative to the repository; absent where there is none and all are defaults. */
  source?: string;
}

const NAMES = ['pitcrew.yml', 'pitcrew.yaml'];

/**
 * Reads `pitcrew.yml`: as it is committed (`committed` answers the text of a file in HEAD), because what is policy for
 * agents must not be theirs to edit; as it lies at `root` where it is not committed yet, and then it may tighten the
 * policy but not loosen it, and has no word on unattended work. Defaults where there is none. Throws an input error with file and line for what is not YAML, and
 * with the key for what does not fit.
 */
export async function loadConfig(
  root: string,
  committed: (path: string) => Promise<string | undefined> = async () => undefined,
): Promise<Config> {
  const found = (await firstOf(committed)) ?? (await readFirst(root));
  const { configSchema } = await import('./schema.ts');
  if (!found) return configSchema.parse({});
  const parsed = configSchema.safeParse((await parseYaml(found.name, found.text)) ?? {});
  if (parsed.success) {
    if (found.isCommitted) return { ...parsed.data, source: found.name };
    if (parsed.data.ledger) throw uncommittedLedger(found.name);
    return { ...onlyTighter(parsed.data, configSchema.parse({})), source: found.name };
  }
  const issue = parsed.error.issues[0];
  const where = issue && issue.path.length > 0 ? shown(issue.path.join('.')) : 'the top level';
  throw inputError(
    `${found.name} does not fit at ${where}: ${shown(issue?.message ?? 'invalid')}.`,
    `Correct ${where} in ${found.name}; docs/configuration.md lists every key.`,
  );
}

/** What an uncommitted file, which an agent can write, may decide: more rules than the defaults, never fewer. */
const onlyTighter = (file: ConfigFile, defaults: ConfigFile): ConfigFile => ({
  ...file,
  unattended: defaults.unattended,
  policy: {
    protected: file.policy.protected,
    max_files: Math.min(file.policy.max_files, defaults.policy.max_files),
    max_lines: Math.min(file.policy.max_lines, defaults.policy.max_lines),
  },
});

/** An agent could otherwise leave everybody's ledger, and with it all claims, by writing a line. */
const uncommittedLedger = (name: string) =>
  inputError(
    `${name} names a ledger and is not committed, so anybody may have written that.`,
    `Commit ${name}, or take \`ledger\` out of it and set PITCREW_LEDGER_URL.`,
  );

/** What quotes the file: whoever wrote the repository wrote it, and one key may be as long as the file. */
const shown = (text: string): string => untrustedLine(text, 300);

interface Found {
  name: string;
  text: string;
  isCommitted: boolean;
}

async function firstOf(committed: (path: string) => Promise<string | undefined>): Promise<Found | undefined> {
  for (const name of NAMES) {
    const text = await committed(name);
    if (text !== undefined) return { name, text, isCommitted: true };
  }
  return undefined;
}

async function readFirst(root: string): Promise<Found | undefined> {
  for (const name of NAMES) {
    try {
      return { name, text: await readFile(join(root, name), 'utf8'), isCommitted: false };
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue;
      throw inputError(
        `${name} cannot be read: ${messageOf(error)}.`,
        `Make ${name} a readable file.`,
        error,
      );
    }
  }
  return undefined;
}

async function parseYaml(name: string, text: string): Promise<unknown> {
  if (text.length > MOST_CHARACTERS) {
    throw inputError(
      `${name} is longer than ${MOST_CHARACTERS} characters.`,
      `Keep in ${name} only what docs/configuration.md lists.`,
    );
  }
  const { isScalar, parseDocument, visit } = await import('./yaml.ts');
  // Its warnings would go to stderr as they are, with text of the file in them; what they are about does not fit below.
  const document = parseDocument(text, { prettyErrors: true, logLevel: 'error' });
  const error = document.errors[0];
  if (error) {
    throw inputError(
      `${name} is not valid YAML at line ${error.linePos?.[0].line ?? '?'}: ${sentenceOf(error)}`,
      `Correct that line of ${name}.`,
    );
  }
  try {
    // A map for a key (`? a: 1`) would be written out as text at every level around it: a kilobyte of them takes minutes.
    visit(document, {
      Pair(_, { key }) {
        if (key !== null && !isScalar(key)) throw new Error('a key is not a plain word');
      },
    });
    return document.toJS({ maxAliasCount: 20 });
  } catch (thrown) {
    // An alias of nothing, or aliases that unfold to more than a configuration can be.
    throw inputError(
      `${name} cannot be read: ${shown(messageOf(thrown))}.`,
      `Write ${name} with plain keys, and without aliases (\`*name\`).`,
      thrown,
    );
  }
}

/**
 * Many times what a configuration needs. The parser's time grows with the square of some texts (64 K of them: six
 * seconds), and every start waits for it.
 */
const MOST_CHARACTERS = 16 * 1024;

/** The parser's own words, without the place that we name, and without its advice to programmers. */
function sentenceOf({ code, message }: { code: string; message: string }): string {
  if (code === 'MULTIPLE_DOCS') return 'there is more than one document.';
  const sentence = (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
  return `${shown(sentence.replace(/\.$/, ''))}.`;
}
