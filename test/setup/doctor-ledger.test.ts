import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { Owner } from '../../ledger/ledger.ts';
import { currentOwner } from '../../ledger/owner.ts';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { systemClock } from '../../src/core/clock.ts';
import { stderrLog } from '../../src/core/log.ts';
import { until } from '../core/processes.ts';
import type { TestPlace } from './place.ts';
import { doctor, setupStage } from './stage.ts';

const stage = setupStage();

describe.concurrent('the ledger', () => {
  const file = (at: TestPlace) => join(at.repository, '.git', 'pitcrew', 'ledger.db');

  async function claim(
    at: TestPlace,
    incident: string,
    owner: Owner,
    worktree?: string,
    ttlMs = 60_000,
  ): Promise<void> {
    const ledger = await openSqliteLedger({ file: file(at), clock: systemClock, log: stderrLog() });
    const session = randomUUID();
    const answer = await ledger.register({
      cmd: randomUUID(),
      session,
      owner,
      incidents: [incident],
      paths: [{ glob: `src/${incident.slice(-1)}.ts`, mode: 'exclusive' }],
      base: 'HEAD',
      ttlMs,
      intent: 'test',
    });
    if (!answer.ok) throw new Error('not registered');
    const { run, fence } = answer.run;
    if (worktree !== undefined) {
      const data = { path: worktree, branch: 'fix/x', base: 'HEAD' };
      await ledger.recordStep({ cmd: randomUUID(), run, fence, incident, step: 'worktree', data });
    }
    await ledger.dispose();
  }

  test('live runs, runs whose process is gone, worktrees on both sides', async () => {
    const at = await stage.whole();
    const own = currentOwner({ label: 'test' });
    const known = join(at.repository, '.pitcrew/worktrees/a');
    const lost = join(at.repository, '.pitcrew/worktrees/lost');
    await at.git('worktree', 'add', '--quiet', '-b', 'a', known);
    await at.git('worktree', 'add', '--quiet', '-b', 'lost', lost);
    await claim(at, 'sentry:pitstop/A', own, known);
    await claim(at, 'sentry:pitstop/B', { ...own, start: 'another process' }, lost);
    await rm(lost, { recursive: true });
    await at.write('.pitcrew/worktrees/stranger/file', '');
    const { line } = await doctor(at);
    expect(line('ledger')).toMatchObject({ state: 'ok', text: expect.stringMatching(/revision \d+/) });
    expect(line('runs')).toMatchObject({
      state: 'warn',
      text: expect.stringMatching(/^1 live run\(s\); 1 whose session is gone/),
    });
    expect(line('kernel')?.state).toBe('ok');
    expect(line('worktrees')).toMatchObject({ state: 'warn', text: expect.stringMatching(/stranger\.$/) });
    expect(line('worktrees-lost')).toMatchObject({
      state: 'warn',
      text: expect.stringContaining('worktrees/lost'),
      next: expect.stringMatching(/`node \S+ worktree-create` for the issue/),
    });
  });

  test('a silent session, whose claim does not give way by itself, and how to go on with its work', async () => {
    const at = await stage.whole();
    const elsewhere = { ...currentOwner({ label: 'test' }), host: 'build-3', boot: 'another' };
    await claim(at, 'sentry:pitstop/A', elsewhere, undefined, 1000);
    const seen = await until('the lease is over', async () => {
      const { line } = await doctor(at);
      return line('runs')?.state === 'warn' ? line('runs') : undefined;
    });
    expect(seen?.text).toMatch(/^0 live run\(s\); 1 whose session does not answer: r1-\w+\.$/);
    expect(seen?.next).toMatch(/ ledger takeover r1-\w+, which asks first\.$/);
  });

  test('another machine on the same file', async () => {
    const at = await stage.whole();
    await claim(at, 'sentry:pitstop/A', currentOwner({ label: 'test' }));
    const database = new DatabaseSync(file(at));
    database.prepare('INSERT INTO kernels VALUES (?, ?, ?)').run('another-boot', 'build-3', Date.now());
    database.close();
    const { line, code } = await doctor(at);
    expect(line('kernel')).toMatchObject({
      state: 'fail',
      kind: 'refused',
      text: expect.stringContaining('build-3'),
    });
    expect(code).toBe(3);
  });

  test('a damaged store is a failure, not an empty one', async () => {
    const at = await stage.whole();
    await mkdir(join(at.repository, '.git', 'pitcrew'));
    await writeFile(file(at), 'not a database, by far not one: '.repeat(200));
    const { line, code } = await doctor(at);
    expect(line('ledger')).toMatchObject({
      state: 'fail',
      kind: 'upstream',
      next: expect.stringContaining('ledger.db'),
    });
    expect(code).toBe(4);
  });
});
