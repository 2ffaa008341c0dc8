import { chmodSync, existsSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type Database, isBusy } from '../database.ts';
import { type JudgeAll, steadyMs } from '../judge.ts';
import type { Role } from './group-commit.ts';
import { queueOf } from './queue.ts';
import { lineReader, PATIENCE_MS, questionIn, type Reply } from './words.ts';

/** Where no two commands met for so long there is no crowd, and nobody leads. */
const IDLE_MS = 5000;
/** Commands of one follower that wait at once: more of them are left in its socket. */
const MOST_OPEN = 128;

/**
 * Becomes the leader: whoever has the lock of `lockFile`, which the kernel takes back from a process that ends. It listens at
 * `place`, greets with `greeting` and judges what the others send, together with its own. `undefined` where another one leads
 * or nobody can listen. `onEnd` is called when it leads no more.
 */
export async function lead(
  { place, lockFile, greeting }: { place: string; lockFile: string; greeting: string },
  judgeAll: JudgeAll,
  onEnd: () => void,
): Promise<Role | undefined> {
  const lock = locked(lockFile);
  if (!lock) return undefined;
  const queue = queueOf(judgeAll);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.write(`${greeting}\n`);
    serve(socket, queue.judge);
  });
  // Whoever made what is there was killed, or has left: its lock was free.
  if (!isRemoved(place) || !(await isListening(server, place))) {
    server.close();
    lock.close();
    return undefined;
  }
  let ended: Promise<void> | undefined;
  const end = () => {
    ended ??= (async () => {
      clearInterval(rest);
      server.close();
      isRemoved(place);
      onEnd();
      // A lock that is not to be had keeps nobody from leaving: whoever waits has to do without in any case.
      await Promise.race([queue.close(), delay(PATIENCE_MS, undefined, { ref: false })]);
      for (const socket of sockets) socket.end();
      lock.close();
    })();
    return ended;
  };
  const rest = setInterval(() => {
    // Without its socket nobody new finds it, and nobody else can lead.
    if (!queue.hasMet() || !existsSync(place)) void end();
  }, IDLE_MS);
  rest.unref();
  return { judge: patiently(queue.judgeLast), end };
}

/** A leader has no more patience with itself than others have: where the lock is not to be had, each says so after its own wait. */
const patiently =
  (judge: Role['judge']): Role['judge'] =>
  (job) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, PATIENCE_MS, undefined);
      void judge({ ...job, until: steadyMs() + PATIENCE_MS }).then((judged) => {
        clearTimeout(timer);
        resolve(judged);
      });
    });

function locked(lockFile: string): Database | undefined {
  const lock = connect(lockFile);
  try {
    lock.exec('BEGIN IMMEDIATE');
    return lock;
  } catch (error) {
    lock.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
}

function isRemoved(place: string): boolean {
  try {
    rmSync(place, { force: true });
    return true;
  } catch {
    // Somebody has made a folder there, or closed the one it is in.
    return false;
  }
}

function isListening(server: Server, place: string): Promise<boolean> {
  server.unref();
  return new Promise((resolve) => {
    server.on('error', () => resolve(false));
    server.listen(place, () => resolve(isOurs(place)));
  });
}

function isOurs(place: string): boolean {
  try {
    chmodSync(place, 0o600);
    return true;
  } catch {
    // Somebody has removed it.
    return false;
  }
}

function serve(socket: Socket, judge: Role['judge']): void {
  socket.unref();
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  let open = 0;
  // Whoever asks faster than it can be answered, or does not read its answers, is not read any more until then.
  const pace = () => void (open >= MOST_OPEN || socket.writableNeedDrain ? socket.pause() : socket.resume());
  socket.on('drain', pace);
  const hear = (line: string) => {
    const question = questionIn(line);
    const { id } = question;
    open += 1;
    void judge(question).then((judged) => {
      open -= 1;
      const reply: Reply = judged ? { id, answer: judged.answer } : { id };
      if (socket.writable) socket.write(`${JSON.stringify(reply)}\n`);
      pace();
    });
  };
  const read = lineReader(hear);
  socket.on('data', (chunk: string) => {
    if (!read(chunk)) socket.destroy();
    else pace();
  });
}
