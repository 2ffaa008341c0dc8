import { parseEnv } from 'node:util';

export interface Setting {
  value: string;
  /** Counted from 1. */
  line: number;
}

export interface SettingsFile {
  /** By lower-case `section.key` (`auth.token`), or by name for `.env`. */
  settings: Map<string, Setting>;
  problems: { line: number; message: string }[];
}

/** Reads `.sentryclirc`: `[section]`, `key = value`, comments behind `;` or `#` at the start of a line. */
export function parseIni(text: string): SettingsFile {
  let section = '';
  return eachLine(text, (line) => {
    if (/^[;#]/.test(line)) return 'nothing';
    if (line.startsWith('[')) {
      if (!line.endsWith(']')) return 'a section that does not end with ]';
      section = line.slice(1, -1).trim().toLowerCase();
      return 'nothing';
    }
    const pair = splitPair(line, '=');
    return pair ? { key: `${section}.${pair.key}`, value: pair.value } : 'neither [section] nor key = value';
  });
}

/** Reads `sentry.properties`: `auth.token=...`, `defaults.org: ...`, comments behind `#` or `!`. */
export function parseProperties(text: string): SettingsFile {
  return eachLine(text, (line) => {
    if (/^[#!]/.test(line)) return 'nothing';
    const separator = line.includes('=') ? '=' : ':';
    return splitPair(line, separator) ?? 'neither key=value nor key: value';
  });
}

/** Reads the given names of a `.env` file; its other lines may be anything. */
export function parseDotEnv(text: string, names: readonly string[]): SettingsFile {
  const values = parseEnv(text);
  const settings = new Map<string, Setting>();
  const problems: SettingsFile['problems'] = [];
  const lines = text.split('\n');
  for (const name of names) {
    const index = lines.findLastIndex((line) => startsWithName(line, name));
    if (index < 0) continue;
    const rest = (lines[index] ?? '')
      .trim()
      .replace(/^export\s/, '')
      .trim()
      .slice(name.length)
      .trim();
    const value = values[name]?.trim();
    if (!rest.startsWith('=')) problems.push({ line: index + 1, message: `${name} without =` });
    else if (value === undefined || /^["'`]/.test(value))
      problems.push({ line: index + 1, message: `${name} with a quote that does not end` });
    else if (value !== '') settings.set(name, { value, line: index + 1 });
  }
  return { settings, problems };
}

type LineResult = { key: string; value: string } | 'nothing' | (string & {});

function eachLine(text: string, read: (line: string) => LineResult): SettingsFile {
  const settings = new Map<string, Setting>();
  const problems: SettingsFile['problems'] = [];
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const line = raw.trim();
    const result = line === '' ? 'nothing' : read(line);
    if (typeof result !== 'string') {
      if (result.value !== '') settings.set(result.key, { value: result.value, line: index + 1 });
    } else if (result !== 'nothing') problems.push({ line: index + 1, message: result });
  }
  return { settings, problems };
}

function splitPair(line: string, separator: string): { key: string; value: string } | undefined {
  const at = line.indexOf(separator);
  if (at <= 0) return undefined;
  const value = line.slice(at + 1).trim();
  const quoted = value.length >= 2 && /^(["']).*\1$/.test(value);
  return { key: line.slice(0, at).trim().toLowerCase(), value: quoted ? value.slice(1, -1) : value };
}

function startsWithName(line: string, name: string): boolean {
  const rest = line
    .trim()
    .replace(/^export\s/, '')
    .trim();
  return rest.startsWith(name) && !/[A-Za-z0-9_]/.test(rest.charAt(name.length));
}
