import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Owner } from '../../ledger/ledger.ts';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { cmd, collectingLog, tempFolder } from './helpers.ts';

test('a stopped process keeps its claim and stops nobody else; killed, it is free at once', async () => {
  const file = join(tempFolder(), 'pitcrew', 'ledger.db');
  const child = spawn(process.execPath, [join(import.meta.dirname, 'child-owner.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  const owner: Owner = JSON.parse(String(line));
  // The wall's clock jumps by a day: what is seen of the process counts.
  let now = Date.now();
  const ledger = await openSqliteLedger({ file, clock: () => now, log: collectingLog() });
  onTestFinished(() => ledger.dispose());
  const claim = (session: string, incident: string) =>
    ledger.register({
      cmd: cmd(),
      session,
      owner: session === 'frozen' ? owner : { ...owner, pid: 0, start: '', label: session },
      incidents: [incident],
      paths: [],
      base: 'b',
      ttlMs: 60_000,
      intent: '',
    });
  expect(await claim('frozen', 'sentry:a/A-1')).toMatchObject({ ok: true });
  child.kill('SIGSTOP');
  now += 24 * 3_600_000;
  expect(await claim('other', 'sentry:a/B-1')).toMatchObject({ ok: true });
  expect(await claim('other', 'sentry:a/A-1')).toMatchObject({
    ok: false,
    conflicts: [{ liveness: 'suspect' }],
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await claim('other', 'sentry:a/A-1')).toMatchObject({ ok: true });
});
