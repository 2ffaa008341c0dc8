import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Expected, failsAsJson, failsWith, pitcrew } from '../cli/failing.ts';
import { CONFIG, ISSUE, useTrouble, WRONG } from '../cli/trouble.ts';
import { accept, connect } from '../support/mcp.ts';
import { readText } from '../support/stage.ts';
import { works } from '../support/steps.ts';

const at = useTrouble();

describe.concurrent('pitcrew.yml', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
checks: [*c,*c,*c,*c,*c,*c,*c,*c,*c]
`;
  test.each([
    ['cut off in a list', 'sentry:\n  projects: [web\n', /line 3/],
    ['indented with a tab', 'sentry:\n\torganization: x\n', /line 2/],
    ['with a key twice', 'sentry: {}\nsentry: {}\n', /line 2/],
    ['with an unknown key', 'sentry:\n  organisation: pitstop\n', /organisation/],
    ['with a key of the wrong type', 'triage:\n  stale_days: many\n', /triage\.stale_days/],
    ['with a list for a map', '- a\n', /top level/],
    ['of bytes', '\u0000\u0001', /pitcrew\.yml/],
    ['with an alias bomb', bomb, /pitcrew\.yml/],
  ])('%s', async (_name, config, sentence) => {
    const cwd = await at.repositoryWith(config);
    await failsWith(
      ['ledger-status'],
      { cwd, env: at.stage.env },
      { code: 2, sentence, hint: /pitcrew\.yml/ },
    );
    expect(existsSync(join(cwd, '.claude'))).toBe(false);
    expect(existsSync(join(cwd, '.git/pitcrew'))).toBe(false);
  });

  test('a token in it is refused without being repeated', async () => {
    const cwd = await at.repositoryWith(`sentry:\n  token: ${WRONG}\n`);
    const result = await failsWith(
      ['ledger-status'],
      { cwd, env: at.stage.env },
      { code: 2, sentence: /token/ },
    );
    expect(result.stderr).not.toContain(WRONG.slice(0, 20));
  });

  test('that is a folder', async () => {
    const cwd = await at.repositoryWith(undefined);
    await mkdir(join(cwd, 'pitcrew.yml'));
    await failsWith(
      ['ledger-status'],
      { cwd, env: at.stage.env },
      { code: 2, sentence: /pitcrew\.yml cannot be read/ },
    );
  });
});

describe.concurrent('the repository', () => {
  test('not a repository', async () => {
    const cwd = await mkdtemp(join(at.stage.folder, 'plain-'));
    const expected: Expected = { code: 2, sentence: /is not inside a git repository/, hint: /checkout/ };
    await failsWith(['sentry-list-issues'], { cwd, env: at.stage.env }, expected);
    await failsAsJson(['ledger-status'], { cwd, env: at.stage.env }, expected);
    expect(await readdir(cwd)).toEqual([]);
  });

  test('a bare one', async () => {
    await failsWith(
      ['ledger-status'],
      { cwd: at.stage.remote, env: at.stage.env },
      { code: 2, sentence: /is a bare repository/ },
    );
    expect(existsSync(join(at.stage.remote, 'pitcrew'))).toBe(false);
  });

  test("git's own folder", async () => {
    const cwd = join(at.stage.repository, '.git');
    await failsWith(
      ['ledger-status'],
      { cwd, env: at.stage.env },
      { code: 2, sentence: /is git's own folder/ },
    );
  });

  test('without commits: issues can be read, none can be claimed', async () => {
    const cwd = await at.repositoryWith(CONFIG);
    const place = { cwd, env: at.stage.env };
    const person = await connect(at.stage, { cwd, answer: accept('all') });
    await works(person, 'sentry_list_issues', { issues: [ISSUE] });
    await works(person, 'triage_select');
    await person.close();
    for (const paths of [['--paths', 'src/**'], []])
      await failsWith(['ledger-register', ISSUE, ...paths], place, {
        code: 2,
        sentence: /has no commits yet/,
        hint: /first commit/,
      });
    const status = await pitcrew(['ledger-status', '--json'], place);
    expect(JSON.parse(status.stdout).data.active).toEqual([]);
  });

  test('without git', async () => {
    await failsWith(['ledger-status'], at.place({ PATH: '/nonexistent' }), {
      code: 2,
      sentence: /^git is not installed/,
    });
  });

  test('.claude cannot be written: the list says so and records nothing', async () => {
    const cwd = await at.repositoryWith(CONFIG);
    await writeFile(join(cwd, '.claude'), 'a file is in the way');
    await failsWith(
      ['sentry-list-issues'],
      { cwd, env: at.stage.env },
      { code: 2, sentence: /\.claude\/sentry\/.* cannot be written/ },
    );
    await failsWith(
      ['triage-select', '--selection', 'all'],
      { cwd, env: at.stage.env },
      { code: 2, sentence: /no triage/ },
    );
    expect(await readText(join(cwd, '.claude'))).toBe('a file is in the way');
    expect((await pitcrew(['sentry-list-issues', '--no-record'], { cwd, env: at.stage.env })).code).toBe(0);
  });

  test.each([
    ['a file is where its folder should be', 'file'],
    ['its file is no database', 'garbage'],
  ])('a ledger that cannot be opened is no empty ledger: %s', async (_name, trouble) => {
    const cwd = await at.repositoryWith(CONFIG);
    const folder = join(cwd, '.git/pitcrew');
    const path = trouble === 'file' ? folder : join(folder, 'ledger.db');
    if (trouble === 'garbage') await mkdir(folder);
    await writeFile(path, 'no database, but long enough to be taken for one. '.repeat(200));
    const before = await readText(path);
    await failsWith(['ledger-status'], { cwd, env: at.stage.env }, { code: 4, sentence: /ledger/ });
    expect(await readText(path)).toBe(before);
  });
});
