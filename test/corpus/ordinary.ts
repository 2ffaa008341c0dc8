import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LOG_LINES } from './log-lines.ts';

/** What the repository itself installs: documentation, types and sources of packages that it names in package.json. */
const PACKAGES = [
  'zod',
  'undici',
  'yaml',
  'picomatch',
  'fast-check',
  'simple-git',
  '@octokit/rest',
  '@sentry/node',
];
const TEXT = /\.(?:md|[cm]?js|d\.[cm]?ts|json)$/;
const FROM_EACH = 12_000;

export interface OrdinaryLine {
  from: string;
  line: string;
}

/** Lines of programs, of documentation and of logs, none of them empty, none of a bundle. */
export function ordinaryLines(): OrdinaryLine[] {
  const installed = PACKAGES.flatMap((name) => {
    const lines: OrdinaryLine[] = [];
    for (const file of filesOf(resolve('node_modules', name))) {
      for (const line of readFileSync(file, 'utf8').split('\n')) {
        if (line.trim() !== '' && line.length <= 500) lines.push({ from: name, line });
      }
      if (lines.length >= FROM_EACH) break;
    }
    return lines.slice(0, FROM_EACH);
  });
  return [...installed, ...LOG_LINES.map((line) => ({ from: 'logs', line }))];
}

/** In a fixed order. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && TEXT.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
