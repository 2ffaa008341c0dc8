import { type CrashSummary, loadEngineer } from '../../src/sandbox/sample-app/engineer.ts';

/** Work on one issue: attempts in order, each of which the proof accepts or refuses. */
export interface Job {
  attempts: { description: string; apply(worktree: string): Promise<void> }[];
  files: string[];
  testFiles: string[];
  testCommand: string;
  rootCause: string;
  fix: string;
}

/** Who edits: takes the evidence of an issue and the folder to work in. */
export interface Engineer {
  name: string;
  take(crash: CrashSummary, evidence: string, worktree: string): Promise<Job>;
}

/** The engineer that ships with the sample app: a test and a patch for every bug, one of them wrong at first. */
export async function scriptedEngineer(): Promise<Engineer> {
  const fixes = await loadEngineer();
  return {
    name: 'the scripted engineer',
    async take(crash) {
      const found = fixes.find((fix) => fix.matches(crash));
      if (!found) throw new Error(`The scripted engineer knows no answer to ${crash.title}.`);
      return { ...found, testFiles: [found.testFile] };
    },
  };
}
