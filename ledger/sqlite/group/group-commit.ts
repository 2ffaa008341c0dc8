import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../../src/core/errors.ts';
import type { Log } from '../../../src/core/log.ts';
import type { Answered, Job, JudgeAll } from '../judge.ts';
import { follow } from './follow.ts';
import { lead } from './lead.ts';
import { TOGETHER } from './words.ts';

/** A process that judges for others, or has one that judges for it. */
export interface Role {
  /** `undefined`: it could not be judged together with others, and may or may not have been done; the command's id tells. */
  judge(job: Job): Promise<Answered | undefined>;
  end(): Promise<void>;
}

export interface GroupCommit {
  /** As in `Role`; `undefined` also while nobody leads, which is nearly always. */
  judge(job: Job): Promise<Answered | undefined>;
  /** Finds a leader or becomes one: to be called by whoever found the lock taken. */
  gather(): Promise<void>;
  dispose(): Promise<void>;
}

/** How long it is tried to find who leads, while several want to, and how often. */
const GATHER_MS = 100;
const LOOK_EVERY_MS = 5;
/** After a leader that does not answer, or that judges otherwise, everybody is on their own for so long. */
const ALONE_MS = 1000;
/** Longest path of a socket: 104 bytes on macOS, 108 on Linux. */
const LONGEST_PLACE = 100;

/**
 * Group commit between processes. Where many want the store's lock at once, most of the time goes into waiting for it,
 * waking up, and reading again what others wrote. So one of them leads: the others send it their commands over a socket in
 * `folder`, and it judges all that have come in one transaction. It is only a shorter way: a leader that is
 * killed, frozen or of another version is passed by after 250 ms at most, and each does its commands itself, under the same ids.
 * `version` is the program's.
 */
export const groupCommit =
  (version: string) =>
  (options: GroupOptions): GroupCommit =>
    groupOf({ ...options, greeting: () => JSON.stringify({ pitcrew: version, ...options.judgesBy() }) });

export interface GroupOptions {
  /** The store's folder, closed to other persons. */
  folder: string;
  /** What, beside the program's version, a command is judged by here: only those who say the same judge for each other. */
  judgesBy(): object;
  judgeAll: JudgeAll;
  /** Called when the leader that judged for this process is gone, or does not answer. */
  left(): void;
  log: Log;
}

function groupOf(options: GroupOptions & { greeting(): string }): GroupCommit {
  const { folder, judgeAll, log } = options;
  const place = join(folder, 'group.sock');
  const lockFile = join(folder, 'group-lock.db');
  let role: Role | undefined;
  let gathering: Promise<void> | undefined;
  let notBefore = 0;
  let isDisposed = process.platform === 'win32' || Buffer.byteLength(place) > LONGEST_PLACE;

  const left = (isAnswering: boolean) => {
    // Whoever closes its ledger leaves the view to those who stay.
    if (role && !isDisposed) options.left();
    role = undefined;
    if (!isAnswering) notBefore = performance.now() + ALONE_MS;
  };
  const findRole = async () => {
    const greeting = options.greeting();
    for (const endsAt = performance.now() + GATHER_MS; performance.now() < endsAt && !isDisposed; ) {
      const met = existsSync(place) ? await follow(place, greeting, left) : undefined;
      role = met === 'stranger' ? undefined : met;
      role ??= await lead({ place, lockFile, greeting }, judgeAll, () => left(true));
      if (role) return;
      if (met === 'stranger') break;
      // Somebody is about to lead. Whoever looks at a name costs it less time than whoever knocks.
      do await delay(LOOK_EVERY_MS * (0.5 + Math.random()));
      while (!existsSync(place) && performance.now() < endsAt);
    }
    left(false);
  };
  const gather = async () => {
    if (role || isDisposed || performance.now() < notBefore) return;
    gathering ??= findRole()
      .catch((error: unknown) => {
        left(false);
        log.debug(`Commands are not judged together: ${messageOf(error)}`);
      })
      .finally(() => {
        gathering = undefined;
      });
    await gathering;
  };
  return {
    judge: async (job) => {
      if (!TOGETHER.has(job.kind)) return undefined;
      // Whoever never meets the lock would keep it from those who wait for it in turns.
      if (!role && existsSync(place)) await gather();
      const asked = role;
      const judged = await asked?.judge(job);
      if (judged || role === asked) return judged;
      // A leader that has ended leaves a crowd.
      await gather();
      return role?.judge(job);
    },
    gather,
    dispose: async () => {
      isDisposed = true;
      await gathering;
      await role?.end();
    },
  };
}
