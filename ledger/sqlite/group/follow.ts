import { connect, type Socket } from 'node:net';
import { type Answered, steadyMs } from '../judge.ts';
import type { Role } from './group-commit.ts';
import { LONGEST_LINE, lineReader, PATIENCE_MS, type Reply } from './words.ts';

/**
 * Joins the leader that listens at `place`; `undefined` where there is none, or one whose greeting is not `greeting`: it
 * would judge by other rules. `left` is called when that is over, with false where the leader does not answer any more.
 */
export async function follow(
  place: string,
  greeting: string,
  left: (isAnswering: boolean) => void,
): Promise<Role | undefined> {
  const socket = connect(place);
  socket.unref();
  socket.setEncoding('utf8');
  // What follows has to be there when the second line comes, which may be at once.
  const follower = followerOn(socket, left);
  const isGreeted = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS, false);
    const answer = (isRight: boolean) => {
      clearTimeout(timer);
      resolve(isRight);
    };
    socket.on('error', () => answer(false));
    socket.on('close', () => answer(false));
    follower.hear((line) => answer(line === greeting));
  });
  if (isGreeted && !socket.destroyed) return follower.begin();
  socket.destroy();
  return undefined;
}

function followerOn(socket: Socket, left: (isAnswering: boolean) => void) {
  const waiting = new Map<number, (judged: Answered | undefined) => void>();
  let isAnswering = true;
  let asked = 0;
  // One for all that is asked, which costs less than one for each: it is set anew with each answer.
  const patience = setTimeout(() => {
    // What has come while this process was busy is read first.
    setImmediate(() => {
      if (waiting.size > 0) giveUp();
    });
  }, PATIENCE_MS);
  const giveUp = () => {
    isAnswering = false;
    socket.destroy();
  };
  const judge: Role['judge'] = async (job) => {
    const id = asked++;
    const text = JSON.stringify({ ...job, id, until: steadyMs() + PATIENCE_MS });
    if (text.length > LONGEST_LINE || socket.destroyed) return undefined;
    return new Promise((resolve) => {
      if (waiting.size === 0) patience.refresh();
      waiting.set(id, resolve);
      socket.write(`${text}\n`);
    });
  };
  const replied = (line: string) => {
    const { id, answer }: Reply = JSON.parse(line);
    const resolve = waiting.get(id);
    waiting.delete(id);
    patience.refresh();
    resolve?.(answer && { answer });
  };
  let hear = replied;
  const read = lineReader((line) => hear(line));
  socket.on('data', (chunk: string) => {
    if (!read(chunk)) giveUp();
  });
  return {
    hear: (first: (line: string) => void) => {
      hear = (line) => {
        hear = replied;
        first(line);
      };
    },
    begin: (): Role => {
      socket.on('close', () => {
        clearTimeout(patience);
        left(isAnswering);
        for (const resolve of waiting.values()) resolve(undefined);
        waiting.clear();
      });
      return { judge, end: async () => void socket.destroy() };
    },
  };
}
