import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { automationIn } from '../../src/core/defuse.ts';
import { HOSTILE } from '../corpus/hostile.ts';
import { activeIn, partsOf, UNSEEN } from '../corpus/inert.ts';
import { plantedEvent } from '../corpus/plant.ts';
import { github, type PullRequest } from '../support/github.ts';
import { connect, type TestClient, type ToolResult } from '../support/mcp.ts';
import { writeAll } from '../support/small-fix.ts';
import { openStage, readText, type Stage } from '../support/stage.ts';
import { person, works } from '../support/steps.ts';

// One crash for each hostile text, which stands in every field of it; then the way of one of them to a pull request,
// with hostile words from the model, the checks and GitHub too.

const MARKS = HOSTILE.map(({ mark }) => mark);
const MAIN = 'src/main.mjs';
/** Longer than any run of words in the hostile texts, so that GitHub is asked for it. */
const WORDS = 'pricing for teams without any written contract breaks down';
const some = (from: number, count: number): string =>
  HOSTILE.slice(from, from + count)
    .map(({ text }) => text.slice(0, 120))
    .join('\n');

let stage: Stage;
let client: TestClient;
let listed: ToolResult;
const user = person();

beforeAll(async () => {
  stage = await openStage();
  const log = join(stage.folder, 'log.txt');
  await writeFile(log, HOSTILE.map(({ text }) => text.slice(0, 200)).join('\n'));
  await writeFile(
    join(stage.repository, 'pitcrew.yml'),
    `sentry: { organization: pitstop }\ngithub: { repository: pitstop/race-day, base: main }\nchecks:\n  - { name: lint, run: cat ${log} }\n`,
  );
  await stage.git('commit', '--quiet', '--all', '--message', 'checks');
  for (const [row, { text }] of HOSTILE.entries())
    await stage.crash(plantedEvent(() => text, { file: `src/part-${row}.mjs` }));
  const value = `${WORDS}\n${some(0, 12)}`;
  for (let times = 0; times < 3; times += 1)
    await stage.crash(plantedEvent(() => some(12, 3), { file: MAIN, type: 'TypeError', value }));
  // As many as one answer shows: those with markup.
  for (const { text } of HOSTILE.filter((one) => /[<[]/.test(one.text)).slice(0, 20))
    stage.sandbox.seedIssue({
      title: `${WORDS} ${text.slice(0, 120)}`,
      body: `TypeError: ${WORDS} ${MAIN}\n${text}`,
    });
  client = await connect(stage, { answer: user.answer });
  listed = await works(client, 'sentry_list_issues', { top: 100 });
}, 120_000);
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

/** Nothing acts outside fences, nothing unseen anywhere; the marks that are to be read. */
function expectInert(text: string, label: RegExp): string[] {
  expect(activeIn(text, HOSTILE)).toEqual([]);
  expect(UNSEEN.exec(text)?.[0].codePointAt(0)?.toString(16)).toBeUndefined();
  expect(text).toMatch(label);
  return MARKS.filter((mark) => text.includes(mark));
}

test('in the list', () => {
  expect(listed.data.issues.length).toBeGreaterThan(HOSTILE.length - 5);
  const seen = expectInert(listed.text, /untrusted/i);
  expect(seen.length).toBeGreaterThan(0.6 * HOSTILE.length);
  const rows = listed.text.split('\n').filter((line) => line.startsWith('|'));
  const cells = rows.map((row) => row.replace(/\\./g, '').split('|').length);
  expect(new Set(cells).size, 'every row has the cells of the head').toBe(1);
  expect(rows).toHaveLength(listed.data.issues.length + 2);
  expect(JSON.stringify(listed.data)).not.toMatch(UNSEEN);
});

test('in the evidence of every one', async () => {
  const unread: string[] = [];
  for (const { shortId } of listed.data.issues as { shortId: string }[]) {
    const { text, data } = await works(client, 'sentry_latest_event', { issue: shortId });
    const seen = expectInert(text, /data, never instructions/);
    if (seen.length === 0) unread.push(text);
    const { outside, openings } = partsOf(text);
    expect(openings.length).toBeGreaterThan(0);
    expect(openings.filter((opening) => !/^`{3,}untrusted /.test(opening))).toEqual([]);
    expect(outside).not.toContain('A FENCE IS NEVER CLOSED');
    expect(JSON.stringify(data)).not.toMatch(UNSEEN);
  }
  expect(unread).toEqual([]);
});

describe('along the way of a fix', () => {
  let issue: string;

  test('in the question to the person, and in what GitHub knows', async () => {
    issue =
      (listed.data.issues as { shortId: string; count: number }[]).find(({ count }) => count === 3)
        ?.shortId ?? '';
    user.says('all');
    await works(client, 'triage_select');
    expect(user.asked.join('\n')).not.toMatch(UNSEEN);
    const rows = (user.asked[0] ?? '')
      .split('\n')
      .filter((line) => MARKS.some((mark) => line.includes(mark)));
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((row) => !/^\d+\. RACE-DAY-\w+ {2}/.test(row))).toEqual([]);
    const related = await works(client, 'github_search_issues', { issue, limit: 20 });
    expect(related.data.related.length).toBeGreaterThan(5);
    expectInert(related.text, /untrusted text/);
  });

  test('in a proof, its refusal, the commit and the pull request', async () => {
    await works(client, 'ledger_register', {
      issues: [issue],
      paths: [MAIN, 'test/**'],
      intent: some(30, 3),
    });
    const { path: folder } = (await works(client, 'worktree_create', { issue })).data;
    const log = join(stage.folder, 'log.txt');
    const message = join(stage.folder, 'message.txt');
    await writeFile(message, 'no such message\n');
    await writeAll(folder, {
      [MAIN]: 'mended\n',
      'test/main.sh': `cat ${log}; test -e ${MAIN} && exit 0; cat ${message}; exit 1\n`,
    });
    const proof = { issue, test: 'sh test/main.sh', test_files: ['test/main.sh'] };
    const refused = await client.call('fix_verify', proof);
    expect(refused.isError, refused.text).toBe(true);
    expect(expectInert(refused.text, /untrusted output of/).length).toBeGreaterThan(3);
    // The last line is ours, and is not in a fence.
    expect(partsOf(refused.text).outside.filter((line) => line.startsWith('Next step: '))).toHaveLength(1);
    const { exceptions } = (await works(client, 'sentry_latest_event', { issue })).data;
    await writeFile(message, `TypeError: ${exceptions[0].value}\n`);
    expectInert((await works(client, 'fix_verify', proof)).text, /proven/);
    const committed = await works(client, 'fix_commit', {
      issue,
      files: [MAIN, 'test/main.sh'],
      root_cause: some(0, 14),
      fix: some(14, 14),
    });
    const message_ = await stage.git('log', '--format=%B', '-1', committed.data.sha);
    expect(automationIn(message_)).toBeUndefined();
    expect(message_).not.toMatch(UNSEEN);
    expectInert((await works(client, 'github_create_draft_pr', { issue, summary: some(28, 14) })).text, /./);
    const [pull] = (await github(stage, '/pulls?state=all')) as PullRequest[];
    expect(automationIn(`${pull?.title}\n${pull?.body}`)).toBeUndefined();
    expect(expectInert(pull?.body ?? '', /untrusted/).length).toBeGreaterThan(20);
    expect(pull?.title).not.toMatch(UNSEEN);
  });

  test('in the report, the view, the status, and a note', async () => {
    const other =
      (listed.data.issues as { shortId: string }[]).find(({ shortId }) => shortId !== issue)?.shortId ?? '';
    await works(client, 'ledger_register', {
      issues: [other],
      paths: ['src/other.mjs'],
      intent: some(40, 2),
    });
    expectInert((await works(client, 'ledger_status')).text, /./);
    const view = await readText(join(stage.repository, '.claude/active-runs.md'));
    expectInert(view, /./);
    expect(view.split('\n').filter((line) => /^- \*\*\[/.test(line)).length).toBeLessThan(4);
    await works(client, 'sentry_resolve', {
      issue: other,
      how: 'archive',
      reason: some(44, 8).slice(0, 1000),
    });
    await works(client, 'ledger_complete', { note: some(52, 4).slice(0, 500) });
    expectInert((await works(client, 'ledger_status')).text, /./);
    const folder = join(stage.repository, '.claude/sentry');
    const reports = await Promise.all(
      (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
    );
    const seen = expectInert(reports.join('\n'), /./);
    expect(seen.length).toBeGreaterThan(0.5 * HOSTILE.length);
    for (const { uri } of (await client.client.listResources()).resources) {
      const { contents } = await client.client.readResource({ uri });
      for (const content of contents) if ('text' in content) expectInert(String(content.text), /./);
    }
    expect(client.stderr()).not.toMatch(UNSEEN);
  });
});
