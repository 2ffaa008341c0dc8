import { writeSync } from 'node:fs';
import { parseInput } from './input.ts';
import { preToolUse } from './pre-tool-use.ts';
import { renderVerdict } from './verdict.ts';

/**
 * Answers one question of the client, given as JSON, on stdout; nothing where there is nothing to say. Throws where it
 * cannot find out: whoever calls it says no then.
 */
export async function answerHook(text: string): Promise<void> {
  const input = parseInput(text);
  if (input.event !== 'PreToolUse') return;
  const said = renderVerdict(await preToolUse(input, process.env, Date.now()));
  // The streams are loaded when they are first touched, which takes longer than the judgement.
  if (said !== '') writeSync(1, said);
}
