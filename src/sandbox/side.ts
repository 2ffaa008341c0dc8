import type { Answer, Call } from './router.ts';

/** One of the outside systems that the sandbox stands for, with its own manners. */
export interface Side {
  name: 'sentry' | 'github' | 'ingest';
  handle(call: Call): Promise<Answer>;
  /** An error in this system's shape, for misbehaviour on request. */
  refusal(status: number, headers: Record<string, string>): Answer;
}
