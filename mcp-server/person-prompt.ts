import type { CallToolRequest } from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../src/core/clock.ts';
import { scheduledPrompts } from '../src/core/scheduled-prompts.ts';
import type { TypedPrompt } from '../src/tools/define.ts';

/**
 * The call by which the plugin's hook tells the server what the person typed. It is no listed tool, so no model is
 * offered it; Claude Code marks every call of a model with an id, and a marked one is not believed.
 */
export const PERSON_PROMPT = 'person_prompt';

export interface Heard {
  typed: TypedPrompt[];
  /** What the agent has the client type later: it reaches the hook as if a person had typed it. */
  scheduled: Set<string>;
  /** The client's own id of the session, which outlives its process when it is resumed. */
  session?: string;
}

/** The last few prompts are enough: a selection is the answer to the table just shown. */
const MOST_PROMPTS = 20;
const LONGEST_PROMPT = 2000;

/** Takes down a prompt, of a client at work in `folder`. False where the call does not come from the hook of a Claude Code client. */
export function hear(
  heard: Heard,
  client: { name: string } | undefined,
  params: CallToolRequest['params'],
  { clock, folder }: { clock: Clock; folder: string },
): boolean {
  if (client?.name !== 'claude-code' || params._meta !== undefined) return false;
  const { prompt, session, scheduled } = params.arguments ?? {};
  if (typeof scheduled === 'string') {
    heard.scheduled.add(scheduled.trim());
    return true;
  }
  if (typeof session === 'string' && /^[\w-]{8,64}$/.test(session)) heard.session = session;
  // The client's own notices come the same way, and no person typed them.
  if (typeof prompt !== 'string' || /^\s*</.test(prompt)) return true;
  // Nor what an agent had the client type: in this session, or in an earlier one.
  const said = prompt.trim();
  if (heard.scheduled.has(said) || scheduledPrompts(folder).has(said)) return true;
  heard.typed.push({ text: prompt.slice(0, LONGEST_PROMPT), at: clock() });
  if (heard.typed.length > MOST_PROMPTS) heard.typed.shift();
  return true;
}
