import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import { literalGlob, unclaimable } from '../../ledger/glob-text.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { claimDoor, type DoorAnswer } from '../core/claim-door.ts';
import { commandId } from '../core/command-id.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

const QUESTION = z.object({
  run: z.string(),
  fence: z.number().int(),
  path: z.string().min(1).max(1000),
});
const LONGEST_QUESTION = 8000;

export interface ClaimDoor {
  close(): void;
}

/**
 * Lets the guard's hook add a free path to a run of this server before it is edited: the hook has neither the time nor
 * the password for a connection to the database. Only for runs that `holds` names; whether the path is free, the ledger
 * says. Where nobody can listen (a path too long for a socket), the hook asks for ledger_update instead.
 */
export function openClaimDoor(
  folder: string,
  { ledger, holds, log }: { ledger: Ledger; holds: (run: string) => boolean; log: Log },
): ClaimDoor {
  const place = claimDoor(folder, process.pid);
  forgetDead(folder);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    answer(socket, ledger, holds).catch((error: unknown) => {
      log.warn(`A path could not be added to a claim: ${messageOf(error)}`);
      socket.destroy();
    });
  });
  server.on('error', (error) => log.debug(`The guard cannot ask this server: ${messageOf(error)}`));
  server.listen(place, () => {
    if (process.platform !== 'win32') chmodSync(place, 0o600);
  });
  server.unref();
  return { close: () => void server.close() };
}

async function answer(socket: Socket, ledger: Ledger, holds: (run: string) => boolean): Promise<void> {
  socket.unref();
  const { run, fence, path } = QUESTION.parse(JSON.parse(await lineOf(socket)));
  const said = holds(run) ? await claimed(ledger, { run, fence, path }) : NOT_HELD;
  socket.end(`${JSON.stringify(said)}\n`);
}

async function claimed(ledger: Ledger, wanted: z.infer<typeof QUESTION>): Promise<DoorAnswer> {
  const { run, fence, path } = wanted;
  const odd = unclaimable(path);
  if (odd) return { ok: false, ...odd };
  const add = [{ glob: literalGlob(path), mode: 'exclusive' as const }];
  const amended = await ledger.amend({ cmd: commandId(), run, fence, add, drop: [] });
  if (amended.ok) return { ok: true };
  if (!('conflicts' in amended)) return { ok: false, reason: amended.reason, advice: amended.advice };
  const [conflict] = amended.conflicts;
  const isShared = conflict?.paths.some(({ shared }) => shared);
  return {
    ok: false,
    reason: `${path} is ${isShared ? 'shared' : 'held'} by ${conflict?.holder ?? 'another session'}.`,
    advice: conflict?.advice ?? 'ledger_status shows who holds what.',
  };
}

const NOT_HELD: DoorAnswer = {
  ok: false,
  reason: 'this server does not hold that run any more.',
  advice: 'ledger_status shows who holds what.',
};

function lineOf(socket: Socket): Promise<string> {
  return new Promise((done, fail) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('error', fail);
    socket.on('end', () => fail(new Error('The guard sent no question.')));
    socket.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) done(text);
      else if (text.length > LONGEST_QUESTION) fail(new Error('The guard sent too much.'));
    });
  });
}

/** A killed server leaves its socket behind; one of a pid that was given anew is in the way. */
function forgetDead(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(/^claims-(\d+)\.sock$/.exec(name)?.[1]);
    if (pid === process.pid || (pid > 0 && isGone(pid))) rmSync(join(folder, name), { force: true });
  }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
