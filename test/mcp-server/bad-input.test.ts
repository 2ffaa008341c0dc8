import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdsNoSecret, isClear } from '../cli/failing.ts';
import { CHANGED, IDS, ISSUE, NOT_AN_ID, useTrouble, WORDS } from '../cli/trouble.ts';
import { accept, connect, type TestClient } from '../support/mcp.ts';
import { works } from '../support/steps.ts';

const at = useTrouble();

describe('through MCP', () => {
  at.groupChangesNothing();

  const fails = async (tool: string, args: Record<string, unknown>, kind: string, sentence: RegExp) => {
    const answer = await at.observer.call(tool, args);
    expect(answer.isError, answer.text).toBe(true);
    expect(answer.data.kind, answer.text).toBe(kind);
    expect(answer.text).toBe(`${kind}: ${answer.data.message}\nNext step: ${answer.data.hint}`);
    expect(answer.data.message).toMatch(sentence);
    isClear(answer.data.message, answer.data.hint);
    holdsNoSecret({ stdout: answer.text, stderr: at.observer.stderr() }, at.stage.env);
  };

  test.each(IDS)('a short id that is %s, to every tool that takes one', async (_name, make) => {
    const issue = make(join(at.stage.folder, 'pwned'));
    await fails('sentry_latest_event', { issue }, 'input', NOT_AN_ID);
    await fails('github_search_issues', { issue }, 'input', NOT_AN_ID);
    await fails('sentry_list_issues', { issues: [issue] }, 'input', NOT_AN_ID);
    await fails('ledger_register', { issues: [issue] }, 'input', NOT_AN_ID);
    await fails('ledger_update', { issue, add: ['a'] }, 'input', NOT_AN_ID);
    await fails('worktree_create', { issue }, 'input', NOT_AN_ID);
    await fails('worktree_remove', { issue }, 'input', NOT_AN_ID);
    await fails('fix_verify', { issue, test: 'true', test_files: ['a'] }, 'input', NOT_AN_ID);
    await fails('fix_commit', { issue, files: ['a'], root_cause: WORDS, fix: WORDS }, 'input', NOT_AN_ID);
    await fails('github_create_draft_pr', { issue, summary: WORDS }, 'input', NOT_AN_ID);
    await fails('sentry_resolve', { issue }, 'input', NOT_AN_ID);
    expect(existsSync(join(at.stage.folder, 'pwned'))).toBe(false);
  });

  test('arguments of other kinds', async () => {
    await fails('sentry_latest_event', { issue: 7 }, 'input', /issue/);
    await fails('sentry_list_issues', { top: 'many' }, 'input', /top/);
    await fails('sentry_list_issues', { sort: 'luck' }, 'input', /sort/);
    await fails('triage_select', { triage: '20200101-none' }, 'input', /no triage/);
  });

  test('issues that are not there, or not selected', async () => {
    await fails('sentry_latest_event', { issue: 'RACE-DAY-ZZZ' }, 'input', /RACE-DAY-ZZZ/);
    await fails('ledger_register', { issues: ['RACE-DAY-ZZZ'] }, 'refused', /not selected/);
  });

  test.each(['../outside.mjs', '/etc/passwd', 'src/../../outside', ''])(
    '%j cannot be claimed',
    async (path) => {
      await fails(
        'ledger_register',
        { issues: [ISSUE], paths: [path] },
        'input',
        /outside|\.\.|absolute|inside|paths/,
      );
    },
  );

  test('the server goes on', async () => {
    expect((await at.observer.call('ledger_status')).isError).toBe(false);
    expect(at.observer.stderr()).toBe('');
  });
});

describe('files outside, through MCP', () => {
  let client: TestClient;
  beforeAll(async () => {
    client = await connect(at.stage, { answer: accept('all') });
    await works(client, 'sentry_list_issues', { issues: [ISSUE] });
    await works(client, 'triage_select');
    await works(client, 'ledger_register', { issues: [ISSUE], paths: CHANGED });
    await works(client, 'worktree_create', { issue: ISSUE });
    for (const name of CHANGED) await writeFile(join(at.worktree(), name), 'export const x = 1;\n');
    const reason = 'Needs the timing hardware of the pit wall.';
    await works(client, 'fix_verify', { issue: ISSUE, no_test_reason: reason });
  });
  afterAll(async () => {
    await client?.call('ledger_complete', { note: 'tried' });
    await client?.close();
  });

  const fails = async (tool: string, args: Record<string, unknown>, kind: RegExp) => {
    const answer = await client.call(tool, { issue: ISSUE, ...args });
    expect(answer.isError, answer.text).toBe(true);
    expect(answer.data.kind, answer.text).toMatch(kind);
    isClear(answer.data.message, answer.data.hint);
  };

  test.each(['../outside.test.mjs', '/etc/passwd', '.git/config', '--all'])(
    '%s is no file of the test',
    async (file) => {
      await at.changesNothing(() => fails('fix_verify', { test: 'true', test_files: [file] }, /input/));
    },
  );

  test.each(['../outside.mjs', '/etc/passwd', '.git/config', '--all', ':/', '.'])(
    '%s is no file of the commit, and is not claimed',
    async (file) => {
      const files = [...CHANGED, file];
      await at.changesNothing(() =>
        fails('fix_commit', { files, root_cause: WORDS, fix: WORDS }, /input|refused/),
      );
      expect(await at.stage.git('-C', at.worktree(), 'log', '--oneline', 'main..HEAD')).toBe('');
    },
  );

  test("a test command with a NUL is the caller's mistake, and no fault of Pitcrew", async () => {
    await fails('fix_verify', { test: 'echo a\0b', test_files: ['test/new.test.mjs'] }, /input/);
  });
});
