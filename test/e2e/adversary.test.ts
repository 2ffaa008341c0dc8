import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accept, connect, type TestClient } from '../support/mcp.ts';
import { applyFix, contractCrash, forecastCrash, openStage, readText, type Stage } from '../support/stage.ts';

// What an agent that was talked into it would try, and what stops it. Each test works on an issue of its own.
const message = {
  root_cause: 'A new team has no contract yet.',
  fix: 'Such a team gets no contract discount.',
};
const TERMS =
  "TypeError: Cannot read properties of undefined (reading 'terms')\\n    at contractDiscount (src/orders/pricing.mjs:20:24)";

let stage: Stage;
let client: TestClient;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

/** A session that has selected, claimed and made a worktree for a fresh crash. */
async function atWork(
  crash: Record<string, unknown> = contractCrash(),
): Promise<{ id: string; worktree: string }> {
  await client?.close();
  await stage.close();
  stage = await openStage();
  await stage.crash(crash);
  client = await connect(stage, { answer: accept('all') });
  const { issues } = (await client.call('sentry_list_issues')).data;
  await client.call('triage_select');
  const id = issues[0].shortId;
  await client.call('ledger_register', { issues: [id] });
  const made = await client.call('worktree_create', { issue: id });
  return { id, worktree: made.data.path };
}

async function refused(tool: string, args: Record<string, unknown>, sentence: RegExp): Promise<void> {
  const answer = await client.call(tool, args);
  expect(answer.isError, answer.text).toBe(true);
  expect(answer.text).toMatch(sentence);
}

async function fixed(id: string, worktree: string) {
  const fix = await applyFix('order-without-contract', worktree);
  const proven = await client.call('fix_verify', {
    issue: id,
    test: fix.testCommand,
    test_files: [fix.testFile],
  });
  expect(proven.isError, proven.text).toBe(false);
  return fix;
}

describe('a proof cannot be vacuous', () => {
  test('by a command that looks where it runs', async () => {
    const { id, worktree } = await atWork();
    await writeFile(join(worktree, 'junk.test.mjs'), '');
    await writeFile(join(worktree, 'junk.txt'), '');
    const test = `test -e .git || { printf "${TERMS}"; exit 1; } # junk.test.mjs`;
    await refused('fix_verify', { issue: id, test, test_files: ['junk.test.mjs'] }, /Not proven/);
  });

  test('by a command that fails only the first time', async () => {
    const { id, worktree } = await atWork();
    await writeFile(join(worktree, 'junk.test.mjs'), '');
    await writeFile(join(worktree, 'junk.txt'), '');
    const flag = join(stage.folder, 'flag');
    const test = `test -e ${flag} || { touch ${flag}; printf "${TERMS}"; exit 1; } # junk.test.mjs`;
    await refused(
      'fix_verify',
      { issue: id, test, test_files: ['junk.test.mjs'] },
      /first time and not the second/,
    );
  });

  test('by a fix that lies where git does not look', async () => {
    const { id, worktree } = await atWork();
    await mkdir(join(worktree, '.pitcrew'), { recursive: true });
    await writeFile(join(worktree, '.pitcrew/flag'), '');
    await writeFile(join(worktree, 'notes.txt'), '');
    await writeFile(
      join(worktree, 'test/flag.test.mjs'),
      `import { existsSync } from 'node:fs';\nimport { test } from 'node:test';\ntest('flag', () => { if (!existsSync('.pitcrew/flag')) { const team = {}; team.contract.terms; } });\n`,
    );
    await refused(
      'fix_verify',
      { issue: id, test: 'node --test test/flag.test.mjs', test_files: ['test/flag.test.mjs'] },
      /still fails/,
    );
  });

  test('by changing the script that checks it', async () => {
    const { id, worktree } = await atWork();
    const fix = await applyFix('order-without-contract', worktree);
    const manifest = JSON.parse(await readFile(join(worktree, 'package.json'), 'utf8'));
    manifest.scripts.test = 'true';
    await writeFile(join(worktree, 'package.json'), JSON.stringify(manifest));
    await refused(
      'fix_verify',
      { issue: id, test: fix.testCommand, test_files: [fix.testFile] },
      /changes scripts/,
    );
  });

  test('and what it runs finds no repository of the person', async () => {
    const { id, worktree } = await atWork();
    const fix = await applyFix('order-without-contract', worktree);
    await client.call('fix_verify', {
      issue: id,
      test: `git config pitcrew.seen yes; ${fix.testCommand}`,
      test_files: [fix.testFile],
    });
    await expect(stage.git('config', 'pitcrew.seen')).rejects.toThrow();
  });
});

describe('only what was proven is committed, pushed and resolved', () => {
  test('a commit by hand is not adopted', async () => {
    const { id, worktree } = await atWork();
    const fix = await fixed(id, worktree);
    await stage.git('-C', worktree, 'add', '--all');
    await stage.git('-C', worktree, 'commit', '--quiet', '--message', 'fixes RACE-DAY-2');
    await refused(
      'fix_commit',
      { issue: id, files: fix.files, ...message },
      /commits that Pitcrew did not make/,
    );
  });

  test('a commit after the proven one is not pushed', async () => {
    const { id, worktree } = await atWork();
    const fix = await fixed(id, worktree);
    await client.call('fix_commit', { issue: id, files: fix.files, ...message });
    await stage.git('-C', worktree, 'commit', '--quiet', '--allow-empty', '--message', 'one more');
    await refused('github_create_draft_pr', { issue: id, summary: 'It works again.' }, /not at .* proven/);
    expect(await stage.git('ls-remote', '--heads', 'origin')).not.toContain('fix/');
  });

  test('a pull request that a person closed is neither pushed again nor enough to resolve', async () => {
    const { id, worktree } = await atWork();
    const fix = await fixed(id, worktree);
    await client.call('fix_commit', { issue: id, files: fix.files, ...message });
    const opened = await client.call('github_create_draft_pr', { issue: id, summary: 'It works again.' });
    const { number } = opened.data.pullRequest;
    await fetch(`${stage.sandbox.githubUrl}/repos/pitstop/race-day/pulls/${number}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${stage.sandbox.githubToken}` },
      body: JSON.stringify({ state: 'closed' }),
    });
    await stage.git('push', '--quiet', 'origin', '--delete', opened.data.pullRequest.branch);
    await refused(
      'github_create_draft_pr',
      { issue: id, summary: 'Once more.' },
      /closed without being merged/,
    );
    expect(await stage.git('ls-remote', '--heads', 'origin')).not.toContain('fix/');
    await refused('sentry_resolve', { issue: id }, /closed by a person/);
  });

  test('an issue that comes back is not resolved with its old fix', async () => {
    const { id, worktree } = await atWork();
    const fix = await fixed(id, worktree);
    await client.call('fix_commit', { issue: id, files: fix.files, ...message });
    await client.call('github_create_draft_pr', { issue: id, summary: 'It works again.' });
    expect((await client.call('sentry_resolve', { issue: id })).isError).toBe(false);
    const done = await client.call('ledger_complete');
    expect(await readText(join(stage.repository, done.data.reports[0]))).toMatch(
      new RegExp(`Fixed[^\\n]*${id}`),
    );
    await client.call('sentry_list_issues', { issues: [id] });
    await client.call('triage_select');
    await client.call('ledger_register', { issues: [id] });
    await refused('sentry_resolve', { issue: id }, /not proven/);
    const again = await client.call('worktree_create', { issue: id });
    expect(again.data.branch).toBe(`fix/sentry-${id.toLowerCase()}-2`);
    expect(again.data.commits).toBe(0);
  });

  test("the person's unpushed commits stay out of it", async () => {
    const { id, worktree } = await atWork();
    await client.call('ledger_complete');
    await stage.git('commit', '--quiet', '--allow-empty', '--message', 'not for others yet');
    await stage.crash(forecastCrash());
    const { issues } = (await client.call('sentry_list_issues')).data;
    await client.call('triage_select');
    const other = issues.find((issue: { shortId: string }) => issue.shortId !== id).shortId;
    await client.call('ledger_register', { issues: [other] });
    const made = await client.call('worktree_create', { issue: other });
    expect(made.data.base).toBe(await stage.git('rev-parse', 'origin/main'));
    expect(made.data.path).not.toBe(worktree);
  });
});

describe('consent is a person’s', () => {
  test('a no takes back an earlier yes', async () => {
    const { id } = await atWork();
    await client.call('ledger_complete', { status: 'aborted' });
    await stage.crash(forecastCrash());
    const answers = ['all', 'skip'];
    const asked = await connect(stage, {
      answer: () => ({ action: 'accept', content: { selection: answers.shift() ?? 'skip' } }),
    });
    const { issues } = (await asked.call('sentry_list_issues')).data;
    const fresh = issues.find((issue: { shortId: string }) => issue.shortId !== id).shortId;
    await asked.call('triage_select');
    await asked.call('sentry_list_issues');
    await asked.call('triage_select');
    expect((await asked.call('ledger_register', { issues: [fresh] })).text).toMatch(
      /not selected by a person/,
    );
    await asked.close();
  });

  test('an uncommitted pitcrew.yml changes no policy', async () => {
    await atWork();
    const alone = await connect(stage);
    const file = join(stage.repository, 'pitcrew.yml');
    await writeFile(file, `${await readFile(file, 'utf8')}unattended: draft-pr\n`);
    await alone.call('sentry_list_issues');
    const answer = await alone.call('triage_select', { selection: 'all' });
    expect(answer.text).toMatch(/nobody to ask/);
    await alone.close();
  });

  test('a terminal that an agent opened is no person', async () => {
    await atWork();
    const { cli } = await import('../support/cli.ts');
    await cli(stage, ['sentry-list-issues']);
    const answer = await cli(stage, ['triage-select'], { env: { CLAUDECODE: '1' } });
    expect(answer.code).toBe(3);
    expect(answer.stderr).toMatch(/nobody to ask/);
  });

  test("a command line cannot take a server's name", async () => {
    const { id } = await atWork();
    const { cli } = await import('../support/cli.ts');
    const status = await client.call('ledger_status');
    expect(JSON.stringify(status.data)).not.toContain('server:');
    const ended = await cli(stage, ['ledger-complete'], { env: { PITCREW_SESSION: 'server:guess' } });
    expect(ended.code).toBe(3);
    expect((await client.call('ledger_status')).data.active[0].incidents[0]).toContain(id);
  });
});
