import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openSqliteLedger } from '../../../ledger/sqlite-ledger.ts';
import { collectingLog, tempFolder } from '../helpers.ts';
import {
  answered,
  greetingOf,
  group,
  holdLock,
  leading,
  names,
  newStore,
  openTogether,
  placeOf,
  register,
  registered,
} from './helpers.ts';

test('the first who finds the lock taken leads, the other follows, and each command is done once', async () => {
  const file = await newStore();
  const [leader, follower] = await group(file);
  expect(statSync(placeOf(file)).mode & 0o777).toBe(0o600);
  leader.ask(...names('leader', 20));
  follower.ask(...names('follower', 20));
  await answered(leader, 21);
  await answered(follower, 21);
  const all = [...names('leader', 20), ...names('follower', 20), 'sentry:a/FIRST-1', 'sentry:a/FIRST-2'];
  expect(await registered(file)).toEqual(all.sort());
  expect([...leader.answers.values(), ...follower.answers.values()]).not.toContain('refused');
});

test('what comes together is one transaction', async () => {
  const file = await newStore();
  const letGo = holdLock(file);
  const ledger = await openTogether(file);
  const asked = names('many', 30).map((incident) => register(ledger, incident));
  await leading(file);
  const beside = new DatabaseSync(file);
  onTestFinished(() => beside.close());
  // Another one after each commit of another connection.
  const version = () => beside.prepare('PRAGMA data_version').get()?.data_version;
  const seen = new Set([version()]);
  letGo();
  const looking = setInterval(() => seen.add(version()));
  expect((await Promise.all(asked)).every(({ ok }) => ok)).toBe(true);
  clearInterval(looking);
  seen.add(version());
  expect(await registered(file)).toHaveLength(30);
  // All have waited for one lock; one of them perhaps before there was a group.
  expect(seen.size - 1).toBeLessThanOrEqual(3);
});

test.each([
  ['killed', 'SIGKILL'],
  ['frozen', 'SIGSTOP'],
] as const)(
  'a leader that is %s is passed by: its follower goes on, with nothing lost or doubled',
  async (_, signal) => {
    const file = await newStore();
    const [leader, follower] = await group(file);
    leader.child.kill(signal);
    follower.ask(...names('follower', 10));
    await answered(follower, 11);
    expect(await registered(file)).toHaveLength(12);
    if (signal === 'SIGKILL') return;
    // What it finds in its socket when it goes on is too late, and nobody waits for it.
    leader.child.kill('SIGCONT');
    leader.ask(...names('leader', 5));
    await answered(leader, 6);
    expect(await registered(file)).toHaveLength(17);
  },
);

test('a leader that ends hands over: the place is free, and the others lead', async () => {
  const file = await newStore();
  const [leader, follower] = await group(file);
  await leader.end();
  expect(existsSync(placeOf(file))).toBe(false);
  follower.ask(...names('follower', 5));
  await answered(follower, 6);
  expect(await registered(file)).toHaveLength(7);
});

test.each([
  ['says nothing', () => ''],
  ['greets otherwise', () => 'hello\n'],
  ['answers with something else', (greeting: string) => `${greeting}\n{"id":"x"\n`],
  ['never ends its line', (greeting: string) => `${greeting}\n${'x'.repeat(300_000)}`],
  ['greets and says nothing more', (greeting: string) => `${greeting}\n`],
])('a leader that %s is passed by', async (_, words) => {
  const file = await newStore();
  const said = words(await greetingOf(file));
  const liar = createServer((socket) => void socket.on('error', () => undefined).write(said));
  liar.listen(placeOf(file));
  onTestFinished(() => void liar.close());
  const ledger = await openTogether(file);
  const letGo = holdLock(file);
  const asked = names('session', 3).map((incident) => register(ledger, incident));
  setTimeout(letGo, 200);
  expect(await Promise.all(asked)).toMatchObject([{ ok: true }, { ok: true }, { ok: true }]);
  expect(await registered(file)).toHaveLength(4);
});

test('a follower that sends what is no command gets no answer, and the leader goes on', async () => {
  const file = await newStore();
  const [leader, follower] = await group(file);
  const late = '{"id":1,"kind":"leave","input":{"cmd":"c","session":"s","ticket":"t"},"until":1}\n';
  const lines = [
    'hello\n',
    '[]\n',
    'null\n',
    '{"id":1,"kind":"drop","input":{"cmd":"c"}}\n',
    '{"id":1,"kind":"constructor","input":{"cmd":"c"}}\n',
    '{"id":1,"kind":"register","input":{"cmd":"c"}}\n',
    '{"id":1,"kind":"register"}\n',
    '{"id":1,"kind":"register","input":{"cmd":"c","owner":null}}\n',
    late,
    'x'.repeat(400_000),
  ];
  const heard: string[] = [];
  for (const line of lines) {
    const socket = connect(placeOf(file));
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined).on('data', (chunk) => heard.push(String(chunk)));
    socket.write(line);
  }
  follower.ask(...names('follower', 5));
  await answered(follower, 6);
  leader.ask(...names('leader', 5));
  await answered(leader, 6);
  expect(heard.join('')).not.toContain('"answer"');
  expect(await registered(file)).toHaveLength(12);
});

test('a leader whom nobody meets for five seconds is one no more, and nothing else changes', async () => {
  const file = await newStore();
  const [leader, follower] = await group(file);
  await vi.waitFor(() => expect(existsSync(placeOf(file))).toBe(false), { timeout: 30_000, interval: 100 });
  leader.ask(...names('leader', 2));
  follower.ask(...names('follower', 2));
  await answered(leader, 3);
  await answered(follower, 3);
  expect(await registered(file)).toHaveLength(6);
});

test('what a follower changes is in the view, also when its leader is killed before that', async () => {
  const file = await newStore();
  const view = join(file, '..', 'active-runs.md');
  const [leader, follower] = await group(file, view);
  const shown = (incident: string) =>
    vi.waitFor(() => expect(readFileSync(view, 'utf8')).toContain(incident), { timeout: 10_000 });
  await shown('FIRST-1');
  await shown('FIRST-2');
  // Long enough that nobody has anything left to render.
  await delay(1500);
  follower.ask('sentry:a/NEXT-1');
  await answered(follower, 2);
  leader.child.kill('SIGKILL');
  await shown('NEXT-1');
});

test('where the name of the place is too long for a socket, everybody is on their own', async () => {
  const folder = join(tempFolder(), 'x'.repeat(100));
  await mkdir(folder);
  const file = join(folder, 'ledger.db');
  await (await openSqliteLedger({ file, clock: Date.now, log: collectingLog() })).dispose();
  const ledger = await openTogether(file);
  const letGo = holdLock(file);
  setTimeout(letGo, 100);
  expect(await register(ledger, 'sentry:a/A-1')).toMatchObject({ ok: true });
  expect(existsSync(join(folder, 'group-lock.db'))).toBe(false);
});
