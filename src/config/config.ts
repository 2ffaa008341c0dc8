import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inputError, messageOf } from '../core/errors.ts';
import type { ConfigFile } from './schema.ts';

export interface Config extends ConfigFile {
  /** The file it was read from, relative to the repository; absent where there is none and all are defaults. */
  source?: string;
}

const NAMES = ['pitcrew.yml', 'pitcrew.yaml'];

/**
 * Reads `pitcrew.yml`: as it is committed (`committed` answers the text of a file in HEAD), because what is policy for
 * agents must not be theirs to edit; as it lies at `root` where it is not committed yet, and then without its word on
 * unattended work. Defaults where there is none. Throws an input error with file and line for what is not YAML, and
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
    const { unattended } = parsed.data;
    return { ...parsed.data, unattended: found.isCommitted ? unattended : 'stop', source: found.name };
  }
  const issue = parsed.error.issues[0];
  const where = issue && issue.path.length > 0 ? issue.path.join('.') : 'the top level';
  throw inputError(
    `${found.name} does not fit at ${where}: ${issue?.message ?? 'invalid'}.`,
    `Correct ${where} in ${found.name}; docs/configuration.md lists every key.`,
  );
}

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
  const { parseDocument } = await import('./yaml.ts');
  const document = parseDocument(text, { prettyErrors: true });
  const error = document.errors[0];
  if (error) {
    throw inputError(
      `${name} is not valid YAML at line ${error.linePos?.[0].line ?? '?'}: ${sentenceOf(error)}`,
      `Correct that line of ${name}.`,
    );
  }
  try {
    return document.toJS({ maxAliasCount: 20 });
  } catch (thrown) {
    // An alias of nothing, or aliases that unfold to more than a configuration can be.
    throw inputError(
      `${name} cannot be read: ${messageOf(thrown)}.`,
      `Write ${name} without aliases (\`*name\`).`,
      thrown,
    );
  }
}

/** The parser's own words, without the place that we name, and without its advice to programmers. */
function sentenceOf({ code, message }: { code: string; message: string }): string {
  if (code === 'MULTIPLE_DOCS') return 'there is more than one document.';
  return `${(message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '').replace(/\.$/, '')}.`;
}
