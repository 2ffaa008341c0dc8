import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { crashIn } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { claim, fails, person, works, worktreeOf } from '../support/steps.ts';

const ISSUE = 'RACE-DAY-1';
const SESSION = '0f2f6c1e-5b0a-4a51-9d5e-2f1b7c9f4d10';
const ANOTHER = '7d1a0c55-93f1-4b1c-8f1e-0a9d3c2b1e44';
let stage: Stage;
const open: TestClient[] = [];

beforeAll(async () => {
  stage = await openStage();
  await stage.crash(crashIn('src/one.mjs'));
});
afterEach(async () => {
  for (const client of open.splice(0)) await client.close();
});
afterAll(() => stage?.close());

/** Claude Code with a person before it, in this session of it. */
async function claude(session: string): Promise<TestClient> {
  const client = await connect(stage, { name: 'claude-code', answer: person().answer });
  open.push(client);
  await client.call('person_prompt', { prompt: 'go on', session });
  return client;
}

test('a resumed session hears when and why its claim ended, and goes on after claiming again', async () => {
  const before = await claude(SESSION);
  await claim(before, [ISSUE]);
  const folder = await worktreeOf(before, ISSUE);
  await before.close();

  const after = await claude(SESSION);
  const failure = await fails(after, 'fix_approve', { issue: ISSUE }, 'refused');
  expect(failure.message).toMatch(
    /^RACE-DAY-1 is not claimed by this session any more: run \S+ ended at \d{4}-\S+Z \(\d+ s ago\): its session ended before anything was changed\.$/,
  );
  expect(failure.hint).toBe('Claim it again with ledger_register, and go on.');
  await works(after, 'ledger_register', { issues: [ISSUE], paths: [] });
  expect((await works(after, 'worktree_create', { issue: ISSUE })).data.path).toBe(folder);
});

test('so does a session that ended the claim itself, with its own note', async () => {
  const client = await claude(SESSION);
  await claim(client, [ISSUE]);
  await works(client, 'ledger_complete', { note: 'nothing to do\u001b[31m' });
  const failure = await fails(client, 'worktree_create', { issue: ISSUE }, 'refused');
  expect(failure.message).toMatch(/any more: run \S+ ended at \S+ \(\d+ s ago\): nothing to do\.$/);
});

test('another session hears nothing of it', async () => {
  const failure = await fails(await claude(ANOTHER), 'worktree_create', { issue: ISSUE }, 'refused');
  expect(failure.message).toBe(`${ISSUE} is not claimed by this session.`);
});
