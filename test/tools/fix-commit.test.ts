import { chmod, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { masked } from '../support/masked.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { proveAndCommit, writeAll } from '../support/small-fix.ts';
import { openStage, type Stage } from '../support/stage.ts';
import {
  claim,
  fails,
  NO_TEST,
  newestIssue,
  person,
  select,
  WORDS,
  works,
  worktreeOf,
} from '../support/steps.ts';

interface Verified {
  issue: string;
  folder: string;
}

/** What stands in the worktrees that are verified before the tests begin, side by side: it is the slow part. */
const TEXTS = {
  odd: { 'app/[id].mjs': 'x\n' },
  lasting: { 'src/lasting.mjs': 'x\n', 'src/second.mjs': 'x\n' },
  shared: { 'src/shared/deep/x.mjs': 'x\n' },
  killed: { 'src/killed.mjs': 'x\n' },
  sneaked: { 'src/sneaked.mjs': 'x\n' },
  held: { 'src/held/x.mjs': 'x\n' },
  who: { 'src/who.mjs': 'x\n' },
};
const ready: Record<string, Verified> = {};

let stage: Stage;
let client: TestClient;
let crashes = 0;

beforeAll(async () => {
  stage = await openStage();
  client = await connect(stage, { name: 'first-crew', answer: person().answer });
  const issues: string[] = [];
  for (const _ of Object.keys(TEXTS)) issues.push(await crashed());
  await claim(client, issues);
  const making = Object.entries(TEXTS).map(async ([name, texts], at) => {
    const issue = issues[at] ?? '';
    ready[name] = { issue, folder: await worktreeOf(client, issue) };
    await writeAll(ready[name].folder, texts);
    await works(client, 'fix_verify', { issue, no_test_reason: NO_TEST });
  });
  await Promise.all(making);
});
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

/** A new crash. Answers its short id. */
async function crashed(): Promise<string> {
  crashes += 1;
  await stage.crash(crashIn(`src/file-${crashes}.mjs`));
  return newestIssue(client);
}

/** A new issue, claimed. */
async function claimedIssue(): Promise<string> {
  const issue = await crashed();
  await claim(client, [issue]);
  return issue;
}

const verified = (name: keyof typeof TEXTS): Verified => ready[name] ?? { issue: '', folder: '' };

const commit = (issue: string, files: string[], args: Record<string, unknown> = {}) =>
  works(client, 'fix_commit', { issue, files, ...WORDS, ...args });
const failure = (issue: string, files: string[], kind: 'refused' | 'input' = 'refused') =>
  fails(client, 'fix_commit', { issue, files, ...WORDS }, kind);
const head = (folder: string): Promise<string> => stage.git('-C', folder, 'rev-parse', 'HEAD');
const claimed = async (issue: string): Promise<string[]> => {
  const { data } = await works(client, 'ledger_status');
  const run = data.active.find((one: { incidents: string[] }) =>
    one.incidents.includes(`sentry:pitstop/${issue}`),
  );
  return run.paths.map((path: { glob: string }) => path.glob);
};

describe('a commit', () => {
  let issue: string;
  let folder: string;
  let sha: string;

  test('the whole answer and the data', async () => {
    issue = await claimedIssue();
    folder = await worktreeOf(client, issue);
    await writeAll(folder, { 'src/one.mjs': '1\n', 'README.md': 'changed\n' });
    await rm(join(folder, 'src/radio/beacon.mjs'));
    await works(client, 'fix_verify', { issue, no_test_reason: NO_TEST });
    const files = ['src/one.mjs', 'README.md', 'src/radio/beacon.mjs'];
    const answer = await commit(issue, files);
    sha = answer.data.sha;
    expect(masked(answer.text, stage)).toMatchInlineSnapshot(`
      "Committed <short-sha> on fix/sentry-race-day-8: fix(sentry): RACE-DAY-8 TypeError: src/file-8.mjs is broken
      - modified README.md
      - added src/one.mjs
      - deleted src/radio/beacon.mjs
      Next: github_create_draft_pr."
    `);
    expect(answer.data).toEqual({
      issue,
      sha: await head(folder),
      tree: await stage.git('rev-parse', `${sha}^{tree}`),
      branch: `fix/sentry-${issue.toLowerCase()}`,
      files: ['README.md', 'src/one.mjs', 'src/radio/beacon.mjs'],
      subject: `fix(sentry): ${issue} TypeError: src/file-${crashes}.mjs is broken`,
      already: false,
    });
  });

  test('the message, from one template', async () => {
    const message = await stage.git('show', '--no-patch', '--format=%B', sha);
    expect(masked(message, stage)).toMatchInlineSnapshot(`
      "fix(sentry): RACE-DAY-8 TypeError: src/file-8.mjs is broken

      Root cause: A new team has no contract yet.

      Fix: Such a team gets no contract discount.

      Proof: unproven. Needs the timing hardware of the pit wall.
      Sentry: RACE-DAY-8 <sandbox>/organizations/pitstop/issues/8/"
    `);
  });

  test('exactly one commit on its own branch; nothing staged, the main checkout untouched', async () => {
    expect(await stage.git('rev-parse', `${sha}^`)).toBe(await stage.git('rev-parse', 'main'));
    expect(await stage.git('-C', folder, 'status', '--porcelain')).toBe('');
    expect(await stage.git('status', '--porcelain')).toBe('');
    expect(await stage.git('rev-parse', '--abbrev-ref', 'HEAD')).toBe('main');
  });

  test('its files have joined the claim', async () => {
    expect((await claimed(issue)).sort()).toEqual(['README.md', 'src/one.mjs', 'src/radio/beacon.mjs']);
  });

  test('again: it is there already, and no second one is made', async () => {
    const again = await commit(issue, ['src/one.mjs'], { subject: 'in other words' });
    expect(again.text).toMatch(/^Already committed [0-9a-f]{12} on fix\/sentry-race-day-/);
    expect(again.data).toMatchObject({ sha, already: true });
    expect(await head(folder)).toBe(sha);
  });

  test('a second, later fix of the same issue is a commit on top', async () => {
    await writeFile(join(folder, 'src/one.mjs'), '2\n');
    const early = await failure(issue, ['src/one.mjs']);
    expect(early.message).toContain('These files are not what was proven');
    await works(client, 'fix_verify', { issue, no_test_reason: NO_TEST });
    const next = await commit(issue, ['src/one.mjs'], { subject: 'second thoughts' });
    expect(next.data.subject).toBe(`fix(sentry): ${issue} second thoughts`);
    expect(await stage.git('rev-parse', `${next.data.sha}^`)).toBe(sha);
  });

  test('files named with the worktree in front, or with ./', async () => {
    const named = await claimedIssue();
    const worktree = await worktreeOf(client, named);
    await writeAll(worktree, { 'src/named.mjs': '1\n', 'src/dotted.mjs': '1\n' });
    await works(client, 'fix_verify', { issue: named, no_test_reason: NO_TEST });
    const { data } = await commit(named, [join(worktree, 'src/named.mjs'), './src/dotted.mjs']);
    expect(data.files).toEqual(['src/dotted.mjs', 'src/named.mjs']);
    expect((await claimed(named)).sort()).toEqual(['src/dotted.mjs', 'src/named.mjs']);
  });

  describe('of odd words and names', () => {
    let odd: { sha: string; files: string[] };

    test('hooks of the repository do not run, and are not needed', async () => {
      const hook = join(stage.repository, '.git/hooks/pre-commit');
      await writeFile(hook, '#!/bin/sh\nexit 1\n');
      await chmod(hook, 0o755);
      const made = await commit(verified('odd').issue, ['app/[id].mjs'], {
        root_cause: 'Fixes #12 and closes RACE-DAY-1, says @mira-lindqvist.',
        subject: 'resolves #3\nSigned-off-by: nobody',
      });
      await rm(hook);
      odd = made.data;
    });

    test('what would close issues or call people is defused in the message', async () => {
      const message = await stage.git('show', '--no-patch', '--format=%B', odd.sha);
      expect(message).not.toMatch(/(fixes|closes|resolves) (#|RACE)/i);
      expect(message).not.toContain('@mira');
      expect(message.split('\n')[0]).toContain('Signed-off-by');
    });

    test('a name that looks like a pattern is one file, and claimed as one', async () => {
      expect(odd.files).toEqual(['app/[id].mjs']);
      expect(await claimed(verified('odd').issue)).toHaveLength(1);
    });
  });
});

describe('steps that are missing', () => {
  test('a worktree, then a proof', async () => {
    const issue = await crashed();
    await select(client, [issue]);
    expect((await failure(issue, ['a'])).message).toBe(`${issue} is not claimed by this session.`);
    await works(client, 'ledger_register', { issues: [issue], paths: [] });
    expect(await failure(issue, ['a'])).toMatchObject({
      message: `${issue} has no worktree yet.`,
      hint: 'Make one with worktree_create.',
    });
    await worktreeOf(client, issue);
    expect(await failure(issue, ['a'])).toMatchObject({
      message: `${issue} is not verified yet.`,
      hint: 'Run fix_verify with a test that fails before the fix and passes after it.',
    });
  });
});

describe('what is not declared, not proven, or not there', () => {
  test('a changed file that is not declared', async () => {
    const { issue, folder } = verified('lasting');
    const before = await head(folder);
    const refused = await failure(issue, ['src/lasting.mjs']);
    expect(refused.message).toBe(
      'The worktree holds changes in files that are not declared: src/second.mjs.',
    );
    expect(refused.hint).toBe(
      'Add them to `files` if they belong to this fix; otherwise undo them in the worktree and run fix_verify again.',
    );
    expect(await head(folder)).toBe(before);
  });

  test.each([
    ['src', 'input', /^src is a folder\./],
    ['src/*.mjs', 'input', /^There is no file src\/\*\.mjs, neither here nor in the last commit\./],
    ['src/nothing.mjs', 'input', /^There is no file src\/nothing\.mjs/],
    ['../outside.mjs', 'input', /leads out of the repository|is not a path of a file in this checkout/],
    ['/etc/passwd', 'input', /is absolute|is not a path of a file in this checkout/],
    ['src/./lasting.mjs', 'input', /is not a path of a file in this checkout/],
    ['.git/config', 'refused', /belongs to git itself/],
    ['.env', 'refused', /^\.env is ignored by git\./],
    ['README.md', 'refused', /^Declared, but not changed: README\.md\./],
    ['way-out', 'refused', /^way-out is a symbolic link that leaves the checkout\./],
  ] as const)('beside the fix: %s', async (path, kind, sentence) => {
    const { issue, folder } = verified('lasting');
    if (path === '.env') await writeFile(join(folder, path), 'SECRET=1\n');
    if (path === 'way-out') await symlink('/etc/passwd', join(folder, path));
    const before = await head(folder);
    const refused = await failure(issue, ['src/lasting.mjs', 'src/second.mjs', path], kind);
    if (path === 'way-out') await rm(join(folder, path));
    expect(refused.message).toMatch(sentence);
    expect(await head(folder)).toBe(before);
  });

  test('a refused commit leaves the claim as it was', async () => {
    const { issue } = verified('lasting');
    await works(client, 'ledger_update', { issue, drop: await claimed(issue) });
    await failure(issue, ['src/lasting.mjs', 'src/second.mjs', 'src'], 'input');
    expect(await claimed(issue)).not.toContain('src');
  });

  test('a file that changed after the proof', async () => {
    const { issue, folder } = verified('lasting');
    await writeFile(join(folder, 'src/lasting.mjs'), 'y\n');
    const refused = await failure(issue, ['src/lasting.mjs', 'src/second.mjs']);
    expect(masked(`${refused.message}\n${refused.hint}`, stage)).toMatchInlineSnapshot(`
      "These files are not what was proven: something changed since, or other changes were there too.
      Prove the fix again with exactly these files changed, then commit."
    `);
  });

  test('arguments', async () => {
    const { issue } = verified('lasting');
    for (const [args, sentence] of [
      [{ files: [] }, /files: /],
      [{ root_cause: 'null' }, /root_cause: /],
      [{ fix: 'guard' }, /fix: /],
      [{ subject: 'x'.repeat(61) }, /subject: /],
      [{ amend: true }, /Unrecognized key: "amend"/],
    ] as const) {
      const wrong = { issue, files: ['src/lasting.mjs'], ...WORDS, ...args };
      expect((await fails(client, 'fix_commit', wrong, 'input')).message).toMatch(sentence);
    }
  });
});

describe('beside other sessions', () => {
  beforeAll(() => works(client, 'ledger_complete', { issue: verified('lasting').issue, status: 'aborted' }));

  test('a needed path that another session holds: refused until it is free', async () => {
    await stage.crash(crashIn('src/theirs.mjs'));
    const theirs = await newestIssue(client);
    const other = await connect(stage, { name: 'second-crew', answer: person().answer });
    await claim(other, [theirs], ['src/shared/**']);
    const { issue, folder } = verified('shared');
    const before = await head(folder);
    const refused = await failure(issue, ['src/shared/deep/x.mjs']);
    expect(masked(refused.message, stage)).toMatchInlineSnapshot(
      `"A file that this step needs is held. src/shared/deep/x.mjs (held as src/shared/**) is held by second-crew, pid <pid> on <host> since <time> (live)."`,
    );
    expect(refused.hint).not.toContain('Register again');
    expect(await head(folder)).toBe(before);
    await works(other, 'ledger_complete', {});
    await other.close();
    await commit(issue, ['src/shared/deep/x.mjs']);
    expect(await claimed(issue)).toEqual(['src/shared/deep/x.mjs']);
  });

  test('an issue that another session took over after this one died with it', async () => {
    const doomed = await connect(stage, { name: 'doomed', answer: person().answer });
    const issue = await crashed();
    await select(client, [issue]);
    await works(doomed, 'ledger_register', { issues: [issue], paths: [] });
    const folder = await worktreeOf(doomed, issue);
    await writeAll(folder, { 'src/left.mjs': 'x\n' });
    await works(doomed, 'fix_verify', { issue, no_test_reason: NO_TEST });
    process.kill(doomed.transport.pid ?? 0, 'SIGKILL');
    await doomed.close();
    await works(client, 'ledger_register', { issues: [issue], paths: [] });
    await worktreeOf(client, issue);
    const { data } = await commit(issue, ['src/left.mjs']);
    expect(data.files).toEqual(['src/left.mjs']);
  });
});

describe('a commit that was made, but not recorded', () => {
  const byHand = async (folder: string, message: string): Promise<string> => {
    await stage.git('-C', folder, 'add', '--all');
    await stage.git('-C', folder, 'commit', '--quiet', '--message', message);
    return head(folder);
  };
  /** What fix_commit writes, as a process would leave it that was killed before it told the ledger. */
  const messageOf = async (issue: string): Promise<string> => {
    const { data } = await works(client, 'sentry_list_issues', { issues: [issue], record: false });
    const [{ title, permalink }] = data.issues;
    return [
      `fix(sentry): ${issue} ${title}`,
      `Root cause: ${WORDS.root_cause}`,
      `Fix: ${WORDS.fix}`,
      `Proof: unproven. ${NO_TEST}\nSentry: ${issue} ${permalink}`,
    ].join('\n\n');
  };

  test('is adopted when it is what this very call would have made', async () => {
    const { issue, folder } = verified('killed');
    const sha = await byHand(folder, await messageOf(issue));
    const { data } = await commit(issue, ['src/killed.mjs']);
    expect(data).toMatchObject({ sha, already: true, files: ['src/killed.mjs'] });
    const offered = await works(client, 'github_create_draft_pr', { issue, summary: 'It works now.' });
    expect(offered.data.outcome).toBe('created');
  });

  test('is refused when it was made by hand, whatever it holds', async () => {
    const { issue, folder } = verified('sneaked');
    const sha = await byHand(folder, 'sneaked in');
    const refused = await failure(issue, ['src/sneaked.mjs']);
    expect(masked(`${refused.message}\n${refused.hint}`, stage)).toMatchInlineSnapshot(`
      "Branch fix/sentry-race-day-5 has commits that Pitcrew did not make (its tip is <short-sha>).
      Ask the person to look at them; the fix is committed on top of <short-sha>, and only by fix_commit."
    `);
    expect(await head(folder)).toBe(sha);
  });

  test('is not adopted past the claim of another session', async () => {
    await stage.crash(crashIn('src/held-theirs.mjs'));
    const theirs = await newestIssue(client);
    const other = await connect(stage, { name: 'second-crew', answer: person().answer });
    await claim(other, [theirs], ['src/held/**']);
    const { issue, folder } = verified('held');
    await byHand(folder, await messageOf(issue));
    const refused = await failure(issue, ['src/held/x.mjs']);
    await other.close();
    expect(refused.message).toContain('src/held/x.mjs (held as src/held/**) is held by second-crew');
  });

  test('is not adopted when another commit lies between it and the base', async () => {
    const issue = await claimedIssue();
    const folder = await worktreeOf(client, issue);
    await writeAll(folder, { 'src/between.mjs': 'x\n' });
    await byHand(folder, 'one of two');
    await writeAll(folder, { 'src/last.mjs': 'x\n' });
    await works(client, 'fix_verify', { issue, no_test_reason: NO_TEST });
    await byHand(folder, await messageOf(issue));
    const refused = await failure(issue, ['src/last.mjs']);
    expect(refused.message).toContain('has commits that Pitcrew did not make');
  });
});

test('without an identity git does not guess: refused before anything moves', async () => {
  const { issue, folder } = verified('who');
  const before = await head(folder);
  await stage.git('config', '--unset', 'user.name');
  await stage.git('config', '--unset', 'user.email');
  const refused = await failure(issue, ['src/who.mjs'], 'input');
  await stage.git('config', 'user.name', 'Test');
  await stage.git('config', 'user.email', 'test@example.invalid');
  expect(refused).toEqual({
    kind: 'input',
    message: 'git does not know who commits.',
    hint: 'Set it once: git config --global user.name "Your Name", and user.email the same way.',
  });
  expect(await head(folder)).toBe(before);
  await commit(issue, ['src/who.mjs']);
});

test('a proven fix says so in its message', async () => {
  const issue = await claimedIssue();
  const { sha } = await proveAndCommit(client, issue, `src/file-${crashes}.mjs`);
  expect(await stage.git('show', '--no-patch', '--format=%B', sha)).toMatch(
    /\nProof: proven\. The test fails without the fix \(it fails with the incident's own message\) and passes with it\.\n/,
  );
});

test('on the command line, for the session that holds it', async () => {
  const done = await cli(stage, [
    'fix-commit',
    'RACE-DAY-1',
    '--files',
    'a,b',
    ...['--root-cause', WORDS.root_cause, '--fix', WORDS.fix, '--json'],
  ]);
  expect(done.code).toBe(3);
  expect(done.data.error.message).toContain('RACE-DAY-1 is claimed by first-crew');
});
