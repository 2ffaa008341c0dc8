import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accept, connect, type TestClient } from '../support/mcp.ts';
import { applyFix, contractCrash, forecastCrash, openStage, readText, type Stage } from '../support/stage.ts';

let stage: Stage;
let client: TestClient;
beforeAll(async () => {
  stage = await openStage();
  for (let user = 1; user <= 4; user += 1) await stage.crash(contractCrash(user));
  await stage.crash(forecastCrash());
  stage.sandbox.seedIssue({
    title: 'Quotes fail for new teams',
    body: "TypeError: Cannot read properties of undefined (reading 'terms')",
    state: 'open',
  });
  client = await connect(stage, { answer: accept('1') });
});
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

const refused = async (tool: string, args: Record<string, unknown>, sentence: RegExp) => {
  const answer = await client.call(tool, args);
  expect(answer.isError, answer.text).toBe(true);
  expect(answer.text).toMatch(sentence);
  expect(answer.text).toContain('Next step: ');
  expect(answer.data.kind).toBe('refused');
};

// One story, told in order: each test stands on the one before it.
describe('the whole way, refused at every step that comes too early', () => {
  let shortId: string;
  let worktree: string;
  let fix: Awaited<ReturnType<typeof applyFix>>;
  const message = {
    root_cause: 'A new team has no contract yet.',
    fix: 'Such a team gets no contract discount.',
  };

  test('the list ranks, counts what it dropped, and records a triage', async () => {
    await stage.crash({ message: 'old and rare', level: 'warning' });
    const listed = await client.call('sentry_list_issues', { top: 5 });
    expect(listed.isError, listed.text).toBe(false);
    shortId = listed.data.issues[0].shortId;
    expect(listed.data.issues[0]).toMatchObject({ index: 1, count: 4, userCount: 4, event: 'fetched' });
    expect(listed.text).toContain(`|1|${shortId}|`);
    expect(listed.data.dropped).toMatchObject([{ reason: 'warning' }]);
    const report = await readText(join(stage.repository, listed.data.report));
    expect(report).toContain(listed.data.triage);
    expect(report).toContain(shortId);
  });

  test('nothing may be claimed, committed, offered or resolved before a person selected it', async () => {
    await refused('ledger_register', { issues: [shortId] }, /not selected by a person/);
    await refused('worktree_create', { issue: shortId }, /not claimed by this session/);
    await refused('fix_commit', { issue: shortId, files: ['a'], ...message }, /not claimed/);
    await refused('github_create_draft_pr', { issue: shortId, summary: 'It works now.' }, /not claimed/);
    await refused('sentry_resolve', { issue: shortId }, /not claimed/);
  });

  test('the person selects; the other issue stays out of reach', async () => {
    const selected = await client.call('triage_select');
    expect(selected.data).toMatchObject({ selected: [shortId], by: 'person', how: 'elicitation' });
    const { issues } = (await client.call('sentry_list_issues', { record: false })).data;
    await refused('ledger_register', { issues: [issues[1].shortId] }, /not selected by a person/);
  });

  test('the claim names the file at fault, and is seen by others', async () => {
    const claimed = await client.call('ledger_register', { issues: [shortId], intent: 'contract' });
    expect(claimed.isError, claimed.text).toBe(false);
    expect(claimed.data.paths).toEqual(['src/orders/pricing.mjs']);
    const other = await connect(stage, { name: 'other', answer: accept('1') });
    await other.call('sentry_list_issues', {});
    await other.call('triage_select');
    const late = await other.call('ledger_register', { issues: [shortId] });
    expect(late.isError).toBe(true);
    expect(late.text).toMatch(/held by test-client, pid \d+ on .+ since \d{4}-/);
    const resolve = await other.call('sentry_resolve', { issue: shortId });
    expect(resolve.text).toMatch(/is claimed by test-client/);
    await other.close();
  });

  test('no proof, commit or resolution without a worktree and a fix', async () => {
    await refused('fix_verify', { issue: shortId, test: 'true', test_files: ['a'] }, /has no worktree/);
    await refused('sentry_resolve', { issue: shortId }, /not proven/);
    const made = await client.call('worktree_create', { issue: shortId });
    expect(made.isError, made.text).toBe(false);
    worktree = made.data.path;
    expect(await stage.git('-C', worktree, 'rev-parse', '--abbrev-ref', 'HEAD')).toBe(made.data.branch);
    expect(await stage.git('status', '--porcelain')).toBe('');
    await refused('fix_commit', { issue: shortId, files: ['a'], ...message }, /not verified/);
    await refused('fix_verify', { issue: shortId, test: 'true', test_files: ['a'] }, /no changes to prove/);
  });

  test('evidence shows the crash with the lines of this checkout, and the related report', async () => {
    const evidence = await client.call('sentry_latest_event', { issue: shortId.toLowerCase() });
    expect(evidence.text).toContain('src/orders/pricing.mjs:20');
    expect(evidence.text).toContain('team.contract.terms.discountPercent');
    expect(evidence.text).toMatch(/Suspect files[^\n]*\n1\. src\/orders\/pricing\.mjs/);
    const related = await client.call('github_search_issues', { issue: shortId });
    expect(related.data.related).toMatchObject([{ number: 1, state: 'open' }]);
  });

  test('a test that passes on the base proves nothing', async () => {
    fix = await applyFix('order-without-contract', worktree);
    await refused(
      'fix_verify',
      { issue: shortId, test: 'true', test_files: [fix.testFile] },
      /passes|reproduce/,
    );
    await refused(
      'fix_verify',
      { issue: shortId, test: 'node -e "process.exit(1)"', test_files: [fix.testFile] },
      /Not proven/,
    );
    await refused('fix_commit', { issue: shortId, files: fix.files, ...message }, /proof .* was refused/);
  });

  test('red before and green after is proven', async () => {
    const proven = await client.call('fix_verify', {
      issue: shortId,
      test: fix.testCommand,
      test_files: [fix.testFile],
    });
    expect(proven.isError, proven.text).toBe(false);
    expect(proven.data.proof).toMatchObject({
      verdict: 'proven',
      before: { exitCode: 1 },
      after: { exitCode: 0 },
    });
    expect(readdirSync(join(stage.repository, '.pitcrew/proof'))).toEqual([]);
  });

  test('the commit holds exactly the declared files, and the branch only that commit', async () => {
    const [source = ''] = fix.files.filter((file) => file !== fix.testFile);
    await refused('fix_commit', { issue: shortId, files: [source], ...message }, /not declared/);
    await refused('sentry_resolve', { issue: shortId }, /not committed yet/);
    const committed = await client.call('fix_commit', { issue: shortId, files: fix.files, ...message });
    expect(committed.isError, committed.text).toBe(false);
    const names = await stage.git('show', '--name-only', '--format=', committed.data.sha);
    expect(names.split('\n').sort()).toEqual([...fix.files].sort());
    expect(await stage.git('rev-parse', `${committed.data.sha}^`)).toBe(await stage.git('rev-parse', 'main'));
    expect(await stage.git('show', '-s', '--format=%B', committed.data.sha)).toContain(
      'Root cause: A new team',
    );
    const again = await client.call('fix_commit', { issue: shortId, files: fix.files, ...message });
    expect(again.data).toMatchObject({ sha: committed.data.sha, already: true });
  });

  test('what was not offered for review is not resolved', () =>
    refused('sentry_resolve', { issue: shortId }, /not offered for review/));

  test('the pull request is a draft with the proof in it, and is not opened twice', async () => {
    const opened = await client.call('github_create_draft_pr', {
      issue: shortId,
      summary: 'New teams could not order. Now they can.',
    });
    expect(opened.isError, opened.text).toBe(false);
    const again = await client.call('github_create_draft_pr', {
      issue: shortId,
      summary: 'Told in other words.',
    });
    expect(again.data.pullRequest.number).toBe(opened.data.pullRequest.number);
    expect(again.data.outcome).toBe('existing');
    const pulls = await fetch(`${stage.sandbox.githubUrl}/repos/pitstop/race-day/pulls?state=all`, {
      headers: { authorization: `Bearer ${stage.sandbox.githubToken}` },
    }).then(async (answer): Promise<Record<string, string | boolean>[]> => JSON.parse(await answer.text()));
    expect(pulls).toHaveLength(1);
    expect(pulls[0]?.draft).toBe(true);
    expect(pulls[0]?.body).toContain('pitcrew:incident=sentry:pitstop/');
    expect(pulls[0]?.body).toContain(fix.testCommand);
    expect(pulls[0]?.body).not.toMatch(/\b(fixes|closes|resolves) (#|[A-Z])/i);
  });

  test('the issue is resolved with the commit, once', async () => {
    const resolved = await client.call('sentry_resolve', { issue: shortId });
    expect(resolved.isError, resolved.text).toBe(false);
    expect(resolved.data).toMatchObject({ strategy: 'inCommit', changed: true, confirmed: true });
    expect(resolved.data.before).toMatch(/^unresolved/);
    const again = await client.call('sentry_resolve', { issue: shortId });
    expect(again.data).toMatchObject({ changed: false });
    const puts = stage.sandbox.requestLog().filter((request) => request.method === 'PUT');
    expect(puts).toHaveLength(1);
  });

  test('the report has the outcome and the summary; the claim ends; the worktree waits for the merge', async () => {
    const done = await client.call('ledger_complete', { note: 'done' });
    expect(done.data.issues).toMatchObject([{ shortId, outcome: 'fixed' }]);
    const { report } = (await client.call('sentry_list_issues', { issues: [shortId] })).data;
    const text = await readText(join(stage.repository, report));
    expect(text).toMatch(/fixed in [0-9a-f]{12}/);
    expect((await client.call('ledger_status')).data.active).toEqual([]);
    await refused('worktree_remove', { issue: shortId }, /merged/);
    await stage.git('merge', '--quiet', '--squash', `fix/sentry-${shortId.toLowerCase()}`);
    await stage.git('commit', '--quiet', '--message', 'squashed');
    const removed = await client.call('worktree_remove', { issue: shortId });
    expect(removed.isError, removed.text).toBe(false);
    expect(existsSync(worktree)).toBe(false);
  });
});
