import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Ledger } from '../../../ledger/ledger.ts';
import { FORMAT } from '../../../ledger/postgres/schema.ts';
import { openPostgresLedger, type PostgresLedgerOptions } from '../../../ledger/postgres-ledger.ts';
import { childEnvironment } from '../../../src/core/run.ts';
import { tcpProxy } from '../../support/tcp-proxy.ts';
import { cmd, collectingLog, exclusive, MINUTE, ownerOf, START, tempFolder } from '../helpers.ts';
import { freshRepository, serverForThisFile } from './desks.ts';

const server = await serverForThisFile();
const url = server?.url ?? '';

async function open(options: Partial<PostgresLedgerOptions> = {}): Promise<Ledger> {
  const ledger = await openPostgresLedger({
    url,
    repository: freshRepository(),
    clock: Date.now,
    log: collectingLog(),
    liveness: () => 'unknown',
    ...options,
  });
  onTestFinished(() => ledger.dispose());
  return ledger;
}

/** What a person with psql does. */
async function asked(text: string, at = url): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: at });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** A database of its own, for what concerns all repositories of one. */
async function freshDatabase(): Promise<string> {
  const name = `test_${Math.random().toString(36).slice(2)}`;
  await asked(`CREATE DATABASE ${name}`);
  onTestFinished(async () => {
    await asked(`DROP DATABASE ${name} WITH (FORCE)`);
  });
  return url.replace('/postgres?', `/${name}?`).replace(/\/postgres$/, `/${name}`);
}

const claim = (session: string, incident: string) => ({
  cmd: cmd(),
  session,
  owner: ownerOf(session),
  incidents: [`sentry:a/${incident}`],
  paths: exclusive(`src/${incident}.ts`),
  base: 'b',
  ttlMs: 2 * MINUTE,
  intent: '',
});

describe.skipIf(!server)('the database', () => {
  test('many openers at once make one store, and each repository has a ledger of its own', async () => {
    const at = await freshDatabase();
    const repository = 'GitHub.com/Acme/Shop';
    const ledgers = await Promise.all(Array.from({ length: 10 }, () => open({ url: at, repository })));
    const other = await open({ url: at, repository: 'github.com/acme/other' });
    const triage = { id: 't', createdAt: 1, report: 'r', candidates: [] };
    const revisions = await Promise.all(
      ledgers.map((ledger) => ledger.recordTriage({ cmd: cmd(), session: 's', triage })),
    );
    expect(revisions.map(({ rev }) => rev).sort((a, b) => a - b)).toEqual(ledgers.map((_, n) => n + 1));
    expect(await other.register(claim('bob', 'B-1'))).toMatchObject({ ok: true, rev: 1 });
    expect(await other.triage({})).toBeUndefined();
    const same = await open({ url: at, repository: 'github.com/acme/shop' });
    expect(await same.triage({})).toMatchObject({ id: 't' });
    expect((await same.list()).active).toEqual([]);
  });

  test('one of a newer program is refused, also by a session that has it open', async () => {
    const at = await freshDatabase();
    const early = await open({ url: at });
    await early.register(claim('alice', 'B-1'));
    await asked(`UPDATE pitcrew.format SET format = ${FORMAT + 1}`, at);
    const refusal = { kind: 'refused', message: expect.stringContaining('newer Pitcrew') };
    await expect(early.register(claim('alice', 'B-2'))).rejects.toMatchObject(refusal);
    await expect(early.guard({ run: 'r1', fence: 1, effect: 'push' })).rejects.toMatchObject(refusal);
    await expect(early.list()).rejects.toMatchObject(refusal);
    await expect(open({ url: at })).rejects.toMatchObject(refusal);
  });

  test('refuses a second holder of an incident even if the rules were wrong', async () => {
    const repository = freshRepository();
    const ledger = await open({ repository });
    const granted = await ledger.register(claim('alice', 'B-1'));
    if (!granted.ok) throw new Error('refused');
    await asked(`INSERT INTO pitcrew.claims VALUES ('${repository}', 'sentry:a/B-2', 'r-unseen')`);
    await expect(ledger.register(claim('bob', 'B-2'))).rejects.toMatchObject({
      kind: 'upstream',
      message: expect.stringMatching(/answers with an error: .*claims_pkey.*23505/),
    });
    expect((await ledger.list()).active).toHaveLength(1);
    // Nothing of the failed command stays, and the connection goes on.
    expect(await ledger.register(claim('bob', 'B-3'))).toMatchObject({ ok: true, rev: 2 });
  });

  test('keeps texts of every kind', async () => {
    const ledger = await open();
    const intent = `a ' quote, "two", a \\ backslash, $1, ; DROP TABLE x; -- 日本語 😀`;
    const granted = await ledger.register({
      ...claim("o'brien \\", 'B-1'),
      intent,
      paths: exclusive("src/it's.ts"),
    });
    if (!granted.ok) throw new Error('refused');
    expect((await ledger.list()).active[0]).toMatchObject({
      session: "o'brien \\",
      intent,
      paths: [{ glob: "src/it's.ts" }],
    });
    const { run, fence } = granted.run;
    const path = 'C:\\work\\\u0000\uD800';
    const data = { path, branch: "fix/it's", base: 'b' };
    const step = { cmd: cmd(), run, fence, incident: 'sentry:a/B-1', step: 'worktree' as const, data };
    expect(await ledger.recordStep(step)).toMatchObject({ ok: true });
    expect((await ledger.incident('sentry:a/B-1')).steps.worktree).toEqual(data);
    expect(await ledger.guard({ run: 'no\u0000run', fence: 1, effect: 'push' })).toMatchObject({ ok: false });
  });

  test("wakes a waiter by the other's change, and judges by the server's clock", async () => {
    const repository = freshRepository();
    const alice = await open({ repository, clock: () => 0 });
    const bob = await open({ repository });
    const waiting = bob.wait({ session: 'bob', afterRev: 0, timeoutMs: 60_000 });
    const granted = await alice.register(claim('alice', 'B-1'));
    expect(await waiting).toMatchObject({ ok: true, rev: 1 });
    if (!granted.ok) throw new Error('refused');
    expect(Math.abs(granted.run.startedAt - Date.now())).toBeLessThan(MINUTE);
    const gone = bob.wait({
      session: 'bob',
      afterRev: 1,
      timeoutMs: 60_000,
      signal: AbortSignal.timeout(50),
    });
    await expect(gone).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe.skipIf(!server)('credentials', () => {
  const withPassword = (password: string) =>
    url.replace(/\/\/[^@]+@/, `//pitcrew${password && `:${password}`}@`);

  test('a wrong password is refused in words without it, and with a next step', async () => {
    const log = collectingLog();
    const thrown = await open({ url: withPassword('wrong-secret-1'), log }).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ kind: 'input', hint: expect.stringContaining('PGPASSFILE') });
    expect(JSON.stringify([thrown, String(thrown), log.lines])).not.toContain('wrong-secret-1');
  });

  test('a password from the environment is used only when it is handed over, one from the file of passwords by host', async () => {
    process.env.PGPASSWORD = server?.password;
    onTestFinished(() => {
      delete process.env.PGPASSWORD;
    });
    const bare = withPassword('');
    await expect(open({ url: bare })).rejects.toMatchObject({ kind: 'input' });
    await open({ url: bare, password: server?.password });
    const file = join(tempFolder(), 'pgpass');
    const socket = new URL(url).searchParams.get('host')?.replaceAll(':', '\\:') ?? '*';
    writeFileSync(file, `# ours\nelsewhere:*:*:*:no\n${socket}:*:*:pitcrew:${server?.password}\n`);
    chmodSync(file, 0o644);
    await expect(open({ url: bare, passwordFile: file })).rejects.toMatchObject({ kind: 'input' });
    chmodSync(file, 0o600);
    await open({ url: bare, passwordFile: file });
  });

  test.each(['mysql://u:geheim@h/d', 'geheim', 'postgres://h/d?password=geheim', 'postgres://u:gehe im@h/d'])(
    'an address that is none (%s) is not repeated',
    async (text) => {
      const thrown = await open({ url: text }).catch((error: unknown) => error);
      expect(thrown).toMatchObject({ kind: 'input' });
      expect(`${String(thrown)} ${JSON.stringify(thrown)}`).not.toMatch(/geheim|gehe im/);
    },
  );

  test('children do not get it', () => {
    const env = { PITCREW_LEDGER_URL: 'postgres://u:p%40ss@h/d', PGPASSWORD: 'p', PATH: '/bin' };
    expect(childEnvironment(env)).toEqual({ PATH: '/bin' });
  });
});

describe.skipIf(!server)('the mirror', () => {
  test('has the active runs for hooks, and is what a list falls back to in a new session', async () => {
    if (!server) return;
    const { mirrorFile, readMirroredRuns, readMirror, writeMirror } = await import(
      '../../../ledger/postgres/mirror.ts'
    );
    const proxy = await tcpProxy(server.listens);
    onTestFinished(() => proxy.close());
    const folder = tempFolder();
    const file = mirrorFile(folder);
    expect(readMirroredRuns(file, Date.now())).toBeUndefined();
    const repository = freshRepository();
    const through = `postgres://${server.user}:${server.password}@127.0.0.1:${proxy.port}/postgres`;
    const first = await openPostgresLedger({
      url: through,
      repository,
      folder,
      clock: Date.now,
      log: collectingLog(),
    });
    const granted = await first.register(claim('alice', 'B-1'));
    if (!granted.ok) throw new Error('refused');
    await first.dispose();
    expect(readMirroredRuns(file, Date.now())).toMatchObject({
      ok: true,
      rev: 1,
      runs: [{ run: granted.run.run, liveness: 'live' }],
    });
    expect(readMirroredRuns(file, Date.now() + 60 * MINUTE)).toMatchObject({
      runs: [{ liveness: 'suspect' }],
    });
    expect(readFileSync(file, 'utf8')).not.toContain(server.password);

    const newest = readMirror(file);
    if (!newest) throw new Error('no mirror');
    writeMirror(file, { ...newest, at: START, picture: { ...newest.picture, rev: 0, runs: [] } });
    expect(readMirror(file)).toEqual(newest);

    proxy.sever();
    const log = collectingLog();
    const second = await openPostgresLedger({ url: through, repository, folder, clock: Date.now, log });
    onTestFinished(() => second.dispose());
    const { active, handwritten } = await second.list();
    expect(active).toMatchObject([{ run: granted.run.run }]);
    expect(handwritten[0]?.title).toMatch(/^As of /);
    await expect(open({ url: through, repository, folder: tempFolder() })).rejects.toMatchObject({
      kind: 'upstream',
    });

    writeFileSync(file, '{"format":1');
    expect(readMirroredRuns(file, Date.now())).toMatchObject({ ok: false });
    proxy.restore();
  });
});
