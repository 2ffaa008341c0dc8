import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Context } from '../src/context.ts';
import { messageOf } from '../src/core/errors.ts';
import { untrustedLine } from '../src/core/untrusted.ts';
import type { Call, PersonAnswer, Question } from '../src/tools/define.ts';

/** People think before they answer; the client ends the wait when the person closes the dialog. */
const PERSON_TIMEOUT_MS = 60 * 60 * 1000;

/** Its settings answer for a person who wants no questions: its form for a person has no such button, only one to close it. */
const DECLINES_BY_ITSELF = 'codex-mcp-client';

/** How the person is asked, or why their client's answer would not be theirs. */
export function askingOf(
  server: Server,
  context: Context,
  signal: AbortSignal,
): Pick<Call, 'ask' | 'nobody'> {
  if (!context.session.attended) return { nobody: context.session.nobody };
  if (!canAsk(server)) return { nobody: 'this client shows no questions of a server' };
  const hook = clientOf(server) === 'claude-code' ? context.answeringHook() : undefined;
  if (hook !== undefined) return { nobody: `a hook in ${hook} could answer in the person's place` };
  return { ask: (question) => askByElicitation(server, question, signal) };
}

/** Forms, not only web pages; an empty capability means forms, as before there were others. */
function canAsk(server: Server): boolean {
  const elicitation = server.getClientCapabilities()?.elicitation;
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}

async function askByElicitation(
  server: Server,
  question: Question,
  signal: AbortSignal,
): Promise<PersonAnswer> {
  const { name, title, description } = question.field;
  const request = {
    message: shownBy(server, question),
    requestedSchema: {
      type: 'object' as const,
      properties: { [name]: { type: 'string' as const, title, description } },
      required: [name],
    },
  };
  const answer = await server
    .elicitInput(request, { signal, timeout: PERSON_TIMEOUT_MS })
    .catch((error: unknown) => {
      if (signal.aborted) throw error;
      return { action: 'cancel' as const, failure: untrustedLine(messageOf(error), 200) };
    });
  if ('failure' in answer) return unanswered(`the client could not ask: ${answer.failure}`);
  if (answer.action === 'decline' && clientOf(server) === DECLINES_BY_ITSELF) {
    return unanswered('Codex is set to ask nobody');
  }
  if (answer.action !== 'accept') return { action: answer.action };
  return { action: 'accept', text: String(answer.content?.[name] ?? ''), how: 'elicitation' };
}

/**
 * Claude Code (2.1.330) shows four lines of a question, each cut at the terminal's width; of a longer one three, and how
 * many more there are, which nobody can scroll to.
 */
const shownBy = (server: Server, { message, brief }: Question): string =>
  clientOf(server) === 'claude-code' ? (brief ?? message.replace(/\n{2,}/g, '\n')) : message;

/** For the tool as a question that was closed, with the reason why no person did that. */
const unanswered = (nobody: string): PersonAnswer => ({ action: 'cancel', nobody });

/** The name that the client gave itself; empty before it did. */
export const clientOf = (server: Server): string => server.getClientVersion()?.name ?? '';
