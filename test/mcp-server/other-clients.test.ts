import type { ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { crashIn } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, type Stage } from '../support/stage.ts';

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

async function client(name: string, answer?: () => ElicitResult): Promise<TestClient> {
  const connected = await connect(stage, { name, ...(answer ? { answer } : {}) });
  open.push(connected);
  return connected;
}

test.each([
  ['gemini-cli-mcp-client', false],
  ['claude-code', true],
])('what only programs read of an error, in %s: %s', async (name, isThere) => {
  const { client: raw } = await client(name);
  for (const tool of ['triage_select', 'no_such_tool']) {
    const result = await raw.callTool({ name: tool, arguments: {} });
    expect(result).toMatchObject({ isError: true, content: [{ type: 'text' }] });
    expect(result._meta !== undefined).toBe(isThere);
  }
  const listed = await raw.callTool({ name: 'sentry_list_issues', arguments: { issues: ['RACE-DAY-1'] } });
  expect(listed._meta).toHaveProperty('pitcrew/data');
});

/** Waits as a person does who reads; nothing else of the client happens meanwhile. */
const READS_FOR_MS = 700;
const decline = (): ElicitResult => ({ action: 'decline' });

test('a no that comes after a while is the person’s', async () => {
  const slow = await client('claude-code', () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, READS_FOR_MS);
    return decline();
  });
  await slow.call('sentry_list_issues', { issues: ['RACE-DAY-1'] });
  expect((await slow.call('triage_select')).text).toContain('The person declined to choose');
});

// On a machine that is busy for so long, the answer comes late: then once more.
test('one that comes before anybody can have read is not called so', { retry: 5 }, async () => {
  const fast = await client('some-client', decline);
  await fast.call('sentry_list_issues', { issues: ['RACE-DAY-1'] });
  expect((await fast.call('triage_select')).text).toContain(
    'The client or the person declined to choose: nothing is selected.',
  );
});
