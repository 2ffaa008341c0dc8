import type { Context } from '../context.ts';
import { refusedError } from '../core/errors.ts';
import type { Call, PersonAnswer, Question } from './define.ts';

/** What came of a question. */
export type Reply =
  | Extract<PersonAnswer, { action: 'accept' }>
  | { action: 'cancel' }
  /** `hurried`: sooner than a person can read, so perhaps by the client's own settings. */
  | { action: 'decline'; hurried: boolean }
  /** Nobody was asked, or only a program answered. `because` is empty, or why, in parentheses. */
  | { action: 'nobody'; because: string };

/** Less than it takes to see that there is a question, to read it and to press a key. */
const READING_MS = 400;

/** Asks the person where there is one. */
export async function ask(
  question: Question,
  { session, clock }: Pick<Context, 'session' | 'clock'>,
  call: Call,
): Promise<Reply> {
  if (!call.ask || !session.attended) return nobody(call.nobody);
  const asked = clock();
  const answer = await call.ask(question);
  if (answer.action === 'accept') return answer;
  if (answer.nobody !== undefined) return nobody(answer.nobody);
  if (answer.action === 'cancel') return { action: 'cancel' };
  return { action: 'decline', hurried: clock() - asked < READING_MS };
}

const nobody = (why: string | undefined): Reply => ({ action: 'nobody', because: why ? ` (${why})` : '' });

/**
 * Asks the person to type `word` to allow something. Throws a refused error where nobody can be asked, and for every other
 * answer. `what` completes "..., so WHAT"; `command` is what a person can run in a terminal of their own instead.
 */
export async function askPersonTo(
  word: string,
  question: { message: string; title: string; what: string; command: string },
  context: Context,
  call: Call,
): Promise<'elicitation' | 'terminal'> {
  const field = {
    name: 'answer',
    title: question.title,
    description: `Type ${word} to allow it; anything else does not.`,
  };
  const reply = await ask({ message: question.message, field }, context, call);
  if (reply.action === 'accept' && plain(reply.text) === plain(word)) return reply.how;
  if (reply.action === 'nobody') {
    throw refusedError(
      `There is nobody to ask here${reply.because}, so ${question.what}.`,
      `Ask the person to run \`pitcrew ${question.command}\` in a terminal of their own.`,
    );
  }
  if (call.reader === 'person') {
    throw refusedError(`"${word}" was not typed, so ${question.what}.`, 'Run it again if you mean it.');
  }
  throw refusedError(
    reply.action === 'cancel'
      ? `The person closed the question, so ${question.what}.`
      : `The person did not allow it${unlessAnswered(reply)}, so ${question.what}.`,
    'Ask them what they want instead; do not ask again for the same.',
  );
}

/** `takeover` is as good a word as `take over`. */
const plain = (text: string): string => text.toLowerCase().replace(/[\s-]+/g, '');

/** What a refusal adds to "the person did not": nobody reads and answers that soon. */
export const unlessAnswered = (reply: Reply): string =>
  reply.action === 'decline' && reply.hurried ? ', or the client answered in their place' : '';
