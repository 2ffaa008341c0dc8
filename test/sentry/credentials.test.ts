import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findSentryCredentials } from '../../src/sentry/credentials.ts';
import { parseDotEnv, parseIni, parseProperties } from '../../src/sentry/settings-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitcrew-credentials-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function find(files: Record<string, string>, env: Record<string, string> = {}) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return findSentryCredentials({
    env,
    home: join(folder, 'home'),
    root: join(folder, 'home/code/repo'),
    readFile: (path) => readFile(path, 'utf8'),
  });
}
const REPO = 'home/code/repo';

it('finds nothing, quietly, where there is nothing', async () => {
  expect(await find({})).toEqual({ problems: [] });
});

it('takes each value from the first place that has it', async () => {
  const files = {
    [`${REPO}/.env`]: '# x\nOTHER=1\nexport SENTRY_ACCESS_TOKEN="from-dot-env"\nSENTRY_AUTH=later\n',
    [`${REPO}/.sentryclirc`]: '[auth]\ntoken=from-repo-rc\n[defaults]\nproject = shop\n',
    'home/code/.sentryclirc': '; above\n[defaults]\norg=above\n',
    'home/.sentryclirc': '[auth]\ntoken=from-home\n[defaults]\norg=home\nurl=https://sentry.example.org/\n',
    [`${REPO}/sentry.properties`]: 'defaults.org=properties\nauth.token: from-properties\n',
  };
  expect(await find(files)).toEqual({
    token: { value: 'from-dot-env', place: '.env line 3' },
    organization: { value: 'above', place: `${join(folder, 'home/code/.sentryclirc')} line 3` },
    project: { value: 'shop', place: '.sentryclirc line 4' },
    url: { value: 'https://sentry.example.org/', place: '~/.sentryclirc line 5' },
    problems: [],
  });
  const env = { SENTRY_AUTH: 'skill', SENTRY_ORG: 'acme' };
  expect(await find(files, env)).toMatchObject({
    token: { value: 'skill', place: 'SENTRY_AUTH of the environment' },
    organization: { value: 'acme' },
  });
});

it.each([
  ['sentry.properties', 'auth.token=abc\n'],
  ['.sentryclirc', '[auth]\ntoken = "abc"\n'],
  ['.env', "SENTRY_AUTH_TOKEN='abc'"],
])('reads a token from %s', async (name, text) => {
  expect((await find({ [`${REPO}/${name}`]: text })).token?.value).toBe('abc');
});

it('names file and line of what it cannot read, never the value', async () => {
  const secret = 'sntryu_0123456789abcdef';
  const found = await find({
    [`${REPO}/.sentryclirc`]: `[auth\ntoken=${secret}\n${secret}\n`,
    [`${REPO}/.env`]: `SENTRY_AUTH_TOKEN="${secret}\n`,
    'home/.sentryclirc/folder': 'not a file',
  });
  expect(found.problems.sort()).toEqual([
    '.env line 1: SENTRY_AUTH_TOKEN with a quote that does not end.',
    '.sentryclirc line 1: a section that does not end with ].',
    '.sentryclirc line 3: neither [section] nor key = value.',
    '~/.sentryclirc cannot be read (EISDIR).',
  ]);
  expect(JSON.stringify(found)).not.toContain(secret);
});

it('does not send a token from outside to an address that the repository names', async () => {
  const files = {
    [`${REPO}/.sentryclirc`]: '[defaults]\nurl=https://evil.example.org\norg=acme\n',
    'home/.sentryclirc': '[auth]\ntoken=mine\n',
  };
  const found = await find(files);
  expect(found.url).toBeUndefined();
  expect(found.organization?.value).toBe('acme');
  expect(found.problems).toEqual([expect.stringContaining('.sentryclirc line 2 is not used')]);
  const chosen = await find(files, { SENTRY_URL: 'https://sentry.example.org' });
  expect(chosen.url?.value).toBe('https://sentry.example.org');
});

it('uses the repository address with the repository token, and sentry.io always', async () => {
  const own = await find({
    [`${REPO}/.sentryclirc`]: '[auth]\ntoken=a\n[defaults]\nurl=https://sentry.example.org\n',
  });
  expect(own.url?.value).toBe('https://sentry.example.org');
  const region = await find(
    { [`${REPO}/.sentryclirc`]: '[defaults]\nurl=https://de.sentry.io\n' },
    { SENTRY_AUTH_TOKEN: 'x' },
  );
  expect(region).toMatchObject({ url: { value: 'https://de.sentry.io' }, problems: [] });
});

it('reads organization and region from an organization token', async () => {
  const payload = { iat: 1, url: 'https://sentry.io', region_url: 'https://us.sentry.io', org: 'acme' };
  const token = `sntrys_${Buffer.from(JSON.stringify(payload)).toString('base64')}_${'s'.repeat(43)}`;
  const found = await find({}, { SENTRY_AUTH_TOKEN: token });
  expect(found).toMatchObject({ organization: { value: 'acme' }, url: { value: 'https://us.sentry.io' } });
  expect(found.organization?.place).toBe('the token (SENTRY_AUTH_TOKEN of the environment)');
});

it('reads any text without failing', () => {
  const unit = fc.constantFrom(
    '[',
    ']',
    '=',
    ':',
    '"',
    "'",
    '\n',
    '\r\n',
    ' ',
    '#',
    'SENTRY_AUTH_TOKEN',
    'auth',
    'export ',
    'é',
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
      for (const parse of [
        parseIni,
        parseProperties,
        (given: string) => parseDotEnv(given, ['SENTRY_AUTH_TOKEN']),
      ]) {
        for (const { value } of parse(text).settings.values()) expect(value).not.toBe('');
      }
    }),
  );
});
