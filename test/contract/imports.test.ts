import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

// Who may import whom. A folder's own files are always allowed; the first matching row counts.
const DOMAINS = ['ledger', 'src/config', 'src/sentry', 'src/github', 'src/git', 'src/checks', 'src/triage'];
const TABLE: { of: string; may: string[] }[] = [
  { of: 'src/core/', may: [] },
  { of: 'src/policy/', may: ['src/core/'] },
  { of: 'src/triage/', may: ['src/core/', 'src/policy/', 'src/sentry/'] },
  { of: 'src/sandbox/', may: ['src/core/'] },
  ...DOMAINS.filter((domain) => domain !== 'src/triage').map((domain) => ({
    of: `${domain}/`,
    may: ['src/core/', 'src/policy/'],
  })),
  { of: 'src/pipeline/', may: ['src/core/', 'src/policy/', ...DOMAINS.map((domain) => `${domain}/`)] },
  {
    of: 'src/setup/',
    may: ['src/core/', 'src/policy/', ...DOMAINS.map((domain) => `${domain}/`)],
  },
  {
    of: 'src/context',
    may: ['src/core/', 'src/policy/', 'src/pipeline/', ...DOMAINS.map((domain) => `${domain}/`)],
  },
  {
    of: 'src/tools/',
    may: [
      'src/core/',
      'src/policy/',
      'src/context.ts',
      'src/pipeline/',
      ...DOMAINS.map((domain) => `${domain}/`),
    ],
  },
  { of: 'mcp-server/', may: ['src/core/', 'src/context.ts', 'src/tools/registry.ts', 'src/tools/define.ts'] },
  // The sandbox and the server are commands of the program, loaded when they are asked for.
  { of: 'src/cli/sandbox.ts', may: ['src/core/', 'src/sandbox/'] },
  { of: 'src/cli/setup-world.ts', may: ['src/core/', 'src/context/', 'src/setup/'] },
  {
    of: 'src/cli/stop.ts',
    may: ['src/core/', 'src/context.ts', 'src/context/kill-switch.ts', 'src/cli/open-here.ts'],
  },
  {
    of: 'src/cli/ledger-watch.ts',
    may: ['src/core/', 'src/context.ts', 'src/tools/registry.ts', 'ledger/ledger.ts', 'src/cli/open-here.ts'],
  },
  { of: 'src/cli/init', may: ['src/core/', 'src/context.ts', 'src/setup/', 'src/cli/'] },
  { of: 'src/cli/doctor', may: ['src/core/', 'src/context.ts', 'src/setup/', 'src/cli/'] },
  {
    of: 'src/cli/',
    may: [
      'src/core/',
      'src/context.ts',
      'src/tools/registry.ts',
      'src/tools/define.ts',
      'mcp-server/stdio.ts',
    ],
  },
  // The one write of a hook: a free path joins the claim before it is edited.
  {
    of: 'src/hooks/claim-path.ts',
    may: ['src/core/', 'src/hooks/', 'ledger/sqlite-ledger.ts', 'ledger/glob-text.ts'],
  },
  {
    of: 'src/hooks/',
    may: [
      'src/core/',
      'src/policy/',
      'ledger/reader.ts',
      'ledger/recently-written.ts',
      'ledger/postgres/mirror.ts',
    ],
  },
];

const files = globSync(['src/**/*.ts', 'ledger/**/*.ts', 'mcp-server/**/*.ts']).filter(
  (file) => !file.startsWith('src/sandbox/sample-app/repository'),
);

const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(
    (match) => match[1] ?? '',
  );

/** Without comments: prose may name what code must not use. */
const codeOf = (file: string): string =>
  readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

describe('imports', () => {
  test('every folder is in the table', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => !TABLE.some((row) => file.startsWith(row.of)))).toEqual([]);
  });

  test('a file imports only what its row of the table allows', () => {
    const wrong: string[] = [];
    for (const file of files) {
      const row = TABLE.find(({ of }) => file.startsWith(of));
      if (!row) continue;
      for (const specifier of importsOf(file)) {
        if (!specifier.startsWith('.')) continue;
        const target = relative('.', join(dirname(file), specifier));
        const own = row.of.endsWith('/') ? target.startsWith(row.of) : target.startsWith('src/context');
        if (!own && !row.may.some((allowed) => target.startsWith(allowed)))
          wrong.push(`${file} -> ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('core takes no npm package, and the MCP SDK stays in mcp-server', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
        .filter(
          (specifier) =>
            file.startsWith('src/core/') ||
            (specifier.startsWith('@modelcontextprotocol/') && !file.startsWith('mcp-server/')),
        )
        .map((specifier) => `${file} -> ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  test('a tool imports no other tool', () => {
    const shared = new Set([
      'src/tools/define.ts',
      'src/tools/requirements.ts',
      'src/tools/issue-filters.ts',
      'src/tools/own-runs.ts',
      'src/tools/others-run.ts',
      'src/tools/ask-person.ts',
    ]);
    const wrong = files
      .filter(
        (file) => file.startsWith('src/tools/') && file !== 'src/tools/registry.ts' && !shared.has(file),
      )
      .flatMap((file) =>
        importsOf(file)
          .filter((specifier) => specifier.startsWith('./'))
          .map((specifier) => relative('.', join(dirname(file), specifier)))
          .filter((target) => !shared.has(target))
          .map((target) => `${file} -> ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  test('domains read no environment, no clock and no fixed address', () => {
    const wrong = files
      .filter((file) =>
        [...DOMAINS, 'src/core', 'src/pipeline', 'src/tools'].some((folder) => file.startsWith(`${folder}/`)),
      )
      .filter((file) => file !== 'src/core/clock.ts')
      .filter((file) => /process\.env\b(?!')|Date\.now\(\)|new Date\(\)/.test(codeOf(file)));
    expect(wrong).toEqual([]);
  });
});
