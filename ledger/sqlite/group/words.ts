import type { Answer, Kind } from '../../apply/state.ts';
import type { Job } from '../judge.ts';

/** What a follower asks: one line of JSON. */
export type Question = Job & { id: number };

/**
 * What many do at once. What a person has decided, and what is a proof, is written down by the process that saw it: a forged
 * line in the socket cannot say it.
 */
export const TOGETHER: ReadonlySet<Kind> = new Set<Kind>([
  'register',
  'amend',
  'renew',
  'close',
  'lane',
  'leave',
]);

/** The command in a line; throws where there is none that others may judge. */
export function questionIn(line: string): Question {
  const question: Question = JSON.parse(line);
  const { kind, input } = question;
  if (TOGETHER.has(kind) && 'cmd' in input && typeof input.cmd === 'string') return question;
  throw new Error(`${kind} is judged by the process that asks for it.`);
}

/** What the leader says to it. Without an answer: judge it yourself. */
export interface Reply {
  id: number;
  answer?: Answer<Kind>;
}

/** A command that is longer is judged by its own process: it would hold up the others. In characters. */
export const LONGEST_LINE = 200_000;

/** How long a follower waits for the leader, which may be frozen or busy; after that nobody judges the command for it. */
export const PATIENCE_MS = 250;

/** Calls `hear` with each whole line of what comes in; false when one is too long, or `hear` could not read it. */
export function lineReader(hear: (line: string) => void): (chunk: string) => boolean {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    try {
      for (const line of lines) hear(line);
    } catch {
      return false;
    }
    return rest.length <= LONGEST_LINE;
  };
}
