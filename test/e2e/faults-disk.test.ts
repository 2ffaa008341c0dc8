import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../src/core/run.ts';
import { isClear } from '../cli/failing.ts';
import { CONFIG } from '../cli/trouble.ts';
import { crashIn } from '../support/crashes.ts';
import { type SmallDisk, smallDisk } from '../support/fault-disk.ts';
import { accept, connect, type TestClient } from '../support/mcp.ts';
import { type SmallFix, writeSmallFix } from '../support/small-fix.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { WORDS, works } from '../support/steps.ts';

const ISSUE = 'RACE-DAY-1';
/** Enough for what the ledger writes first, and not for the files of the repository. Bytes. */
const LEDGER_ROOM = 48 * 1024;
const disk = await smallDisk(4);
if (!disk)
  console.warn(
    'SKIPPED: no file system of a limited size can be mounted here, so nothing is known about a full disk.',
  );

describe.skipIf(!disk)('a full disk', () => {
  const { folder, fill, makeRoom } = disk ?? ({} as SmallDisk);
  let stage: Stage;
  let repository: string;
  let client: TestClient;
  let fix: SmallFix;
  const git = async (...args: string[]) =>
    (await run('git', args, { cwd: repository, env: stage.env, timeoutMs: 30_000 })).stdout.trim();

  beforeAll(async () => {
    stage = await openStage({ config: CONFIG });
    await stage.crash(crashIn('src/orders/lights.mjs'));
    repository = join(folder, 'race-day');
    await run('git', ['clone', '--quiet', stage.remote, repository], {
      cwd: folder,
      env: stage.env,
      timeoutMs: 30_000,
    });
    await git('config', 'user.name', 'Test');
    await git('config', 'user.email', 'test@example.invalid');
    client = await connect({ repository, env: stage.env }, { answer: accept('all') });
  });
  afterAll(async () => {
    await client?.close();
    await stage?.close();
    await disk?.close();
  });

  /** The call fails while the disk is full, in words that name the disk, and works when there is room. */
  const failsThenWorks = async (
    tool: string,
    args: Record<string, unknown>,
    afterFailure: () => Promise<void>,
    room = 0,
  ) => {
    fill(room);
    try {
      const answer = await client.call(tool, args);
      expect(answer.isError, answer.text).toBe(true);
      if (process.env.SHOW) console.log(tool, answer.text);
      // The ledger tells a full disk among all that may keep its store from being used.
      expect(answer.data.kind).toBe(/^The ledger/.test(answer.data.message) ? 'upstream' : 'input');
      expect(answer.data.message).toMatch(/\bdisk\b/);
      isClear(answer.data.message, answer.data.hint);
      await afterFailure();
    } finally {
      makeRoom();
    }
    return works(client, tool, args);
  };

  test('the ledger is not begun, and begins when there is room', async () => {
    await failsThenWorks('ledger_status', {}, async () => {
      const begun = await readdir(join(repository, '.git/pitcrew')).catch(() => []);
      expect(begun.filter((name) => name.startsWith('ledger.db'))).toEqual([]);
    });
  });

  test('nothing is listed as recorded that was not', async () => {
    await failsThenWorks('sentry_list_issues', { issues: [ISSUE] }, async () => {});
    await works(client, 'triage_select');
  });

  test('no claim counts that was not written', async () => {
    await failsThenWorks('ledger_register', { issues: [ISSUE], paths: ['src/**', 'test/**'] }, async () => {
      expect((await works(client, 'ledger_status')).data.active).toEqual([]);
    });
    expect((await works(client, 'ledger_status')).data.active).toHaveLength(1);
  });

  test('half a worktree is none, and does not block the next', async () => {
    const made = await failsThenWorks(
      'worktree_create',
      { issue: ISSUE },
      async () => {
        expect((await git('worktree', 'list')).split('\n')).toHaveLength(1);
      },
      LEDGER_ROOM,
    );
    expect(made.data.created).toBe(true);
    expect(await git('-C', made.data.path, 'status', '--porcelain')).toBe('');
    fix = await writeSmallFix(made.data.path, 'src/orders/lights.mjs');
  });

  test('half a copy proves nothing', async () => {
    const call = { issue: ISSUE, test: fix.test, test_files: [fix.testFile] };
    await failsThenWorks(
      'fix_verify',
      call,
      async () => {
        expect(await readdir(join(repository, '.pitcrew/proof')).catch(() => [])).toEqual([]);
      },
      LEDGER_ROOM,
    );
  });

  test('no commit is made of half of it', async () => {
    const branch = await git('rev-parse', 'fix/sentry-race-day-1');
    const made = await failsThenWorks(
      'fix_commit',
      { issue: ISSUE, files: fix.files, ...WORDS },
      async () => {
        expect(await git('rev-parse', 'fix/sentry-race-day-1')).toBe(branch);
      },
    );
    expect(await git('rev-list', '--count', `${branch}..${made.data.sha}`)).toBe('1');
    expect(await git('fsck', '--no-dangling')).toBe('');
  });

  test('the view is whole, old or new', async () => {
    const view = join(repository, '.claude/active-runs.md');
    const before = await readFile(view, 'utf8');
    fill();
    const done = await client.call('ledger_update', { issue: ISSUE, add: ['docs/**'] });
    makeRoom();
    expect(await readFile(view, 'utf8')).toBe(before);
    expect((await readdir(join(repository, '.claude'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    if (process.env.SHOW) console.log(done.text, client.stderr());
    await works(client, 'ledger_update', { issue: ISSUE, add: ['docs/more/**'] });
    await expect.poll(() => readFile(view, 'utf8')).toContain('docs/more');
  });
});
