import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { type JsonValue, tryParseJson } from '../../core/json.ts';

/** A folder that may hold a project, as the discoverers look at it. */
export interface Folder {
  /** Relative to the checkout, with `/`; empty for its top. */
  path: string;
  has(name: string): boolean;
  /** The names in the folder that match, sorted. */
  names(pattern: RegExp): string[];
  /** A file's text, or undefined where it cannot be read. */
  read(name: string): Promise<string | undefined>;
  /** True where the program can be found in PATH. */
  onPath(program: string): boolean;
}

/** What one kind of project says about itself. */
export interface Found {
  /** For people: `npm workspace`, `Cargo`. */
  kind: string;
  checks: NamedCommand[];
  setup?: SetupCommand;
  notes?: string[];
}

export interface NamedCommand {
  /** `typecheck`, `build`, `test`. */
  name: string;
  command: string;
  /** What the tools run for it where pitcrew.yml names no checks; absent where a person has to name it there first. */
  unasked?: string;
}

export interface SetupCommand {
  command: string;
  /** False where a worktree inside the checkout works without it. */
  needed: boolean;
  why: string;
}

export type Discover = (folder: Folder) => Promise<Found | undefined>;

export function openFolder(root: string, path: string, onPath: (program: string) => boolean): Folder {
  const at = join(root, path);
  return {
    path,
    has: (name) => existsSync(join(at, name)),
    names: (pattern) => listed(at).filter((name) => pattern.test(name)),
    read: (name) => readFile(join(at, name), 'utf8').catch(() => undefined),
    onPath,
  };
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

type JsonRecord = { readonly [key: string]: JsonValue };

/** The object in `value`, or an empty one. */
export const recordOf = (value: unknown): JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : {};

export const jsonRecord = (text: string | undefined): JsonRecord => recordOf(tryParseJson(text ?? ''));

export const yamlRecord = (text: string | undefined): JsonRecord => {
  const document = parseDocument(text ?? '');
  return document.errors.length > 0 ? {} : recordOf(document.toJS({ maxAliasCount: 20 }));
};
