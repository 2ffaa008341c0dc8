/** What is kept of a command that ran: by the checks that make it, the ledger that keeps it, the pull request that shows it. */
export interface CheckRecord {
  name: string;
  command: string;
  /** 128 + the signal's number when a signal ended it; 127 when it could not be started. */
  exitCode: number;
  durationMs: number;
  timedOut: boolean;
  /** Why its failure counts as the incident's own, or why not. */
  judgement?: string;
  /** The end of the output: at most 40 lines and 4,000 characters, cleaned, without secrets, paths relative. */
  tail: string;
}

/** The runs that prove a fix, and what they come to. */
export interface ProofRecord {
  /** proven: red before, green after, checks pass. unproven: no test possible, reason given, checks pass. */
  verdict: 'proven' | 'unproven' | 'refused';
  /** One sentence: why. */
  reason: string;
  /** The reproducing test on the base. */
  before?: CheckRecord;
  /** The same with the fix; absent when the first run settled the matter. */
  after?: CheckRecord;
  checks: CheckRecord[];
}
