import * as z from 'zod';
import type { Ledger } from '../../ledger/ledger.ts';
import { commandId } from '../core/command-id.ts';
import { inputError, refusedError } from '../core/errors.ts';
import { shortName } from '../core/incident.ts';
import { type Call, defineTool } from './define.ts';
import { meetRequirements } from './requirements.ts';

/** How long one look at the lane may take to hear of a change: who dies uses up no revision, and is seen at the next look. */
const LOOK_MS = 2_000;

export const ledgerLane = defineTool({
  name: 'ledger_lane',
  title: 'Take a place in the integration order',
  description:
    "Lines up with other sessions for a step that only one may do at a time, such as merging: says the position, and whether it is this session's turn. The place ends with the claim, or with `leave`. Use before merging or rebasing what others work on.",
  effect: 'write',
  examples: ['ledger-lane WEB-3F --wait-seconds 600', 'ledger-lane WEB-3F --leave'],
  positional: 'issue',
  input: {
    issue: z.string().min(1).describe('Short id of an issue that this session holds.'),
    lane: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower-case letters, digits and hyphens')
      .default('merge')
      .describe('Name of the order.'),
    wait_seconds: z.number().int().min(0).max(3600).default(0).describe('Wait this long for the turn.'),
    leave: z.boolean().default(false).describe('Give the place up.'),
  },
  async run(input, context, call) {
    const ledger = await context.ledger();
    await refuseLaneName(input.issue, ledger, call.reader);
    const { run, shortId } = await meetRequirements([], input.issue, context);
    const endsAt = context.clock() + input.wait_seconds * 1000;
    for (;;) {
      const answer = await ledger.lane({
        cmd: commandId(),
        run: run.run,
        fence: run.fence,
        name: input.lane,
        ...(input.leave ? { leave: true } : {}),
      });
      if (!answer.ok) throw refusedError(answer.reason, answer.advice);
      const { position, turn, ahead, rev } = answer;
      const left = endsAt - context.clock();
      if (turn || input.leave || left <= 0) {
        const holders = ahead.map(({ holder, liveness }) => `${holder} (${liveness})`);
        const data = { issue: shortId, lane: input.lane, position, turn, ahead };
        return { text: laneText(input.lane, position, turn, holders), data };
      }
      call.progress(`Position ${position} in the lane ${input.lane}; ahead: ${ahead[0]?.holder ?? 'nobody'}`);
      await ledger.wait({
        session: context.session.id,
        afterRev: rev,
        timeoutMs: Math.min(LOOK_MS, left),
        signal: call.signal,
      });
    }
  },
});

/** A word without a hyphen is no short id: whoever writes `ledger lane merge` means the lane. Tells its order, too. */
async function refuseLaneName(word: string, ledger: Ledger, reader: Call['reader']): Promise<void> {
  if (!/^[a-z][a-z0-9]{0,30}$/.test(word)) return;
  const { active } = await ledger.list();
  const order = active
    .flatMap((run) => run.lanes.filter(({ name }) => name === word).map(({ rev }) => ({ run, rev })))
    .sort((one, other) => one.rev - other.rev)
    .map(({ run }) => `${run.incidents.map(shortName).join(', ')} (${run.owner.label}, ${run.liveness})`);
  throw inputError(
    `${word} is the name of a lane; a place in it belongs to a claim, so an issue has to be named.`,
    `${reader === 'person' ? `For example: pitcrew ledger lane WEB-3F --lane ${word}.` : 'Name an issue that this session holds as `issue`, and the lane as `lane`.'} In the lane ${word} now: ${order.join('; ') || 'nobody'}.`,
  );
}

function laneText(lane: string, position: number, turn: boolean, ahead: readonly string[]): string {
  if (position === 0) return `The place in the lane ${lane} is given up.`;
  if (turn)
    return `It is this session's turn in the lane ${lane}.\nNext, when done: ledger_lane with \`leave\`.`;
  return `Position ${position} in the lane ${lane}; ahead: ${ahead.join(', ')}. Do not merge yet.\nNext: ask again, or wait with \`wait_seconds\`.`;
}
