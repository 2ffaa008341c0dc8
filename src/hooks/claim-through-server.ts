import { connect } from 'node:net';
import { dirname } from 'node:path';
import { claimDoor, type DoorAnswer } from '../core/claim-door.ts';
import type { Wanted } from './judge-edit.ts';
import { ledgerFile } from './ledger-file.ts';
import { ALLOW, deny, type HookVerdict } from './verdict.ts';

/** Well within the time that hooks.json gives a hook. */
const PATIENCE_MS = 5000;

/**
 * Puts a free path into the claim of the session's run where the ledger is in a database, by the server that holds the
 * run: it has the connection. Where that does not answer, the path is not edited.
 */
export async function claimThroughServer({ run, path, seen }: Wanted): Promise<HookVerdict> {
  const door = claimDoor(dirname(ledgerFile(seen.place)), run.owner.pid);
  const answer = await ask(door, `${JSON.stringify({ run: run.run, fence: run.fence, path })}\n`);
  if (answer === undefined) {
    return deny(
      `${path} is not in the claim yet, and the server that could add it did not answer.`,
      'Add it first with ledger_update (`add`), then edit it.',
    );
  }
  return answer.ok ? ALLOW : deny(answer.reason, answer.advice);
}

function ask(door: string, question: string): Promise<DoorAnswer | undefined> {
  return new Promise((done) => {
    let text = '';
    const socket = connect(door);
    socket.setEncoding('utf8');
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => done(undefined));
    socket.on('close', () => done(answerIn(text)));
    socket.end(question);
  });
}

/** Half an answer is none. */
function answerIn(text: string): DoorAnswer | undefined {
  if (!text.endsWith('\n')) return undefined;
  const said: { ok?: unknown; reason?: unknown; advice?: unknown } = JSON.parse(text);
  if (said.ok === true) return { ok: true };
  return { ok: false, reason: String(said.reason), advice: String(said.advice) };
}
