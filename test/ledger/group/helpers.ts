import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';

export interface Session {
  child: ChildProcess;
  /** Registers all of them at once. */
  ask(...incidents: string[]): void;
  /** The run that it was given for each incident, or `refused`. */
  answers: Map<string, string>;
  end(): Promise<void>;
}

/** A process that leads or follows where others want the store, too. */
export async function openSession(file: string, name: string, view = ''): Promise<Session> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'session.ts'), file, name, view], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const answers = new Map<string, string>();
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'ready') return resolve();
      const [incident = '', answer = ''] = line.split(' ');
      answers.set(incident, answer);
    });
  });
  await ready;
  return {
    child,
    answers,
    ask: (...incidents) => void child.stdin.write(`${incidents.join(' ')}\n`),
    end: async () => {
      const closed = once(child, 'close');
      child.stdin.end();
      await closed;
    },
  };
}

/** Takes the store's write lock, as another program does that is in the middle of its transaction; the result lets go. */
export function holdLock(file: string): () => void {
  const database = new DatabaseSync(file);
  database.exec('BEGIN IMMEDIATE');
  return () => database.close();
}

export const placeOf = (file: string): string => join(file, '..', 'group.sock');

/** How many are connected to the leader: the kernel's own list has a line for who listens and one for each. */
export const followersOf = (file: string): number =>
  readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .filter((line) => line.endsWith(placeOf(file))).length - 1;
