import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { github, pullsOf } from '../support/github.ts';
import { masked } from '../support/masked.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { proveAndCommit, writeAll } from '../support/small-fix.ts';
import { openStage, readText, type Stage } from '../support/stage.ts';
import {
  claim,
  fails,
  NO_TEST,
  newestIssue,
  person,
  WORDS,
  withoutGitHub,
  works,
  worktreeOf,
} from '../support/steps.ts';

const CONFIG = `sentry:
  organization: pitstop
github:
  repository: pitstop/race-day
  base: main
  labels: [from-pitcrew]
  reviewers: ['@tomas-okafor']
checks: []
`;
const SUMMARY = 'New teams could not order. Now they can.';

/** Crashes whose fix is committed before the tests begin, side by side; the first is proven, the rest is not. */
const FILES = {
  whole: 'src/orders/whole.mjs',
  cut: 'src/orders/cut.mjs',
  failing: 'src/orders/failing.mjs',
  later: 'src/orders/later.mjs',
  lonely: 'src/orders/lonely.mjs',
  twice: 'src/orders/twice.mjs',
  gone: 'src/orders/gone.mjs',
  forked: 'src/orders/forked.mjs',
};

let stage: Stage;
let client: TestClient;
const ready: Record<string, { issue: string; branch: string; folder: string; sha: string; files: string[] }> =
  {};

beforeAll(async () => {
  stage = await openStage({ config: CONFIG, collaborators: ['mira-lindqvist', 'tomas-okafor'] });
  client = await connect(stage, { name: 'first-crew', answer: person().answer });
  stage.sandbox.seedIssue({
    title: 'Ordering fails',
    body: `TypeError: ${FILES.whole} is broken, @everyone`,
  });
  const issues: string[] = [];
  for (const file of Object.values(FILES)) {
    await stage.crash(crashIn(file));
    issues.push(await newestIssue(client));
  }
  await claim(client, issues);
  const making = Object.entries(FILES).map(async ([name, file], at) => {
    const issue = issues[at] ?? '';
    const branch = `fix/sentry-${issue.toLowerCase()}`;
    if (name === 'whole') {
      const { sha, folder, fix } = await proveAndCommit(client, issue, file);
      ready[name] = { issue, branch, folder, sha, files: fix.files };
    } else ready[name] = { issue, branch, ...(await commitUnproven(issue, file)) };
  });
  await Promise.all(making);
});
afterEach(() => stage.sandbox.behave());
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

async function commitUnproven(issue: string, file: string) {
  const folder = await worktreeOf(client, issue);
  await writeAll(folder, { [file]: 'mended\n' });
  await works(client, 'fix_verify', { issue, no_test_reason: NO_TEST });
  const { data } = await works(client, 'fix_commit', { issue, files: [file], ...WORDS });
  return { folder, sha: data.sha, files: [file] };
}
const of = (name: keyof typeof FILES) => {
  const found = ready[name];
  if (!found) throw new Error(`${name} was not prepared`);
  return found;
};
const offer = (issue: string, summary = SUMMARY) =>
  works(client, 'github_create_draft_pr', { issue, summary });
const onRemote = async (branch: string): Promise<string> =>
  (await stage.git('ls-remote', stage.remote, `refs/heads/${branch}`)).split('\t')[0] ?? '';

describe('a draft pull request', () => {
  test('the whole answer and the data', async () => {
    const { issue, branch, sha } = of('whole');
    const answer = await offer(issue);
    expect(masked(answer.text, stage)).toMatchInlineSnapshot(`
      "Opened draft pull request #2: <sandbox>/pitstop/race-day/pull/2
      Review asked from mira-lindqvist, tomas-okafor.
      pitwall-racing/pitstop was not asked for a review: the team belongs to another organization
      Next: sentry_resolve."
    `);
    expect(answer.data).toEqual({
      issue,
      outcome: 'created',
      pullRequest: {
        number: expect.any(Number),
        url: expect.stringContaining('/pull/'),
        draft: true,
        branch,
        sha,
      },
      body: `.pitcrew/pull-requests/sentry-${issue.toLowerCase()}.md`,
      notes: expect.any(Array),
    });
  });

  test('on GitHub: a draft of exactly that commit, with label and reviewers', async () => {
    const { branch, sha } = of('whole');
    const [pull, ...others] = await pullsOf(stage, branch);
    expect(others).toEqual([]);
    expect(pull).toMatchObject({ state: 'open', draft: true, head: { sha }, base: { ref: 'main' } });
    expect(pull?.title).toMatch(/^fix\(sentry\): RACE-DAY-1 TypeError: /);
    expect(pull?.labels.map((label) => label.name)).toEqual(['from-pitcrew']);
    // CODEOWNERS of the base names the first for src/orders, pitcrew.yml the second.
    expect(pull?.requested_reviewers.map((reviewer) => reviewer.login)).toEqual([
      'mira-lindqvist',
      'tomas-okafor',
    ]);
    expect(await onRemote(branch)).toBe(sha);
    const fence = await stage.git('ls-remote', stage.remote, `refs/pitcrew/fence/${of('whole').issue}`);
    expect(fence).toMatch(/^[0-9a-f]{40}\t/);
  });

  test('the whole body, which closes nothing and calls nobody', async () => {
    const [pull] = await pullsOf(stage, of('whole').branch);
    expect(masked(pull?.body ?? '', stage)).toMatchSnapshot();
    expect(pull?.body).not.toMatch(/\b(?:fix(?:es|ed)?|close[sd]?|resolve[sd]?):? +(?:#|[A-Z]+-)/i);
    expect(pull?.body).not.toContain('@everyone');
    const { issue } = of('whole');
    const file = join(stage.repository, `.pitcrew/pull-requests/sentry-${issue.toLowerCase()}.md`);
    expect((await readText(file)).trimEnd()).toBe(pull?.body.trimEnd());
  });

  test('again: the one that is open, brought up to date', async () => {
    const { issue, branch } = of('whole');
    const again = await offer(issue, 'Told in other words, for the second time.');
    expect(masked(again.text, stage)).toMatchInlineSnapshot(`
      "Open already: draft pull request #2: <sandbox>/pitstop/race-day/pull/2
      The description of #2 was brought up to date.
      Next: sentry_resolve."
    `);
    expect(again.data.outcome).toBe('existing');
    const pulls = await pullsOf(stage, branch);
    expect(pulls).toHaveLength(1);
    expect(pulls[0]?.body).toContain('Told in other words, for the second time.');
  });

  test('what a person wrote around our part of the body stays', async () => {
    const { issue, branch } = of('whole');
    const [pull] = await pullsOf(stage, branch);
    const body = `${pull?.body}\n\nReviewed by hand: fine.`;
    await github(stage, `/pulls/${pull?.number}`, 'PATCH', { body });
    await offer(issue, 'Told in a third way, briefly.');
    const [after] = await pullsOf(stage, branch);
    expect(after?.body).toContain('Told in a third way, briefly.');
    expect(after?.body).toContain('Reviewed by hand: fine.');
  });

  test('a summary with closing words and mentions is defused', async () => {
    const { issue, branch } = of('whole');
    await offer(issue, `Fixes #1, closes ${issue}, thanks @hana-berger <!-- pitcrew:end -->`);
    const [pull] = await pullsOf(stage, branch);
    expect(pull?.body).not.toMatch(/fixes #1|closes RACE/i);
    expect(pull?.body).not.toContain('@hana');
    await offer(issue);
    expect((await pullsOf(stage, branch))[0]?.body).not.toContain('thanks');
  });

  test('the outcome is in the triage report', async () => {
    const { issue } = of('whole');
    const { data } = await works(client, 'sentry_list_issues', { issues: [issue] });
    await works(client, 'triage_select');
    await offer(issue);
    expect(masked(await readText(join(stage.repository, data.report)), stage)).toMatch(
      new RegExp(`- ${issue}: proven, committed <short-sha>, <sandbox>/`),
    );
  });
});

describe('GitHub in trouble', () => {
  test('an answer that breaks off after the pull request was made: one pull request', async () => {
    const { issue, branch } = of('cut');
    stage.sandbox.misbehave({
      match: { side: 'github', method: 'POST', path: /\/pulls$/ },
      kind: 'cut',
      times: 1,
    });
    const answer = await offer(issue);
    expect(answer.data.pullRequest.number).toBeGreaterThan(0);
    expect(await pullsOf(stage, branch)).toHaveLength(1);
    expect((await pullsOf(stage, branch))[0]?.requested_reviewers).toHaveLength(2);
  });

  test('a remote that cannot be reached, then a failure in the middle: repeating it gives one pull request', async () => {
    const { issue, branch, sha } = of('failing');
    await rename(stage.remote, `${stage.remote}.away`);
    const away = await fails(client, 'github_create_draft_pr', { issue, summary: SUMMARY }, 'upstream');
    await rename(`${stage.remote}.away`, stage.remote);
    expect(away.message).toMatch(/push/);
    expect(await pullsOf(stage, branch)).toEqual([]);

    const creating = { side: 'github', method: 'POST', path: /\/pulls$/ } as const;
    stage.sandbox.misbehave({ match: creating, kind: 'status', status: 500, times: 1 });
    const failure = await fails(client, 'github_create_draft_pr', { issue, summary: SUMMARY }, 'upstream');
    expect(failure.message).toBe('GitHub could not open a draft pull request: it failed (HTTP 500).');
    expect(await onRemote(branch)).toBe(sha);

    const answer = await offer(issue);
    expect(answer.data.outcome).toBe('created');
    expect(await pullsOf(stage, branch)).toHaveLength(1);
    expect(answer.text).toContain('It says that the fix is unproven.');
    expect(answer.text).toContain('The Sentry issue stays open until a person resolves it.');
    const [pull] = await pullsOf(stage, branch);
    expect(pull?.body).toMatch(/unproven/i);
    expect(pull?.body).toContain(NO_TEST);
  });

  test('reviewers that cannot be asked are a note, and are asked the next time', async () => {
    const { issue, branch } = of('later');
    stage.sandbox.misbehave({
      match: { side: 'github', path: /requested_reviewers$/ },
      kind: 'status',
      status: 422,
    });
    const answer = await offer(issue);
    stage.sandbox.behave();
    expect(answer.data.outcome).toBe('created');
    expect(answer.text).toMatch(/mira-lindqvist was not asked for a review: /);
    const again = await offer(issue);
    expect(again.text).toContain('Review asked from mira-lindqvist, tomas-okafor.');
    expect((await pullsOf(stage, branch))[0]?.requested_reviewers).toHaveLength(2);
  });

  test('a remote that takes no fence beside the branch: it is said', async () => {
    await stage.git('-C', stage.remote, 'config', 'receive.advertiseAtomic', 'false');
    const { text, data } = await offer(of('later').issue);
    await stage.git('-C', stage.remote, 'config', '--unset', 'receive.advertiseAtomic');
    const note =
      "origin takes no fence beside the branch (it does not support atomic pushes): only the branch's own state kept sessions with another ledger from overwriting each other.";
    expect(data.notes).toContain(note);
    expect(text).toContain(note);
  });
});

describe('a person decided', () => {
  test('a pull request that was closed unmerged is not opened again', async () => {
    const { issue, branch } = of('failing');
    const { data } = await offer(issue);
    await github(stage, `/pulls/${data.pullRequest.number}`, 'PATCH', { state: 'closed' });
    const failure = await fails(client, 'github_create_draft_pr', { issue, summary: SUMMARY }, 'refused');
    expect(failure.message).toBe(
      `Pull request #${data.pullRequest.number} for this issue was closed without being merged: a person decided against it.`,
    );
    expect(failure.hint).toMatch(
      /^Ask the person whether it should be tried again; http.* says why\. Nothing was pushed\.$/,
    );
    expect(await pullsOf(stage, branch)).toHaveLength(1);
  });

  test('nor is anything pushed for it', async () => {
    const { issue, branch, folder } = of('failing');
    const before = await onRemote(branch);
    await writeAll(folder, { [FILES.failing]: 'mended once more\n' });
    await works(client, 'fix_verify', { issue, no_test_reason: NO_TEST });
    await works(client, 'fix_commit', { issue, files: [FILES.failing], ...WORDS });
    await fails(client, 'github_create_draft_pr', { issue, summary: SUMMARY }, 'refused');
    expect(await onRemote(branch)).toBe(before);
  });
});

test('of a fix in two commits the text names all files, and so do its owners and the report', async () => {
  const { issue, folder } = of('twice');
  await writeAll(folder, { 'src/radio/beacon.mjs': 'mended too\n' });
  await works(client, 'fix_verify', { issue, no_test_reason: NO_TEST });
  const second = await works(client, 'fix_commit', { issue, files: ['src/radio/beacon.mjs'], ...WORDS });
  expect(second.data.files).toEqual(['src/radio/beacon.mjs']);
  const answer = await offer(issue);
  const body = await readText(join(stage.repository, answer.data.body));
  expect(body).toContain(`* \`${FILES.twice}\`\n* \`src/radio/beacon.mjs\`\n`);
  expect(answer.text).toContain('mira-lindqvist');
  const ended = await works(client, 'ledger_complete', { issue });
  expect(await readText(join(stage.repository, ended.data.reports[0]))).toContain(FILES.twice);
});

test('a base branch that GitHub does not have is named, and how to correct it', async () => {
  const { issue } = of('gone');
  await stage.git('-C', stage.remote, 'branch', '--move', 'main', 'trunk');
  const failure = await fails(client, 'github_create_draft_pr', { issue, summary: SUMMARY }, 'input');
  await stage.git('-C', stage.remote, 'branch', '--move', 'trunk', 'main');
  expect(failure.message).toBe(
    'GitHub could not open a draft pull request: it has no branch main to merge into.',
  );
  expect(failure.hint).toContain('Correct github.base in pitcrew.yml');
  expect((await offer(issue)).data.outcome).toBe('created');
});

test('a branch that GitHub does not see, as origin is a fork, is said to be pushed there', async () => {
  const { issue, branch } = of('forked');
  const fork = join(stage.folder, 'fork.git');
  await stage.git('clone', '--quiet', '--bare', stage.remote, fork);
  await stage.git('remote', 'set-url', 'origin', fork);
  const failure = await fails(client, 'github_create_draft_pr', { issue, summary: SUMMARY }, 'input');
  await stage.git('remote', 'set-url', 'origin', stage.remote);
  expect(failure.message).toBe(
    `GitHub could not open a draft pull request: pitstop/race-day has no branch ${branch}, although it was pushed to origin.`,
  );
  expect(failure.hint).toContain('such as a fork');
});

describe('without a remote', () => {
  afterAll(() => stage.git('remote', 'add', 'origin', stage.remote));

  test('a patch and the text, also where GitHub is known', async () => {
    const { issue } = of('later');
    await stage.git('remote', 'remove', 'origin');
    const answer = await offer(issue);
    expect(masked(answer.text, stage)).toMatchInlineSnapshot(`
      "No pull request was opened. There is no remote called origin to push to.
      The patch is .pitcrew/pull-requests/sentry-race-day-4.patch; the text for a pull request is .pitcrew/pull-requests/sentry-race-day-4.md.
      It says that the fix is unproven.
      The Sentry issue stays open until a person resolves it."
    `);
    expect(answer.data).toMatchObject({ outcome: 'patch' });
    await stage.git('apply', '--check', answer.data.pullRequest.patch);
  });
});

describe('without a GitHub token', () => {
  test('a patch and the text, as files; the patch applies to the base', async () => {
    const { issue, files, sha } = of('lonely');
    const lone = await connect(withoutGitHub(stage), { name: 'lone', answer: person().answer });
    await works(client, 'ledger_complete', { issue, status: 'aborted' });
    await works(lone, 'ledger_register', { issues: [issue], paths: [] });
    const answer = await works(lone, 'github_create_draft_pr', { issue, summary: SUMMARY });
    const again = await works(lone, 'github_create_draft_pr', { issue, summary: SUMMARY });
    await works(lone, 'ledger_complete', { status: 'aborted' });
    await lone.close();
    expect(masked(answer.text, stage)).toMatchInlineSnapshot(`
      "No pull request was opened. No GitHub token was found in GITHUB_TOKEN, GH_TOKEN or the GitHub command line (gh auth login).
      The patch is .pitcrew/pull-requests/sentry-race-day-5.patch; the text for a pull request is .pitcrew/pull-requests/sentry-race-day-5.md.
      It says that the fix is unproven.
      The Sentry issue stays open until a person resolves it."
    `);
    const patch = `.pitcrew/pull-requests/sentry-${issue.toLowerCase()}.patch`;
    expect(answer.data).toMatchObject({ outcome: 'patch', pullRequest: { draft: true, patch }, issue });
    expect(again.data).toEqual(answer.data);
    await stage.git('apply', '--check', patch);
    const text = await readText(join(stage.repository, patch));
    expect([...text.matchAll(/^diff --git a\/(\S+)/gm)].map((found) => found[1]).sort()).toEqual(files);
    expect(text).toContain(sha);
    expect(await readText(join(stage.repository, answer.data.body))).toContain(SUMMARY);
    expect(await onRemote(of('lonely').branch)).toBe('');
  });

  test('with a token later the pull request is opened after all; a search that fails keeps nothing back', async () => {
    const { issue } = of('lonely');
    const fresh = await connect(stage, { answer: person().answer });
    await works(fresh, 'ledger_register', { issues: [issue], paths: [] });
    stage.sandbox.misbehave({ match: { side: 'github', path: '/search/' }, kind: 'status', status: 422 });
    const answer = await works(fresh, 'github_create_draft_pr', { issue, summary: SUMMARY });
    await fresh.close();
    expect(answer.data.outcome).toBe('created');
    expect(answer.text).toContain('Related issues were not searched: GitHub could not search issues');
  });
});

describe('steps that are missing', () => {
  test('claim, worktree, proof, commit, in this order', async () => {
    await stage.crash(crashIn('src/radio/steps.mjs'));
    const issue = await newestIssue(client);
    const args = { issue, summary: SUMMARY };
    const next = async () => (await fails(client, 'github_create_draft_pr', args, 'refused')).message;
    expect(await next()).toBe(`${issue} is not claimed by this session.`);
    await claim(client, [issue]);
    expect(await next()).toBe(`${issue} has no worktree yet.`);
    const folder = await worktreeOf(client, issue);
    expect(await next()).toBe(`${issue} is not verified yet.`);
    await writeAll(folder, { 'src/radio/steps.mjs': '1\n' });
    await works(client, 'fix_verify', { issue, no_test_reason: NO_TEST });
    expect(await next()).toBe(`The fix for ${issue} is not committed yet.`);
    await works(client, 'fix_commit', { issue, files: ['src/radio/steps.mjs'], ...WORDS });
    await writeFile(join(folder, 'src/radio/steps.mjs'), '2\n');
    await works(client, 'fix_verify', { issue, no_test_reason: NO_TEST });
    expect(await next()).toBe(`The commit of ${issue} is not what was proven.`);
  });

  test('arguments', async () => {
    const { issue } = of('whole');
    for (const [args, sentence] of [
      [{ summary: 'short' }, /summary: /],
      [{ summary: 'x'.repeat(1001) }, /summary: /],
      [{ draft: false }, /Unrecognized key: "draft"/],
    ] as const) {
      const wrong = { issue, summary: SUMMARY, ...args };
      expect((await fails(client, 'github_create_draft_pr', wrong, 'input')).message).toMatch(sentence);
    }
  });

  test('on the command line, for the session that holds it', async () => {
    const done = await cli(stage, [
      'github-create-draft-pr',
      of('whole').issue,
      '--summary',
      SUMMARY,
      '--json',
    ]);
    expect(done.code).toBe(3);
    expect(done.data.error.message).toContain('is claimed by first-crew');
  });
});
