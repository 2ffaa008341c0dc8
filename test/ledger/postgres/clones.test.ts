import { describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { openLedger } from '../../../src/context/ledger.ts';
import { openRepository } from '../../../src/git/repository.ts';
import { ENV, git, repositoryWith } from '../../git/repositories.ts';
import { cmd, collectingLog, MINUTE, ownerOf } from '../helpers.ts';
import { serverForThisFile } from './desks.ts';

const server = await serverForThisFile();

/** A clone whose remote is spelled like this, as a session that has this environment opens it. */
async function clone(origin: string | undefined, env: NodeJS.ProcessEnv, root = repositoryWith()) {
  if (origin !== undefined) git(root, 'remote', 'add', 'origin', origin);
  const all = { ...ENV, ...env };
  const repository = await openRepository({ cwd: root, env: all });
  const log = collectingLog();
  const open = async () => {
    const config = await loadConfig(root);
    const opened = await openLedger({ repository, config, env: all, leaseMs: MINUTE, clock: Date.now, log });
    onTestFinished(() => opened.dispose());
    return opened.ledger;
  };
  return { root, open, log };
}

const claim = (session: string) => ({
  cmd: cmd(),
  session,
  owner: { ...ownerOf(session), host: session, boot: session },
  incidents: ['sentry:a/W-1'],
  paths: [],
  base: 'b',
  ttlMs: MINUTE,
  intent: '',
});

describe.skipIf(!server)('clones on several machines', () => {
  const env = { PITCREW_LEDGER_URL: server?.url };

  test('meet in one ledger, however their remote is spelled', async () => {
    const one = await clone('git@git.example.com:Acme/Shop.git', env);
    const other = await clone('https://ada@git.example.com:8443/acme/shop', env);
    const third = await clone('https://git.example.com/acme/another', env);
    expect(await (await one.open()).register(claim('ann'))).toMatchObject({ ok: true });
    expect(await (await other.open()).register(claim('ben'))).toMatchObject({
      ok: false,
      conflicts: [{ holder: 'ann, pid 4711 on build-3' }],
    });
    expect(await (await third.open()).register(claim('cid'))).toMatchObject({ ok: true });
    const nameless = await clone(undefined, env);
    await expect(nameless.open()).rejects.toMatchObject({
      kind: 'input',
      hint: expect.stringContaining('ledger.repository'),
    });
  });

  test('a session that was told of the database, and one that was not, do not each have a ledger', async () => {
    const told = await clone('git@git.example.com:acme/told.git', env);
    const ledger = await told.open();
    const granted = await ledger.register(claim('ann'));
    if (!granted.ok) throw new Error('refused');
    await ledger.dispose();
    const untold = await clone(undefined, {}, told.root);
    await expect(untold.open()).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('ann, pid 4711 on build-3 is at work'),
      hint: expect.stringContaining('PITCREW_LEDGER_URL'),
    });
    const again = await told.open();
    const { run, fence } = granted.run;
    await again.close({ cmd: cmd(), run, fence, status: 'completed', commits: [] });
    await again.dispose();
    const embedded = await untold.open();
    await embedded.register(claim('ben'));
    await expect(told.open()).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('still at work'),
    });
  });
});
