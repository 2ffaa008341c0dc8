import { writeFileSync } from 'node:fs';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { canOpenTerminal, inTerminalOfItsOwn } from '../support/person-terminal.ts';
import { writeAll } from '../support/small-fix.ts';
import { openStage, PROGRAM, readText, type Stage } from '../support/stage.ts';
import { claim, fails, NO_TEST, newestIssue, select, WORDS, works, worktreeOf } from '../support/steps.ts';

const ISSUE = 'RACE-DAY-1';
const APPROVE: ElicitResult = { action: 'accept', content: { approval: 'approve' } };

let stage: Stage;
let client: TestClient;
let folder: string;
/** What the person says to a change, and what they were shown. */
let answer: ElicitResult = APPROVE;
let meanwhile = (): void => {};
const asked: string[] = [];

const somebody = (message: string): ElicitResult => {
  if (message.startsWith('Which')) return { action: 'accept', content: { selection: 'all' } };
  asked.push(message);
  meanwhile();
  return answer;
};

beforeAll(async () => {
  stage = await openStage({ config: CONFIG });
  await stage.crash(crashIn('src/one.mjs'));
  client = await connect(stage, { answer: somebody });
  await claim(client, [ISSUE]);
  folder = await worktreeOf(client, ISSUE);
});
afterAll(async () => {
  await client?.close();
  await stage?.close();
});
afterEach(async () => {
  answer = APPROVE;
  meanwhile = () => {};
  await git('reset', '--quiet', '--hard', 'HEAD');
  await git('clean', '--quiet', '--force', '-d', '-x');
});

const CONFIG = `sentry:
  organization: pitstop
github:
  repository: pitstop/race-day
  base: main
checks: []
policy:
  protected: [src/orders]
  max_files: 4
  max_lines: 60
`;

const git = (...args: string[]) => stage.git('-C', folder, ...args);
const verify = () => works(client, 'fix_verify', { issue: ISSUE, no_test_reason: NO_TEST });
const refused = async (tool = 'fix_verify'): Promise<{ message: string; hint: string }> => {
  const args = {
    fix_verify: { no_test_reason: NO_TEST },
    fix_commit: { files: ['src/one.mjs', 'Dockerfile'], ...WORDS },
    fix_approve: {},
  }[tool];
  return fails(client, tool, { issue: ISSUE, ...args }, 'refused');
};
const approve = () => works(client, 'fix_approve', { issue: ISSUE });
const TEST_FILE = 'test/lap-board.test.mjs';
const token = `ghp_${'aB3dE6gH9j'.repeat(4).slice(0, 36)}`;

describe('what a fix may not do, each refused before anything runs', () => {
  test.each<[string, RegExp, () => Promise<unknown>]>([
    [
      'protected path',
      /protected-path: \.github\/workflows\/ci\.yml/,
      () => writeAll(folder, { '.github/workflows/ci.yml': 'x\n' }),
    ],
    [
      'path of pitcrew.yml',
      /protected-path: src\/orders\/pricing\.mjs/,
      () => writeAll(folder, { 'src/orders/pricing.mjs': 'x\n' }),
    ],
    [
      'its own rules',
      /protected-path: pitcrew\.yml/,
      () => writeAll(folder, { 'pitcrew.yml': 'policy: { max_files: 900 }\n' }),
    ],
    [
      'moved away',
      /protected-path: src\/orders\/pricing\.mjs/,
      () => git('mv', 'src/orders/pricing.mjs', 'src/pricing.mjs'),
    ],
    [
      'files',
      /too-many-files: 5 files change; at most 4 may/,
      () => writeAll(folder, Object.fromEntries([1, 2, 3, 4, 5].map((one) => [`src/new-${one}.mjs`, 'x\n']))),
    ],
    [
      'lines',
      /too-many-lines: 61 lines change; at most 60 may/,
      () => writeAll(folder, { 'src/new.mjs': 'x\n'.repeat(61) }),
    ],
    [
      'binary',
      /binary-file: logo\.png/,
      () => writeFile(join(folder, 'logo.png'), Buffer.from([0x89, 0x50, 0, 1])),
    ],
    [
      'not UTF-8',
      /not-utf8: src\/new\.mjs/,
      () => writeFile(join(folder, 'src/new.mjs'), Buffer.from([0x63, 0xe9, 0x0a])),
    ],
    [
      'link',
      /symbolic-link: README-2\.md is a symbolic link/,
      () => symlink('README.md', join(folder, 'README-2.md')),
    ],
    [
      'file becomes a link',
      /symbolic-link: README\.md becomes a symbolic link/,
      async () => {
        await rm(join(folder, 'README.md'));
        await symlink('package.json', join(folder, 'README.md'));
      },
    ],
    ['mode', /mode-change: README\.md becomes executable/, () => chmod(join(folder, 'README.md'), 0o755)],
    ['deleted test', /test-removed: The test "/, () => rm(join(folder, TEST_FILE))],
    [
      'skipped test, staged',
      /test-skipped: test\/lap-board\.test\.mjs gains `test\.skip`/,
      async () => {
        const path = join(folder, TEST_FILE);
        await writeFile(path, (await readText(path)).replace(/\btest\(/, 'test.skip('));
        await git('add', TEST_FILE);
      },
    ],
    [
      'silenced check',
      /check-silenced: src\/new\.mjs gains/,
      () => writeAll(folder, { 'src/new.mjs': '// eslint-disable\n' }),
    ],
    [
      'check configuration',
      /check-config: tsconfig\.json/,
      () => writeAll(folder, { 'tsconfig.json': '{}\n' }),
    ],
    [
      'ignored, but added by force',
      /protected-path: \.env is/,
      async () => {
        await writeAll(folder, { '.gitignore': '.env\n', '.env': 'A=1\n' });
        await git('add', '--force', '.env');
      },
    ],
    [
      'marked as text that needs no diff',
      /binary-file: data\.bin/,
      async () => {
        await mkdir(join(folder, 'd'), { recursive: true });
        await writeFile(join(folder, 'data.bin'), Buffer.from([0, 1, 2]));
      },
    ],
  ])('%s', async (_name, sentence, edit) => {
    await edit();
    const failure = await refused();
    expect(failure.message).toMatch(sentence);
    expect(failure.message).not.toContain('never:');
    expect(failure.hint).toContain('fix_approve');
  });

  test.each<[string, RegExp, () => Promise<unknown>]>([
    [
      'secret',
      /never: secret: src\/new\.mjs gains/,
      () => writeAll(folder, { 'src/new.mjs': `export const t = '${token}';\n` }),
    ],
    [
      'hidden characters',
      /never: hidden-characters: src\/new\.mjs/,
      () => writeAll(folder, { 'src/new.mjs': 'const a = "\u202e";\n' }),
    ],
    ['link that leaves', /never: symbolic-link: out/, () => symlink('/etc', join(folder, 'out'))],
    [
      'case',
      /never: case-collision: readme\.md and README\.md/,
      () => writeAll(folder, { 'readme.md': 'x\n' }),
    ],
    [
      'huge',
      /never: huge-file: src\/new\.mjs/,
      () => writeAll(folder, { 'src/new.mjs': 'x'.repeat(300_000) }),
    ],
    [
      'repository of its own',
      /never: submodule: lib|submodule/,
      async () => {
        await mkdir(join(folder, 'lib'));
        await stage.git('-C', join(folder, 'lib'), 'init', '--quiet');
        await stage.git(
          '-C',
          join(folder, 'lib'),
          '-c',
          'user.name=a',
          '-c',
          'user.email=a@b.invalid',
          'commit',
          '--quiet',
          '--allow-empty',
          '--message',
          'x',
        );
        await git('-c', 'advice.addEmbeddedRepo=false', 'add', 'lib');
      },
    ],
  ])('%s: nobody can approve it, and nobody is asked', async (_name, sentence, edit) => {
    await edit();
    const before = asked.length;
    const failure = await refused();
    expect(failure.message).toMatch(sentence);
    expect(failure.message).not.toContain(token);
    expect(failure.hint).toContain('nobody can approve it');
    expect((await refused('fix_approve')).message).toMatch(sentence);
    expect(asked.length).toBe(before);
    await rm(join(folder, 'lib'), { recursive: true, force: true });
  });
});

describe('approval', () => {
  const unusual = () => writeAll(folder, { Dockerfile: 'FROM scratch\n', 'src/one.mjs': 'one\n' });

  test('a change that needs none asks nobody', async () => {
    await writeAll(folder, { 'src/one.mjs': 'one\n' });
    const before = asked.length;
    expect((await approve()).text).toContain('no approval is needed');
    expect(asked.length).toBe(before);
  });

  test.each<[string, ElicitResult, RegExp]>([
    [
      'declines',
      { action: 'decline' },
      /^The person did not approve the change(, or the client answered in their place)?\.$/,
    ],
    ['closes the question', { action: 'cancel' }, /closed the question: nothing is approved/],
    ['says something else', { action: 'accept', content: { approval: 'do not approve' } }, /did not approve/],
    ['says nothing', { action: 'accept', content: { approval: '' } }, /did not approve/],
  ])('a person who %s: refused, nothing recorded', async (_name, given, sentence) => {
    await unusual();
    answer = given;
    expect((await refused('fix_approve')).message).toMatch(sentence);
    expect((await refused()).message).toMatch(/protected-path: Dockerfile/);
  });

  test('a file that changes while the person reads makes their answer void', async () => {
    await unusual();
    meanwhile = () => writeFileSync(join(folder, 'src/one.mjs'), 'swapped\n');
    expect((await refused('fix_approve')).message).toMatch(/Files changed while the person was asked/);
    expect((await refused()).message).not.toContain('void');
  });

  test('cannot be given by arguments, nor where nobody can be asked', async () => {
    await unusual();
    for (const args of [
      { approval: 'approve' },
      { approved: true },
      { by: 'person' },
      { tree: 'a'.repeat(40) },
    ]) {
      const failure = await fails(client, 'fix_approve', { issue: ISSUE, ...args }, 'input');
      expect(failure.message).toContain('fix_approve cannot use these arguments');
      await fails(client, 'fix_verify', { issue: ISSUE, no_test_reason: NO_TEST, ...args }, 'input');
    }
    expect((await refused()).message).toMatch(/protected-path: Dockerfile/);
  });

  test('the person sees files, findings and the tree; a later edit voids it; the commit is of that very tree', async () => {
    await unusual();
    const approved = await approve();
    const { tree, baseTree } = approved.data.approval;
    expect(asked.at(-1)).toContain('protected-path: Dockerfile is the recipe');
    expect(asked.at(-1)).toMatch(/added Dockerfile \+1 -0/);
    expect(asked.at(-1)).toContain(`Tree ${tree}`);
    expect(approved.data.approval).toMatchObject({ by: 'person', how: 'elicitation', baseTree });

    await writeAll(folder, { 'src/one.mjs': 'two\n' });
    const voided = await refused();
    expect(voided.message).toMatch(/they changed, so it is void/);
    await writeAll(folder, { 'src/one.mjs': 'one\n' });
    await verify();

    // The model swaps the file after the proof: the tree is another one, and the rules are asked again.
    await writeAll(folder, { Dockerfile: 'FROM evil\n' });
    expect((await refused('fix_commit')).message).toContain('These files are not what was proven');
    await writeAll(folder, { Dockerfile: 'FROM scratch\n' });
    const made = await works(client, 'fix_commit', {
      issue: ISSUE,
      files: ['src/one.mjs', 'Dockerfile'],
      ...WORDS,
    });
    expect(made.data.tree).toBe(tree);
    const pull = await works(client, 'github_create_draft_pr', {
      issue: ISSUE,
      summary: 'The image needs a newer base.',
    });
    expect(pull.isError).toBe(false);
    const body = await readText(join(stage.repository, '.pitcrew/pull-requests/sentry-race-day-1.md'));
    expect(body).toContain('## Approved by a person');
    expect(body).toContain('protected-path: Dockerfile is the recipe');
  });

  test('a second change on top is judged as a whole, and the old approval is void', async () => {
    await writeAll(folder, { 'src/one.mjs': 'three\n' });
    expect((await refused()).message).toMatch(/protected-path: Dockerfile[\s\S]*so it is void/);
  });
});

test('in Claude Code the question has the four lines that its dialog shows: size, worst finding, other rules, a look', async () => {
  await stage.crash(crashIn('src/four.mjs'));
  const issue = await newestIssue(client);
  await select(client, [issue]);
  const shown: string[] = [];
  const answer = (message: string): ElicitResult => {
    shown.push(message);
    return { action: 'accept', content: { approval: 'yes' } };
  };
  const env = { CLAUDE_CODE_ENTRYPOINT: 'cli', CLAUDE_CONFIG_DIR: join(stage.folder, 'no-settings') };
  const code = await connect(stage, { name: 'claude-code', answer, env });
  try {
    await works(code, 'ledger_register', { issues: [issue], paths: [] });
    await writeAll(await worktreeOf(code, issue), {
      Dockerfile: 'FROM scratch\n',
      'src/orders/pricing.mjs': 'x\n',
      'src/new.mjs': 'x\n'.repeat(61),
    });
    const failure = await fails(code, 'fix_approve', { issue }, 'refused');
    expect(failure.message).toContain('they typed something other than `approve`');
    const [size, worst, others, look, ...rest] = shown[0]?.split('\n') ?? [];
    expect(size).toMatch(/^Allow this unusual fix of RACE-DAY-\d+\? 3 files, \+63 -\d+\.$/);
    expect(worst).toMatch(/^- /);
    expect(others).toBe('- and 2 more: too-many-lines, protected-path');
    expect(look).toMatch(/^All of it: git diff \w{12} \w{12}$/);
    expect(rest).toEqual([]);
  } finally {
    await code.close();
  }
});

test.each([
  ['a client that cannot ask', undefined, {}, ' (this client shows no questions of a server)'],
  [
    'a client that answers by itself',
    somebody,
    { env: { CLAUDE_CODE_ENTRYPOINT: 'sdk-cli' } },
    ' (the client runs without a person before it (sdk-cli))',
  ],
  [
    'Codex that declines by itself',
    (): ElicitResult => ({ action: 'decline' }),
    { name: 'codex-mcp-client' },
    ' (Codex is set to ask nobody)',
  ],
])('%s: nothing is approved', async (name, by, how, why) => {
  await stage.crash(crashIn(`src/${name.length}.mjs`));
  const issue = await newestIssue(client);
  await select(client, [issue]);
  const alone = await connect(stage, { ...how, ...(by ? { answer: by } : {}) });
  try {
    await works(alone, 'ledger_register', { issues: [issue], paths: [] });
    await writeAll(await worktreeOf(alone, issue), { Dockerfile: 'FROM scratch\n' });
    const before = asked.length;
    const failure = await fails(alone, 'fix_approve', { issue }, 'refused');
    expect(failure.message).toBe(`There is nobody to ask here${why}, so nothing is approved.`);
    expect(asked.length).toBe(before);
    await fails(alone, 'fix_verify', { issue, no_test_reason: NO_TEST }, 'refused');
  } finally {
    await alone.close();
  }
});

describe('a command of the person, for a client without dialogs', () => {
  let mute: TestClient;
  let issue: string;
  beforeAll(async () => {
    await stage.crash(crashIn('src/five.mjs'));
    issue = await newestIssue(client);
    await select(client, [issue]);
    mute = await connect(stage);
    await works(mute, 'ledger_register', { issues: [issue], paths: [] });
    await writeAll(await worktreeOf(mute, issue), { Dockerfile: 'FROM scratch\n' });
  });
  afterAll(() => mute?.close());

  test('that is not in a terminal approves nothing', async () => {
    const done = await cli(stage, ['fix-approve', issue]);
    expect(done.code).toBe(3);
    expect(done.stderr).toContain(
      'There is nobody to ask here (this is no terminal), so nothing is approved.',
    );
  });

  test.skipIf(!canOpenTerminal)('in a terminal of theirs allows the change of that session', async () => {
    const done = await inTerminalOfItsOwn([process.execPath, PROGRAM, 'fix-approve', issue], {
      cwd: stage.repository,
      env: stage.env,
      answers: [['Approval (', 'approve']],
    });
    expect(done.shown).toMatch(/All of it: git diff \w{12} \w{12}/);
    expect(done.shown).toContain(`The person approved this change of ${issue}`);
    expect(done.code).toBe(0);
    const proof = await works(mute, 'fix_verify', { issue, no_test_reason: NO_TEST });
    expect(proof.data.proof.approved).toEqual([expect.stringContaining('protected-path: Dockerfile')]);
  });

  test('needs a session that holds the issue', async () => {
    await works(mute, 'ledger_complete', { issue });
    const done = await cli(stage, ['fix-approve', issue]);
    expect(done.code).toBe(3);
    expect(done.stderr).toContain(`${issue} is not claimed`);
  });
});
