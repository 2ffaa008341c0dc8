import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { github } from '../support/github.ts';
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

const REASON = 'A browser extension, not our code.';
const SUMMARY = 'New teams could not order. Now they can.';

/** The issues that are proven, committed and offered before the tests begin, side by side. */
const FILES = {
  commit: 'src/orders/commit.mjs',
  release: 'src/orders/release.mjs',
  next: 'src/orders/next.mjs',
  stray: 'src/orders/stray.mjs',
  lost: 'src/orders/lost.mjs',
  closed: 'src/orders/closed.mjs',
};
type Name = keyof typeof FILES;

let stage: Stage;
let client: TestClient;
const ready = new Map<string, { issue: string; sha: string }>();

beforeAll(async () => {
  stage = await openStage();
  client = await connect(stage, { name: 'first-crew', answer: person().answer });
  const issues: string[] = [];
  for (const file of Object.values(FILES)) {
    await stage.crash(crashIn(file));
    issues.push(await newestIssue(client));
  }
  await claim(client, issues);
  const making = Object.entries(FILES).map(async ([name, file], at) => {
    const issue = issues[at] ?? '';
    const { sha } = await proveAndCommit(client, issue, file);
    await works(client, 'github_create_draft_pr', { issue, summary: SUMMARY });
    ready.set(name, { issue, sha });
  });
  await Promise.all(making);
});
afterEach(() => stage.sandbox.behave());
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

const of = (name: Name): { issue: string; sha: string } => ready.get(name) ?? { issue: '', sha: '' };
const resolve = (issue: string, args: Record<string, unknown> = {}) =>
  works(client, 'sentry_resolve', { issue, ...args });
const failure = (issue: string, args: Record<string, unknown>, kind: 'input' | 'refused' | 'upstream') =>
  fails(client, 'sentry_resolve', { issue, ...args }, kind);
/** A new crash that is selected and claimed, and nothing more. */
async function claimed(file: string): Promise<string> {
  await stage.crash(crashIn(file));
  const issue = await newestIssue(client);
  await claim(client, [issue]);
  return issue;
}
interface Notes {
  data: { text: string };
}
interface Looked {
  groupId: string;
  group: { status: string; substatus: string; statusDetails: Record<string, unknown> };
}
const onSentry = async <T>(path: string): Promise<T> => {
  const answer = await fetch(`${stage.sandbox.url}/api/0${path}`, {
    headers: { authorization: `Bearer ${stage.sandbox.token}` },
  });
  return JSON.parse(await answer.text());
};
const stateOf = (issue: string) => onSentry<Looked>(`/organizations/pitstop/shortids/${issue}/`);
const writes = (): number =>
  stage.sandbox.requestLog().filter(({ side, method }) => side === 'sentry' && method !== 'GET').length;

describe('a proven fix', () => {
  test('the whole answer and the data: resolved with its commit', async () => {
    const { issue, sha } = of('commit');
    const answer = await resolve(issue);
    expect(masked(answer.text, stage)).toMatchInlineSnapshot(`
      "RACE-DAY-1: unresolved (new) -> resolved in commit <short-sha>.
      To undo: set the issue back to unresolved on <sandbox>/organizations/pitstop/issues/1/"
    `);
    expect(answer.data).toEqual({
      issue,
      before: 'unresolved (new)',
      after: `resolved in commit ${sha.slice(0, 12)}`,
      changed: true,
      confirmed: true,
      strategy: 'inCommit',
      note: null,
    });
    const { group } = await stateOf(issue);
    expect(group).toMatchObject({ status: 'resolved', statusDetails: { inCommit: { id: sha } } });
  });

  test('again: it was so already, and nothing is sent', async () => {
    const before = writes();
    const again = await resolve(of('commit').issue);
    expect(again.text).toContain('(it was so already; nothing was sent).');
    expect(again.text).not.toContain('To undo');
    expect(again.data).toMatchObject({ changed: false, confirmed: true });
    expect(writes()).toBe(before);
  });

  test('with a release that is named', async () => {
    const { issue } = of('release');
    expect(await failure(issue, { how: 'release' }, 'input')).toMatchObject({
      message: 'It is not said in which release the fix is.',
      hint: 'Name its version in `release`.',
    });
    const unknown = await failure(issue, { how: 'release', release: 'race-day@9.9.9' }, 'input');
    expect(unknown.message).toBe(
      'Sentry does not resolve the issue in release race-day@9.9.9: statusDetails.inRelease: Unable to find a release with the given version.',
    );
    expect(unknown.hint).toContain('`how: next_release`');
    const answer = await resolve(issue, { how: 'release', release: 'race-day@1.4.0' });
    expect(answer.data).toMatchObject({
      strategy: 'inRelease',
      after: 'resolved in release race-day@1.4.0',
      confirmed: true,
    });
    expect((await resolve(issue, { how: 'release', release: 'race-day@1.4.0' })).data.changed).toBe(false);
  });

  test('with the next release', async () => {
    const answer = await resolve(of('next').issue, { how: 'next_release' });
    expect(answer.data).toMatchObject({
      strategy: 'inNextRelease',
      after: 'resolved in the next release',
      changed: true,
    });
    expect((await resolve(of('next').issue, { how: 'next_release' })).data.changed).toBe(false);
  });

  test('a commit of a repository that Sentry does not know: the next release instead, and it is said', async () => {
    const { issue, sha } = of('stray');
    const refuseOne = () =>
      stage.sandbox.misbehave({
        match: { side: 'sentry', method: 'PUT' },
        kind: 'status',
        status: 400,
        times: 1,
      });
    refuseOne();
    const answer = await resolve(issue);
    expect(answer.data).toMatchObject({ strategy: 'inNextRelease', changed: true, confirmed: true });
    expect(answer.data.note).toMatch(
      new RegExp(`^Sentry does not know commit ${sha.slice(0, 12)} of repository pitstop/race-day`),
    );
    expect(answer.text).toContain(answer.data.note);
    refuseOne();
    expect((await resolve(issue)).data.changed).toBe(false);
  });

  test('an answer that is lost on the way: the state is read, and the change is sent once', async () => {
    const { issue } = of('lost');
    const before = writes();
    stage.sandbox.misbehave({ match: { side: 'sentry', method: 'PUT' }, kind: 'cut', times: 1 });
    const answer = await resolve(issue);
    expect(answer.data).toMatchObject({ strategy: 'inCommit', confirmed: true });
    expect(answer.data.after).toMatch(/^resolved in commit/);
    expect(writes()).toBe(before + 1);
  });

  test('what was archived meanwhile is resolved, and undone as archived', async () => {
    const { issue } = of('lost');
    await resolve(issue, { how: 'archive', reason: REASON });
    const answer = await resolve(issue);
    expect(answer.data.before).toMatch(/^archived/);
    expect(answer.text).toMatch(/^To undo: set the issue back to archived on /m);
  });

  test('the outcome is in the triage report', async () => {
    const { issue, sha } = of('commit');
    const { data } = await works(client, 'sentry_list_issues', { issues: [issue] });
    await works(client, 'triage_select');
    await resolve(issue);
    expect(await readText(join(stage.repository, data.report))).toMatch(
      new RegExp(`- ${issue}: fixed in ${sha.slice(0, 12)}, .*/pull/\\d+, resolved in commit`),
    );
  });
});

describe('archiving', () => {
  test('with the reason, written to the issue once', async () => {
    const issue = await claimed('src/radio/archived.mjs');
    const answer = await resolve(issue, { how: 'archive', reason: REASON });
    expect(masked(answer.text, stage)).toMatchInlineSnapshot(`
      "RACE-DAY-7: unresolved (new) -> archived (archived_until_escalating).
      To undo: set the issue back to unresolved on <sandbox>/organizations/pitstop/issues/7/"
    `);
    expect(answer.data).toMatchObject({
      before: 'unresolved (new)',
      after: 'archived (archived_until_escalating)',
      strategy: 'archived',
      changed: true,
      note: null,
    });
    const { groupId, group } = await stateOf(issue);
    expect(group).toMatchObject({ status: 'ignored', substatus: 'archived_until_escalating' });
    const again = await resolve(issue, { how: 'archive', reason: REASON });
    expect(again.data.changed).toBe(false);
    const { text } = await works(client, 'sentry_latest_event', { issue });
    expect(text).toMatch(/ · archived$/m);
    const notes = await onSentry<Notes[]>(`/issues/${groupId}/notes/`);
    expect(notes.map((note) => note.data.text.split('\n')[0])).toEqual([`Archived by Pitcrew: ${REASON}`]);
  });

  test('a reason that cannot be written is said; the issue is archived all the same', async () => {
    const issue = await claimed('src/radio/speechless.mjs');
    stage.sandbox.misbehave({ match: { path: '/notes/' }, kind: 'status', status: 403 });
    const answer = await resolve(issue, { how: 'archive', reason: REASON });
    expect(answer.data.after).toMatch(/^archived/);
    expect(answer.data.note).toMatch(/^The reason could not be written to the issue: .*\(403\)/);
    expect(answer.text).toContain(answer.data.note);
  });

  test('needs a reason; a reason belongs to archiving', async () => {
    const { issue } = of('closed');
    expect(await failure(issue, { how: 'archive' }, 'input')).toMatchObject({
      message: 'Archiving needs a reason.',
      hint: 'Say in a sentence why the issue is not to be fixed.',
    });
    const misplaced = await failure(issue, { reason: REASON }, 'input');
    expect(misplaced.message).toBe('A reason belongs to archiving only.');
    const short = await failure(issue, { how: 'archive', reason: 'wontfix' }, 'input');
    expect(short.message).toContain('reason: ');
    expect((await stateOf(issue)).group.status).toBe('unresolved');
  });

  test('a release belongs to `how: release`', async () => {
    const { issue } = of('commit');
    for (const args of [{ release: 'race-day@1.4.0' }, { how: 'next_release', release: 'race-day@1.4.0' }])
      expect.soft((await client.call('sentry_resolve', { issue, ...args })).isError).toBe(true);
  });
});

describe('what is refused, and leaves Sentry alone', () => {
  test('a fix that is not proven, not committed, not offered, or not what was proven', async () => {
    const issue = await claimed('src/radio/steps.mjs');
    const before = writes();
    const next = async () => (await failure(issue, {}, 'refused')).message;
    expect(await next()).toBe(`The fix for ${issue} is not proven, so the Sentry issue stays open.`);
    const folder = await worktreeOf(client, issue);
    await writeAll(folder, {
      'src/radio/steps.mjs': 'x\n',
      'test/steps.sh':
        'test -e src/radio/steps.mjs && exit 0; echo "TypeError: src/radio/steps.mjs is broken"; exit 1\n',
    });
    const files = ['src/radio/steps.mjs', 'test/steps.sh'];
    await works(client, 'fix_verify', { issue, test: 'sh test/steps.sh', test_files: ['test/steps.sh'] });
    expect(await next()).toBe(`The fix for ${issue} is not committed yet.`);
    await works(client, 'fix_commit', { issue, files, ...WORDS });
    expect(await next()).toBe(`The commit of ${issue} was not offered for review yet.`);
    await writeAll(folder, { 'src/radio/steps.mjs': 'y\n' });
    await works(client, 'fix_verify', { issue, test: 'sh test/steps.sh', test_files: ['test/steps.sh'] });
    expect(await next()).toBe(`The commit of ${issue} is not what was proven.`);
    expect((await stateOf(issue)).group.status).toBe('unresolved');
    expect(writes()).toBe(before);
  });

  test('an unproven fix, though it is committed and offered', async () => {
    const issue = await claimed('src/radio/unproven.mjs');
    await writeAll(await worktreeOf(client, issue), { 'src/radio/unproven.mjs': 'x\n' });
    await works(client, 'fix_verify', { issue, no_test_reason: NO_TEST });
    await works(client, 'fix_commit', { issue, files: ['src/radio/unproven.mjs'], ...WORDS });
    await works(client, 'github_create_draft_pr', { issue, summary: SUMMARY });
    const refused = await failure(issue, {}, 'refused');
    expect(refused.message).toBe(`The fix for ${issue} is not proven, so the Sentry issue stays open.`);
    expect(refused.hint).toContain('let a person resolve the issue after review');
  });

  test('a fix whose pull request a person closed', async () => {
    const { issue } = of('closed');
    const { data } = await works(client, 'github_create_draft_pr', { issue, summary: SUMMARY });
    await github(stage, `/pulls/${data.pullRequest.number}`, 'PATCH', { state: 'closed' });
    await fails(client, 'github_create_draft_pr', { issue, summary: SUMMARY }, 'refused');
    const refused = await failure(issue, {}, 'refused');
    expect(refused.message).toBe(
      `Pull request #${data.pullRequest.number} for ${issue} was closed by a person, so the issue stays open.`,
    );
  });

  test('what policy selected, and no person', async () => {
    const unattended = await openStage({
      config: 'sentry:\n  organization: pitstop\nunattended: draft-pr\nchecks: []\n',
    });
    const night = await connect(unattended, { name: 'night-shift' });
    await unattended.crash(crashIn('src/radio/night.mjs'));
    await works(night, 'sentry_list_issues', { issues: ['RACE-DAY-1'] });
    await works(night, 'triage_select', { selection: 'all' });
    await works(night, 'ledger_register', { issues: ['RACE-DAY-1'], paths: [] });
    for (const args of [{}, { how: 'archive', reason: REASON }]) {
      const refused = await fails(night, 'sentry_resolve', { issue: 'RACE-DAY-1', ...args }, 'refused');
      expect(refused.message).toBe(
        'RACE-DAY-1 was selected by policy, without a person: an unattended run ends at the draft pull request.',
      );
    }
    expect(unattended.sandbox.requestLog().filter(({ method }) => method === 'PUT')).toEqual([]);
    await night.close();
    await unattended.close();
  });

  test('an issue that another session holds, or nobody', async () => {
    const other = await connect(stage, { name: 'second-crew', answer: person().answer });
    const theirs = await fails(other, 'sentry_resolve', { issue: of('commit').issue }, 'refused');
    expect(theirs.message).toMatch(/is claimed by first-crew, pid \d+ on /);
    await other.close();
    const nobodys = await failure('RACE-DAY-ZZ', {}, 'refused');
    expect(nobodys.message).toBe('RACE-DAY-ZZ is not claimed by this session.');
  });

  test('several issues at once, or arguments that it does not have', async () => {
    const bulk = await failure('RACE-DAY-1,RACE-DAY-2', {}, 'input');
    expect(bulk.message).toContain('is not a Sentry short id');
    const forced = await failure(of('commit').issue, { force: true }, 'input');
    expect(forced.hint).toBe('Expected arguments: issue, how, release, reason.');
    await failure(of('commit').issue, { how: 'delete' }, 'input');
  });

  test('a token that may only read', async () => {
    const issue = await claimed('src/radio/readonly.mjs');
    stage.sandbox.misbehave({ match: { side: 'sentry', method: 'PUT' }, kind: 'status', status: 403 });
    const refused = await failure(issue, { how: 'archive', reason: REASON }, 'input');
    expect(refused.message).toMatch(/The token may not change issue \d+ on .* \(403\)/);
    expect(refused.hint).toMatch(/^Give the token the scope event:write, /);
    expect((await stateOf(issue)).group.status).toBe('unresolved');
  });
});

test('without GitHub the patch is the offer, and the commit resolves all the same', async () => {
  const lone = await connect(withoutGitHub(stage), { name: 'lone', answer: person().answer });
  const file = 'src/radio/lone.mjs';
  await stage.crash(crashIn(file));
  const issue = await newestIssue(lone);
  await claim(lone, [issue]);
  await proveAndCommit(lone, issue, file);
  await works(lone, 'github_create_draft_pr', { issue, summary: SUMMARY });
  expect((await works(lone, 'sentry_resolve', { issue })).data.after).toMatch(/^resolved in commit/);
  await lone.close();
});

test('on the command line, for the session that holds it', async () => {
  const done = await cli(stage, ['sentry-resolve', of('commit').issue, '--json']);
  expect(done.code).toBe(3);
  expect(done.data.error.message).toContain('is claimed by first-crew');
});
