import type { Answered, Job, JudgeAll, Verdict } from '../judge.ts';

/** In one transaction; what comes meanwhile waits for the next. */
const MOST_TOGETHER = 64;

type JudgeOne = (job: Job) => Promise<Answered | undefined>;

export interface Queue {
  judge: JudgeOne;
  /** Lets the transaction that is due go before: whoever leads would be first every time, and done and gone before the others. */
  judgeLast: JudgeOne;
  /** Whether commands met in one transaction since it was asked last. */
  hasMet(): boolean;
  /** Takes no more, and resolves when the transaction that runs is over. */
  close(): Promise<void>;
}

/** Commands of all processes in the order in which they came, judged together as soon as the transaction before is over. */
export function queueOf(judgeAll: JudgeAll): Queue {
  const jobs: { job: Job; resolve: (judged: Answered | undefined) => void }[] = [];
  let running: Promise<void> | undefined;
  let isClosed = false;
  let hasMet = false;
  const later: (() => void)[] = [];
  const drain = async () => {
    // Everybody who has asked meanwhile is heard before each transaction.
    for (await soon(); jobs.length > 0 && !isClosed; await soon()) {
      const together = jobs.splice(0, MOST_TOGETHER);
      hasMet ||= together.length > 1;
      const verdicts = await judgeAll(together.map(({ job }) => job)).catch((): Verdict[] => []);
      for (const [n, { resolve }] of together.entries()) resolve(judgedBy(verdicts[n]));
      for (const next of later.splice(0)) next();
    }
    running = undefined;
    for (const next of later.splice(0)) next();
  };
  const judge: JudgeOne = async (job) => {
    if (isClosed) return undefined;
    return new Promise((resolve) => {
      jobs.push({ job, resolve });
      running ??= drain();
    });
  };
  return {
    judge,
    judgeLast: async (job) => {
      if (running) await new Promise<void>((resolve) => later.push(resolve));
      return judge(job);
    },
    hasMet: () => {
      const met = hasMet;
      hasMet = false;
      return met;
    },
    close: async () => {
      isClosed = true;
      await running;
      for (const { resolve } of jobs.splice(0)) resolve(undefined);
    },
  };
}

const soon = () => new Promise((resolve) => setImmediate(resolve));

/** What went wrong, everybody finds out alone. */
const judgedBy = (verdict: Verdict | undefined): Answered | undefined =>
  verdict === undefined || 'error' in verdict ? undefined : verdict;
