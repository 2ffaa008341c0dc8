import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/config.ts';
import { configSchema } from '../../src/config/schema.ts';
import { PitcrewError } from '../../src/core/errors.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pitcrew-config-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const load = async (text: string) => {
  await writeFile(join(root, 'pitcrew.yml'), text);
  return loadConfig(root);
};

/** The refusal of a text: an input error of one finished sentence, with a next step. */
async function refusal(text: string): Promise<PitcrewError> {
  const thrown = await load(text).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(PitcrewError);
  if (!(thrown instanceof PitcrewError)) throw new Error('not refused');
  expect(thrown.kind).toBe('input');
  expect(thrown.message).toMatch(/^pitcrew\.yml [^\n]*[^:.]\.$/);
  expect(thrown.hint).toContain('pitcrew.yml');
  return thrown;
}

const DEFAULTS = {
  sentry: { projects: [], environments: [] },
  triage: {
    query: 'is:unresolved issue.category:error',
    period: '14d',
    include_levels: [],
    stale_days: 7,
    once_stale_days: 3,
  },
  github: { labels: [], reviewers: [] },
  policy: { protected: [], max_files: 20, max_lines: 600 },
  lease_seconds: 120,
  worktrees: '.pitcrew/worktrees',
  unattended: 'stop',
};

const WHOLE = `
# yaml-language-server: $schema=./node_modules/pitcrew/pitcrew.schema.json
sentry:
  organization: acme
  projects: [web, api]
  environments: [production]
triage:
  query: is:unresolved level:error
  period: 24h
  include_levels: [warning]
  stale_days: 14
  once_stale_days: 1
github:
  repository: acme/shop
  base: main
  labels: [sentry]
  reviewers: [octocat]
setup: npm ci
checks:
  - npm test
  - name: types
    run: npx tsc --noEmit
    timeout_seconds: 120
  - run: npm run lint
worktrees: ../worktrees
unattended: draft-pr
`;

describe('what is read', () => {
  test('without a file, and from an empty one, everything has its default', async () => {
    expect(await loadConfig(root)).toEqual(DEFAULTS);
    for (const text of ['', '# nothing yet\n', '---\n', '{}', 'sentry: {}\n'])
      expect(await load(text)).toEqual({ ...DEFAULTS, source: 'pitcrew.yml' });
  });

  test('every key', async () => {
    expect(await load(WHOLE)).toMatchObject({
      sentry: { organization: 'acme', projects: ['web', 'api'], environments: ['production'] },
      triage: { period: '24h', stale_days: 14, include_levels: ['warning'] },
      github: { repository: 'acme/shop', base: 'main', labels: ['sentry'], reviewers: ['octocat'] },
      checks: [
        'npm test',
        { name: 'types', timeout_seconds: 120 },
        { run: 'npm run lint', timeout_seconds: 600 },
      ],
      setup: 'npm ci',
      worktrees: '../worktrees',
    });
  });

  test('pitcrew.yml goes before pitcrew.yaml', async () => {
    await writeFile(join(root, 'pitcrew.yaml'), 'setup: second');
    expect(await loadConfig(root)).toMatchObject({ setup: 'second', source: 'pitcrew.yaml' });
    expect(await load('setup: first')).toMatchObject({ setup: 'first', source: 'pitcrew.yml' });
  });

  test('Windows line ends, a byte order mark, and a few aliases', async () => {
    const text = '\ufeffsentry:\r\n  projects: &names [web]\r\n  environments: *names\r\n';
    expect((await load(text)).sentry).toEqual({ projects: ['web'], environments: ['web'] });
  });
});

describe('what is committed is the policy', () => {
  const committed = (text: string) => async (path: string) => (path === 'pitcrew.yml' ? text : undefined);

  test('the committed file counts, not the one that an agent edited', async () => {
    await writeFile(join(root, 'pitcrew.yml'), 'unattended: draft-pr\nsetup: edited\n');
    const config = await loadConfig(root, committed('setup: committed\n'));
    expect(config).toMatchObject({ setup: 'committed', unattended: 'stop' });
    await writeFile(join(root, 'pitcrew.yml'), 'half: [');
    expect(await loadConfig(root, committed('unattended: draft-pr\n'))).toMatchObject({
      unattended: 'draft-pr',
    });
  });

  test('a file that is not committed allows nothing unattended', async () => {
    expect(await load(WHOLE)).toMatchObject({ unattended: 'stop' });
  });
});

describe('what is refused', () => {
  test.each([
    ['a list that does not end', 'sentry:\n  projects: [web\n', 3],
    ['a tab', 'sentry:\n\torganization: x\n', 2],
    ['a key twice', 'setup: a\nsetup: b\n', 2],
    ['a quote that does not end', 'setup: a\n\n\nworktrees: "x\n', 5],
    ['two documents', 'setup: a\n---\nsetup: b\n', 2],
  ])('%s names its line', async (_name, text, line) => {
    const { message, hint } = await refusal(text);
    expect(message.match(/\bline (\d+)/g)).toEqual([`line ${line}`]);
    expect(hint).toBe('Correct that line of pitcrew.yml.');
  });

  test.each([
    ['sentry:\n  organisation: acme\n', 'organisation'],
    ['sentry_url: https://example.org\n', 'sentry_url'],
    ['sentry:\n  url: https://example.org\n', 'url'],
    ['__proto__: {}\n', '__proto__'],
    ['checks:\n  - run: npm test\n    timeout: 5\n', 'timeout'],
  ])('the unknown key of %j is named', async (text, key) => {
    expect((await refusal(text)).message).toContain(`"${key}"`);
  });

  test.each([
    ['triage:\n  stale_days: many\n', 'triage.stale_days'],
    ['triage:\n  stale_days: 0\n', 'triage.stale_days'],
    ['triage:\n  period: fortnight\n', 'triage.period'],
    ['triage:\n  include_levels: [loud]\n', 'triage.include_levels.0'],
    ['sentry:\n  projects: web\n', 'sentry.projects'],
    ['sentry:\n  organization: ""\n', 'sentry.organization'],
    ['sentry: null\n', 'sentry'],
    ['github:\n  repository: shop\n', 'github.repository'],
    ['unattended: always\n', 'unattended'],
    ['checks: npm test\n', 'checks'],
    ['checks:\n  - run: 7\n', 'checks.0'],
    ['- a\n', 'the top level'],
    ['just words\n', 'the top level'],
  ])('%j is said to be wrong at %s', async (text, place) => {
    const { message, hint } = await refusal(text);
    expect(message).toMatch(new RegExp(`does not fit at ${place.replaceAll('.', '\\.')}\\b`));
    expect(hint).toContain(place);
  });

  test('an alias of nothing', async () => {
    await refusal('setup: *nothing\n');
  });

  test('aliases that unfold to a million items', async () => {
    const levels = ['a', 'b', 'c', 'd', 'e', 'f'];
    const lines = levels.map((name, index) => {
      const item = index === 0 ? 'x' : `*${levels[index - 1]}`;
      return `${name}: &${name} [${Array(10).fill(item).join(',')}]`;
    });
    await refusal(`${lines.join('\n')}\n`);
  });

  test('a value is not repeated: it may be a token in the wrong place', async () => {
    const secret = `sntryu_${'0123456789abcdef'.repeat(4)}`;
    for (const text of [
      `sentry:\n  token: ${secret}\n`,
      `triage:\n  stale_days: ${secret}\n`,
      `checks: ${secret}\n`,
    ])
      expect((await refusal(text)).message).not.toContain(secret.slice(0, 20));
  });

  test('a file that cannot be read', async () => {
    await mkdir(join(root, 'pitcrew.yml'));
    await expect(loadConfig(root)).rejects.toThrow(/^pitcrew\.yml cannot be read: .*\.$/);
  });
});

describe('the ledger', () => {
  const committed = (text: string) =>
    loadConfig(root, async (path) => (path === 'pitcrew.yml' ? text : undefined));
  const address = 'postgres://pitcrew@db.example.com:5432/pitcrew?sslmode=verify-full';

  test('is a database by its address, with or without a name for the repository', async () => {
    expect((await committed(`ledger: ${address}`)).ledger).toEqual({ url: address });
    const text = `ledger:\n  url: ${address}\n  repository: acme/shop\n`;
    expect((await committed(text)).ledger).toEqual({ url: address, repository: 'acme/shop' });
  });

  test.each([
    'postgres://pitcrew:geheim@db.example.com/pitcrew',
    'postgres://pitcrew@db.example.com/pitcrew?password=geheim',
    'mysql://pitcrew:geheim@db.example.com/pitcrew',
    'geheim',
  ])('refuses %s without repeating it', async (text) => {
    for (const yaml of [`ledger: ${text}`, `ledger:\n  url: ${text}\n`]) {
      const thrown = await committed(yaml).catch((error: unknown) => error);
      if (!(thrown instanceof PitcrewError)) throw new Error('not refused');
      expect(thrown.message).toMatch(/does not fit at ledger: /);
      if (text.startsWith('postgres')) expect(thrown.message).toMatch(/PITCREW_LEDGER_URL.*PGPASSFILE/);
      expect(thrown.message + thrown.hint).not.toContain('geheim');
    }
  });

  test('is not moved elsewhere by a file that nobody committed', async () => {
    expect((await refusal(`ledger: ${address}`)).message).toContain('is not committed');
  });
});

describe('the JSON schema for editors', () => {
  const validator = async () => {
    const schema = JSON.parse(await readFile('pitcrew.schema.json', 'utf8'));
    return new Ajv({ allErrors: true, strict: false }).compile(schema);
  };

  test('accepts what the program accepts', async () => {
    const valid = await validator();
    const ledgers = ['ledger: postgres://h/d', 'ledger:\n  repository: acme/shop\n'];
    for (const text of [WHOLE, '{}', 'checks: []', 'sentry: {}', ...ledgers])
      expect(valid(parse(text)), JSON.stringify(valid.errors)).toBe(true);
  });

  test('refuses what the program refuses', async () => {
    const valid = await validator();
    for (const text of [
      'sentry:\n  organisation: acme\n',
      'triage:\n  stale_days: many\n',
      'triage:\n  period: fortnight\n',
      'unattended: always\n',
      'checks:\n  - run: npm test\n    timeout: 5\n',
    ]) {
      expect(valid(parse(text)), text).toBe(false);
      expect(configSchema.safeParse(parse(text)).success, text).toBe(false);
    }
  });

  test('knows the same keys as the documentation', async () => {
    const { properties } = JSON.parse(await readFile('pitcrew.schema.json', 'utf8'));
    const keys = Object.entries<{ properties?: object }>(properties).flatMap(([name, one]) =>
      one.properties ? Object.keys(one.properties).map((key) => `${name}.${key}`) : [name],
    );
    const documented = [
      ...(await readFile('docs/configuration.md', 'utf8')).matchAll(/^\| `([a-z_.]+)` \|/gm),
    ];
    expect(documented.map((match) => match[1]).toSorted()).toEqual(keys.toSorted());
  });
});
