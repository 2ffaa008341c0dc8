import { connect, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { type Answered, steadyMs } from '../judge.ts';
import type { Role } from './group-commit.ts';
import { LONGEST_LINE, lineReader, PATIENCE_MS, type Reply } from './words.ts';

/**
 * Joins the leader that listens at `place`; `undefined` where there is none, `stranger` where one greets otherwise than with
 * `greeting`, or not at all: it would judge by other rules. `left` is called when that is over, with false where the leader
 * does not answer any more.
 */
export async function follow(
  place: string,
  greeting: string,
  left: (isAnswering: boolean) => void,
): Promise<Role | 'stranger' | undefined> {
  let hear: (chunk: string) => void = () => undefined;
  const text = new StringDecoder('utf8');
  // One buffer for all that comes: otherwise Node makes one of 64 KB for each answer.
  const onread = {
    buffer: Buffer.allocUnsafe(READ_BYTES),
    callback: (bytes: number, buffer: Uint8Array) => {
      hear(text.write(Buffer.from(buffer.buffer, buffer.byteOffset, bytes)));
      return true;
    },
  };
  const socket = connect({ path: place, onread });
  socket.unref();
  // What follows has to be there when the second line comes, which may be at once.
  const follower = followerOn(socket, left);
  hear = follower.read;
  const heard = await new Promise<'greeting' | 'stranger' | undefined>((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS, 'stranger');
    const answer = (what?: 'greeting' | 'stranger') => {
      clearTimeout(timer);
      resolve(what);
    };
    socket.on('error', () => answer());
    socket.on('close', () => answer());
    follower.hear((line) => answer(line === greeting ? 'greeting' : 'stranger'));
  });
  if (heard === 'greeting' && !socket.destroyed) return follower.begin();
  socket.destroy();
  return heard === 'stranger' ? heard : undefined;
}

const READ_BYTES = 16_384;

interface Waiting {
  /** The steady time in ms after which the leader does not judge it any more. */
  until: number;
  resolve(judged: Answered | undefined): void;
}

function followerOn(socket: Socket, left: (isAnswering: boolean) => void) {
  const waiting = new Map<number, Waiting>();
  /** Since when nobody waits any more for what was asked first, in ms; before that it is less than 0. */
  const overdueMs = (): number => {
    const [first] = waiting.values();
    return first ? steadyMs() - first.until : Number.NEGATIVE_INFINITY;
  };
  let isAnswering = true;
  let asked = 0;
  // One for all that is asked, which costs less than one for each: it is set anew with each answer.
  const patience = setTimeout(() => {
    // What has come while this process was busy is read first.
    setImmediate(() => {
      if (waiting.size > 0) giveUp();
    });
  }, PATIENCE_MS);
  socket.on('close', () => clearTimeout(patience));
  const giveUp = () => {
    isAnswering = false;
    socket.destroy();
  };
  const judge: Role['judge'] = async (job) => {
    const id = asked++;
    const until = steadyMs() + PATIENCE_MS;
    const text = JSON.stringify({ ...job, id, until });
    if (text.length > LONGEST_LINE || socket.destroyed) return undefined;
    return new Promise((resolve) => {
      if (waiting.size === 0) patience.refresh();
      waiting.set(id, { until, resolve });
      socket.write(`${text}\n`);
    });
  };
  const replied = (line: string) => {
    const { id, answer }: Reply = JSON.parse(line);
    const asker = waiting.get(id);
    waiting.delete(id);
    // Not for one that answers, but passes over what was asked first.
    if (overdueMs() < PATIENCE_MS) patience.refresh();
    asker?.resolve(answer && { answer });
  };
  let hear = replied;
  const read = lineReader((line) => hear(line));
  return {
    read: (chunk: string) => {
      if (!read(chunk)) giveUp();
    },
    hear: (first: (line: string) => void) => {
      hear = (line) => {
        hear = replied;
        first(line);
      };
    },
    begin: (): Role => {
      socket.on('close', () => {
        left(isAnswering);
        for (const { resolve } of waiting.values()) resolve(undefined);
        waiting.clear();
      });
      return { judge, end: async () => void socket.destroy() };
    },
  };
}
