import { once } from 'node:events';
import { mkdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { follow } from '../../../ledger/sqlite/group/follow.ts';
import { groupCommit } from '../../../ledger/sqlite/group/group-commit.ts';
import { lead } from '../../../ledger/sqlite/group/lead.ts';
import { steadyMs } from '../../../ledger/sqlite/judge.ts';
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
  openSession,
  openTogether,
  placeOf,
  register,
  registered,
} from './helpers.ts';

test('a folder in the place of the socket: all go on alone, and the lock is free for whoever can lead', async () => {
  const file = await newStore();
  mkdirSync(placeOf(file));
  const ledger = await openTogether(file);
  const letGo = holdLock(file);
  setTimeout(letGo, 150);
  expect(await register(ledger, 'sentry:a/A-1')).toMatchObject({ ok: true });
  const lockFile = join(file, '..', 'group-lock.db');
  const role = await lead(
    { place: placeOf(file), lockFile, greeting: '' },
    async () => [],
    () => undefined,
  ).catch(() => undefined);
  expect(role).toBeUndefined();
  expect(holdLock(lockFile)).not.toThrow();
});

test('a leader whose socket has become a folder ends as any other', async () => {
  const file = await newStore();
  const [leader, follower] = await group(file);
  rmSync(placeOf(file));
  mkdirSync(placeOf(file));
  follower.ask(...names('follower', 3));
  await answered(follower, 4);
  leader.ask(...names('leader', 3));
  await answered(leader, 4);
  await leader.end();
  expect(leader.child.exitCode).toBe(0);
  rmdirSync(placeOf(file));
  expect(await registered(file)).toHaveLength(8);
});

test('a leader that answers for ever, but not this, is passed by', async () => {
  const file = await newStore();
  const greeting = await greetingOf(file);
  const liar = createServer((socket) => {
    socket.on('error', () => undefined).write(`${greeting}\n`);
    const talk = setInterval(() => socket.write('{"id":-1}\n'), 50);
    socket.on('close', () => clearInterval(talk));
  });
  liar.listen(placeOf(file));
  onTestFinished(() => void liar.close());
  const ledger = await openTogether(file);
  const letGo = holdLock(file);
  const asked = names('session', 3).map((incident) => register(ledger, incident));
  setTimeout(letGo, 200);
  expect(await Promise.all(asked)).toMatchObject([{ ok: true }, { ok: true }, { ok: true }]);
});

test('who is greeted otherwise does not knock again and again', async () => {
  const file = await newStore();
  let knocks = 0;
  const other = createServer((socket) => {
    knocks += 1;
    socket.on('error', () => undefined).write('another version\n');
  });
  other.listen(placeOf(file));
  // Who leads has the lock, too.
  const lock = holdLock(join(file, '..', 'group-lock.db'));
  onTestFinished(() => {
    other.close();
    lock();
  });
  const ledger = await openTogether(file);
  const letGo = holdLock(file);
  setTimeout(letGo, 300);
  expect(await register(ledger, 'sentry:a/A-1')).toMatchObject({ ok: true });
  expect(knocks).toBe(1);
});

test('a leader whose socket is gone does not lead for ever where others cannot join', async () => {
  const file = await newStore();
  const leader = await openSession(file, 'leader');
  const letGo = holdLock(file);
  leader.ask(...names('first', 3));
  await leading(file);
  letGo();
  await answered(leader, 3);
  rmSync(placeOf(file));
  let asked = 0;
  // Commands meet all the time.
  const busy = setInterval(() => leader.ask(...names(`m${asked++}`, 4)), 200);
  onTestFinished(() => clearInterval(busy));
  const lockFile = join(file, '..', 'group-lock.db');
  await vi.waitFor(() => holdLock(lockFile)(), { timeout: 9000, interval: 100 });
});

test('a look for a leader leaves no timer behind', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const nobody = join(tempFolder(), 'nobody.sock');
  expect(await follow(nobody, 'hello', () => undefined)).toBeUndefined();
  // A socket is closed one turn of the loop later.
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(timers()).toBe(before);
});

test('a leader waits for the lock no longer than everybody', async () => {
  const file = await newStore();
  const ledger = await openTogether(file);
  const letGo = holdLock(file);
  const asked = register(ledger, 'sentry:a/A-1');
  const ended = asked.then(
    () => 'done',
    (error: unknown) => String(error),
  );
  await leading(file);
  const held = delay(8000).then(() => letGo());
  expect(await ended).toContain('has held it for 5 s');
  await held;
});

test('a leader that ends does not wait for a lock that is not to be had', async () => {
  const file = await newStore();
  const letGo = holdLock(file);
  onTestFinished(letGo);
  const busy = Promise.withResolvers<[]>();
  const options = { place: placeOf(file), lockFile: join(file, '..', 'group-lock.db'), greeting: 'hello' };
  const leader = await lead(
    options,
    () => busy.promise,
    () => undefined,
  );
  void leader?.judge({ kind: 'leave', input: { cmd: 'c', session: 's', ticket: 't0-none' } });
  // Of what it waits for nothing comes.
  await leader?.end();
  holdLock(options.lockFile)();
  busy.resolve([]);
});

test('a follower that closes its ledger says nothing about its view', async () => {
  const file = await newStore();
  const view = join(file, '..', 'active-runs.md');
  await group(file, view);
  const log = collectingLog();
  const ledger = await openSqliteLedger({
    file,
    clock: Date.now,
    log,
    together: groupCommit('test'),
    view: { file: view },
  });
  const letGo = holdLock(file);
  const asked = register(ledger, 'sentry:a/A-1');
  await delay(60);
  letGo();
  expect(await asked).toMatchObject({ ok: true });
  await vi.waitFor(() => expect(readFileSync(view, 'utf8')).toContain('A-1'), { timeout: 5000 });
  await delay(700);
  await ledger.dispose();
  await delay(1200);
  expect(log.lines).toEqual([]);
});

/** A line to the leader, of which the sender waits for the answer for a minute. */
const lineOf = (kind: string, input: object): string =>
  `${JSON.stringify({ id: 1, kind, input, until: steadyMs() + 60_000 })}\n`;

test('what a person decides, and what is a proof, nobody says through the socket', async () => {
  const file = await newStore();
  await group(file);
  const told: Record<string, object> = {
    select: { triage: 't', session: 's', incidents: ['sentry:a/A-1'], by: 'person', detail: '' },
    recordTriage: { session: 's', triage: { id: 't' } },
    recordStep: { run: 'r1', fence: 1, incident: 'sentry:a/FIRST-1', step: 'proof', data: {} },
    takeover: { run: 'r1', session: 's' },
    trim: { olderThanDays: 1 },
  };
  for (const [kind, input] of Object.entries(told)) {
    const socket = connect(placeOf(file)).setEncoding('utf8');
    let heard = '';
    socket.on('data', (text: string) => {
      heard += text;
    });
    socket.write(lineOf(kind, { cmd: kind, ...input }));
    await once(socket, 'close');
    // The greeting alone.
    expect(heard.trim().split('\n')).toHaveLength(1);
  }
});

test('whoever does not read its answers is not read any more', async () => {
  const file = await newStore();
  const [leader] = await group(file);
  const deaf = connect(placeOf(file)).pause();
  onTestFinished(() => void deaf.destroy());
  const leave = lineOf('leave', { cmd: 'c', session: 's', ticket: 't'.repeat(800) });
  const all = leave.repeat(20_000);
  deaf.write(all);
  // What is left over when the other end takes no more.
  let left = -1;
  while (left !== deaf.writableLength) {
    left = deaf.writableLength;
    await delay(500);
  }
  expect(left).toBeGreaterThan(all.length / 2);
  leader.ask(...names('leader', 3));
  await answered(leader, 4);
});
