import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONFIG } from '../cli/trouble.ts';
import { until } from '../core/processes.ts';
import { holdLock } from '../ledger/group/helpers.ts';
import { crashIn } from '../support/crashes.ts';
import { accept, connect, type TestClient } from '../support/mcp.ts';
import { type SmallFix, writeSmallFix } from '../support/small-fix.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { fails, select, WORDS, works } from '../support/steps.ts';

const FILES = ['src/orders/lights.mjs', 'src/orders/radio.mjs'];
const ISSUES = ['RACE-DAY-1', 'RACE-DAY-2'];

let stage: Stage;
let clients: TestClient[];
beforeAll(async () => {
  stage = await openStage({ config: CONFIG });
  for (const file of FILES) await stage.crash(crashIn(file));
  clients = await Promise.all(
    [1, 2].map((n) => connect(stage, { name: `crew-${n}`, answer: accept('all') })),
  );
});
afterAll(async () => {
  for (const client of clients ?? []) await client.close();
  await stage?.close();
});

/** The same step of both sessions at the same moment, each for its own issue. */
const both = <Result>(step: (client: TestClient, issue: string, index: number) => Promise<Result>) =>
  Promise.all(clients.map((client, index) => step(client, ISSUES[index] ?? '', index)));

test('two sessions take the same issues at once: each issue has one of them, and the other is told who', async () => {
  await both((client) => select(client, ISSUES));
  const answers = await both((client) => client.call('ledger_register', { issues: ISSUES, paths: FILES }));
  expect(answers.filter(({ isError }) => !isError)).toHaveLength(1);
  const refused = answers.find(({ isError }) => isError);
  expect(refused?.text).toMatch(/^refused: Nothing was claimed.*held by crew-[12], pid \d+/);
  const winner = clients[answers[0]?.isError ? 1 : 0];
  if (winner) await works(winner, 'ledger_complete', { note: 'shared out' });
});

test('two sessions that find the ledger taken have one of them write for both', async () => {
  const folder = join(stage.repository, '.git/pitcrew');
  const letGo = holdLock(join(folder, 'ledger.db'));
  const asked = both((client, issue, index) =>
    works(client, 'ledger_register', { issues: [issue], paths: [FILES[index] ?? ''] }),
  );
  await until('one of them leads', () => existsSync(join(folder, 'group.sock')));
  letGo();
  const [one, other] = await asked;
  expect(one?.data.run).not.toBe(other?.data.run);
  await both((client) => works(client, 'ledger_complete', { note: 'shared out' }));
});

test('two sessions go the whole way at once, each with its own issue, and neither sees the work of the other', async () => {
  const summary = 'The board shows it again.';
  const fixes: SmallFix[] = [];
  await both((client, issue, index) =>
    works(client, 'ledger_register', { issues: [issue], paths: [FILES[index] ?? ''] }),
  );
  const worktrees = await both((client, issue) => works(client, 'worktree_create', { issue }));
  expect(new Set(worktrees.map(({ data }) => data.path)).size).toBe(2);
  await both(async (_client, _issue, index) => {
    fixes[index] = await writeSmallFix(worktrees[index]?.data.path, FILES[index] ?? '');
  });
  await both(async (client, issue, index) => {
    const fix = fixes[index];
    const { data } = await works(client, 'fix_verify', {
      issue,
      test: fix?.test,
      test_files: [fix?.testFile],
    });
    expect(data.proof.verdict).toBe('proven');
  });
  const commits = await both((client, issue, index) =>
    works(client, 'fix_commit', { issue, files: fixes[index]?.files, ...WORDS }),
  );
  for (const [index, { data }] of commits.entries()) {
    expect((await stage.git('diff', '--name-only', 'main', data.sha)).split('\n')).toEqual(
      fixes[index]?.files,
    );
    expect(await stage.git('rev-list', '--count', `main..${data.sha}`)).toBe('1');
  }
  const pulls = await both((client, issue) => works(client, 'github_create_draft_pr', { issue, summary }));
  expect(pulls.map(({ data }) => data.outcome)).toEqual(['created', 'created']);
  const resolved = await both((client, issue) => works(client, 'sentry_resolve', { issue }));
  for (const [index, { data }] of resolved.entries()) {
    expect(data.after).toContain(commits[index]?.data.sha.slice(0, 12));
  }
  await both((client) => works(client, 'ledger_complete', { note: 'done' }));
  await until('the view knows both', async () => {
    const view = await readFile(join(stage.repository, '.claude/active-runs.md'), 'utf8');
    return ISSUES.every((issue) => view.includes(issue));
  });
  expect(await stage.git('status', '--porcelain')).toBe('');
  for (const client of clients) expect(client.stderr()).toBe('');
});

test('what one session has done cannot be done over by the other', async () => {
  const [, other] = clients;
  if (!other) throw new Error('There is no second session.');
  await fails(other, 'fix_commit', { issue: ISSUES[0], files: FILES.slice(0, 1), ...WORDS }, 'refused');
  await fails(other, 'sentry_resolve', { issue: ISSUES[0] }, 'refused');
});
