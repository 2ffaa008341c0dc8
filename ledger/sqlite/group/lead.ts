import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { connect, type Database, isBusy } from '../database.ts';
import type { JudgeAll } from '../judge.ts';
import type { Role } from './group-commit.ts';
import { queueOf } from './queue.ts';
import { lineReader, type Question, type Reply } from './words.ts';

/** Where no two commands met for so long there is no crowd, and nobody leads. */
const IDLE_MS = 5000;

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
  // Whoever made it was killed, or has left: its lock was free.
  rmSync(place, { force: true });
  const queue = queueOf(judgeAll);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.write(`${greeting}\n`);
    serve(socket, queue.judge);
  });
  if (!(await isListening(server, place))) {
    server.close();
    lock.close();
    return undefined;
  }
  let ended: Promise<void> | undefined;
  const end = () => {
    ended ??= (async () => {
      clearInterval(rest);
      server.close();
      rmSync(place, { force: true });
      onEnd();
      await queue.close();
      for (const socket of sockets) socket.end();
      lock.close();
    })();
    return ended;
  };
  const rest = setInterval(() => {
    if (!queue.hasMet()) void end();
  }, IDLE_MS);
  rest.unref();
  return { judge: queue.judgeLast, end };
}

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
  const hear = (line: string) => {
    const question: Question = JSON.parse(line);
    const { id } = question;
    void judge(question).then((judged) => {
      const reply: Reply = judged ? { id, answer: judged.answer } : { id };
      if (socket.writable) socket.write(`${JSON.stringify(reply)}\n`);
    });
  };
  const read = lineReader(hear);
  socket.on('data', (chunk: string) => {
    if (!read(chunk)) socket.destroy();
  });
}
