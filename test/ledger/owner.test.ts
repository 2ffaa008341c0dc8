import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import type { Owner } from '../../ledger/ledger.ts';
import { currentOwner, ownerLiveness } from '../../ledger/owner.ts';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { cmd, collectingLog, MINUTE, START, tempFolder } from './helpers.ts';

async function startChild(): Promise<{ child: ChildProcess; owner: Owner }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'child-owner.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  if (!child.stdout) throw new Error('no output');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, owner: JSON.parse(line) };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('a real process is alive until it dies, and its run is free at once after that', async () => {
  const { child, owner } = await startChild();
  expect(owner.label).toBe(`child, pid ${child.pid} on ${owner.host}`);
  expect(ownerLiveness(owner)).toBe('alive');
  const ledger = await openSqliteLedger({
    file: join(tempFolder(), 'ledger.db'),
    clock: () => START,
    log: collectingLog(),
  });
  onTestFinished(() => ledger.dispose());
  const claim = (session: string, by: Owner) =>
    ledger.register({
      cmd: cmd(),
      session,
      owner: by,
      incidents: ['sentry:a/B-1'],
      paths: [],
      base: 'b',
      ttlMs: MINUTE,
      intent: '',
    });
  expect((await claim('child', owner)).ok).toBe(true);
  expect((await claim('me', currentOwner({ label: 'me' }))).ok).toBe(false);
  await kill(child);
  expect(ownerLiveness(owner)).toBe('gone');
  expect((await claim('me', currentOwner({ label: 'me' }))).ok).toBe(true);
});

test('a pid that belongs to another process now is not its owner', () => {
  const me = currentOwner({ label: 'me' });
  expect(ownerLiveness(me)).toBe('alive');
  expect(ownerLiveness({ ...me, start: '1' })).toBe('gone');
});

test('nothing is known of another machine, boot or pid namespace, or without a pid', () => {
  const me = currentOwner({ label: 'me' });
  expect(ownerLiveness({ ...me, boot: 'other' })).toBe('unknown');
  expect(ownerLiveness({ ...me, pidNamespace: 'pid:[0]' })).toBe('unknown');
  const unbound = currentOwner({ label: 'cli', pid: 0 });
  expect(unbound).toMatchObject({ pid: 0, start: '', label: `cli on ${me.host}` });
  expect(ownerLiveness(unbound)).toBe('unknown');
});
