import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readDsn } from '../../src/setup/traces/dsn.ts';
import { slugsIn } from '../../src/setup/traces/slugs.ts';
import { cli } from '../support/cli.ts';
import { setupStage } from './stage.ts';

const stage = setupStage();

const KEY = '193a9de9bb691a712dcbdcb96b67903b';
const NOBODY = { SENTRY_URL: '', SENTRY_AUTH_TOKEN: '' };

interface Row {
  name: string;
  found: string;
  where: string;
}
const rows = (data: { found: Row[] }, name: string): string[][] =>
  data.found.filter((row) => row.name === name).map(({ found, where }) => [found, where]);

describe.concurrent('what the files of a repository say about Sentry', () => {
  test("a bundler's plugin names organization and project; its token is named by place only", async () => {
    const secret = `sntrys_${'a1B2'.repeat(12)}`;
    const at = await stage.place({
      'next.config.js':
        'module.exports = withSentryConfig(next, {\n  org: "pitstop",\n  project: "telemetry",\n});\n',
      '.gitignore': '.env.*\n',
    });
    await at.write('.env.sentry-build-plugin', `SENTRY_AUTH_TOKEN=${secret}\n`);
    const asked = await cli(at, ['init', '--yes', '--json']);
    expect(rows(asked.data, 'organization')).toEqual([['pitstop', 'next.config.js line 2; Sentry has it']]);
    expect(rows(asked.data, 'project')).toEqual([['telemetry', 'next.config.js line 3; Sentry has it']]);
    expect(parse(await at.read('pitcrew.yml'))).toEqual({
      sentry: { organization: 'pitstop', projects: ['telemetry'] },
    });
    const alone = await cli({ ...at, env: { ...at.env, ...NOBODY } }, ['init']);
    expect(alone.stdout).toContain('There is one in .env.sentry-build-plugin line 1');
    expect(alone.stdout).toContain('copy it into ~/.sentryclirc');
    const told = await cli({ ...at, env: { ...at.env, ...NOBODY } }, ['doctor', '--json']);
    const line = told.data.checks.find(({ id }: { id: string }) => id === 'sentry-token');
    expect(line).toMatchObject({
      state: 'fail',
      text: expect.stringContaining('There is one in .env.sentry-build-plugin line 1'),
      next: expect.stringContaining('copy it into ~/.sentryclirc'),
    });
    expect(told.stdout).not.toContain(secret);
    expect(alone.stdout + asked.stdout + (await at.read('pitcrew.yml'))).not.toContain(secret);
  });

  test('settings of a mobile app that git ignores', async () => {
    const at = await stage.place({ '.gitignore': 'sentry.properties\n' });
    await at.write('android/sentry.properties', 'defaults.org=pitstop\ndefaults.project=telemetry\n');
    const { data } = await cli(at, ['init', '--json']);
    expect(rows(data, 'project')).toEqual([['telemetry', 'android/sentry.properties line 2; Sentry has it']]);
  });

  test("the number in a DSN is the project's; test data does not count", async () => {
    const at = await stage.place({
      'src/main.py': `import sentry_sdk\nsentry_sdk.init("${stage.sandbox().dsn('telemetry')}")\n`,
      'test/fixtures/event.py': `DSN = "${stage.sandbox().dsn('race-day')}"\n`,
    });
    const { data } = await cli(at, ['init', '--json']);
    expect(rows(data, 'project')).toEqual([['telemetry', 'the DSN in src/main.py line 2; Sentry has it']]);
  });

  test('a DSN names the region, also one in a .env that git ignores', async () => {
    const at = await stage.place({ '.gitignore': '.env\n' });
    await at.write('.env', `SENTRY_DSN=https://${KEY}@o45.ingest.de.sentry.io/451\n`);
    const { data } = await cli({ ...at, env: { ...at.env, ...NOBODY } }, ['init', '--json']);
    expect(rows(data, 'region')).toEqual([['https://de.sentry.io', 'the DSN in .env line 1']]);
  });

  test('a server that only a DSN names is told, not asked', async () => {
    const at = await stage.place({ 'app.js': `init("${stage.sandbox().dsn('race-day')}")\n` });
    const { data } = await cli({ ...at, env: { ...at.env, ...NOBODY } }, ['init', '--json']);
    expect(rows(data, 'Sentry server')).toEqual([['https://sentry.io', 'the default']]);
    expect(data.missing).toContainEqual({
      what: `The DSN in app.js line 1 is of ${stage.sandbox().url}, but https://sentry.io is asked.`,
      next: `Set SENTRY_URL to ${stage.sandbox().url} if that is your Sentry, and take a token of it.`,
    });
  });

  test('an organization token that is refused is taken for what it is', async () => {
    const at = await stage.place();
    const claims = { org: 'pitstop', url: stage.sandbox().url };
    const token = `sntrys_${Buffer.from(JSON.stringify(claims)).toString('base64')}_${'x'.repeat(43)}`;
    const env = { ...at.env, SENTRY_AUTH_TOKEN: token };
    const init = await cli({ ...at, env }, ['init', '--json']);
    expect(init.data.missing[0].what).toContain('is an organization token');
    expect(init.data.missing[0].next).toContain('personal token');
    const doctor = await cli({ ...at, env }, ['doctor', '--json']);
    const line = doctor.data.checks.find(({ id }: { id: string }) => id === 'sentry-token');
    expect(line).toMatchObject({ state: 'fail', next: expect.stringContaining('personal token') });
    expect(init.stdout + doctor.stdout).not.toContain(token);
  });
});

describe('plugins, as people write them', () => {
  test.each([
    ['Vite', "sentryVitePlugin({\n org: 'acme',\n project: 'web' })", 'acme', ['web']],
    ['Expo', '["@sentry/react-native/expo", {"organization": "acme", "project": "app"}]', 'acme', ['app']],
    ['Gradle', 'sentry {\n  org = "acme"\n  projectName = "api"\n}', 'acme', ['api']],
    ['Gradle in Kotlin', 'sentry {\n  org.set("acme")\n  projectName.set("api")\n}', 'acme', ['api']],
    ['Maven', 'sentry-maven-plugin <org>acme</org>\n<project>api</project>', 'acme', ['api']],
    ['fastlane', "sentry_upload_dif(org_slug: 'acme', project_slug: 'ios')", 'acme', ['ios']],
    ['a workflow', 'env:\n  SENTRY_ORG: acme\n  SENTRY_PROJECT: web\n', 'acme', ['web']],
    ['values from elsewhere', 'sentry({ org: process.env.ORG, project: process.env.P })', undefined, []],
    ['a secret of the workflow', 'SENTRY_ORG: \u0024{{ secrets.ORG }}\n', undefined, []],
    ['no Sentry', "other({ org: 'acme', project: 'web' })", undefined, []],
    ["another tool's project", `sentry({ org: 'acme' })${'\n'.repeat(500)}project: 'x'`, 'acme', []],
  ])('%s', (_name, text, organization, projects) => {
    const found = slugsIn(text);
    expect(found.organization?.value).toBe(organization);
    expect(found.projects.map(({ value }) => value)).toEqual(projects);
  });

  test('any text: no crash, lines that exist, names that are slugs', () => {
    const word = fc.constantFrom(
      'sentry',
      'org',
      'project',
      ':',
      '=',
      '"a-b"',
      "'c'",
      '\n',
      '<org>d</org>',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string()), { maxLength: 40 }), (words) => {
        const text = words.join('');
        const { organization, projects } = slugsIn(text);
        for (const one of organization ? [organization, ...projects] : projects) {
          expect(one.value).toMatch(/^[a-z0-9][a-z0-9_-]*$/);
          expect(text.split('\n')[one.line - 1]).toContain(one.value);
        }
      }),
    );
  });

  test.each([
    [`https://${KEY}@o1.ingest.us.sentry.io/7`, 'https://us.sentry.io', '7'],
    [`https://${KEY}@o1.ingest.sentry.io/7`, 'https://sentry.io', '7'],
    [`https://${KEY}:${KEY}@sentry.io/7`, 'https://sentry.io', '7'],
    [`https://${KEY}@sentry.example.com/prefix/7`, 'https://sentry.example.com/prefix', '7'],
    [`http://${KEY}@127.0.0.1:9000/2`, 'http://127.0.0.1:9000', '2'],
  ])('%s', (text, server, projectId) => {
    expect(readDsn(text)).toEqual({ server, projectId });
  });

  test.each(['', 'https://', `https://${KEY}@sentry.io/`, `https://${KEY}@sentry.io/x`])(
    '"%s" is no DSN',
    (text) => {
      expect(readDsn(text)).toBeUndefined();
    },
  );
});
