import { PitcrewError } from '../../src/core/errors.ts';
import { childEnvironment, run } from '../../src/core/run.ts';
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

/** The real `claude` program, asked once an issue to write a failing test and the fix inside the worktree. */
export async function claudeEngineer(): Promise<Engineer> {
  const env = claudeEnvironment();
  const version = await run('claude', ['--version'], { cwd: process.cwd(), env, timeoutMs: 20_000 });
  if (version.code !== 0) {
    throw new PitcrewError(
      'input',
      'There is no claude program on this machine.',
      'Install it, or leave --agent out.',
    );
  }
  return {
    name: `claude ${version.stdout.trim()}`,
    async take(_crash, evidence, worktree) {
      const answer = await run('claude', ['-p', promptOf(evidence), ...CLAUDE_FLAGS], {
        cwd: worktree,
        env,
        timeoutMs: 15 * 60_000,
      });
      const job = readJob(answer.stdout);
      if (!job)
        throw new Error(
          `claude gave no usable answer: ${answer.stdout.slice(-500)}${answer.stderr.slice(-500)}`,
        );
      return {
        ...job,
        attempts: [{ description: 'what claude wrote', apply: async () => {} }],
        testFiles: [job.testFile],
        testCommand: `node --test ${job.testFile}`,
      };
    },
  };
}

// claude signs in with variables of its own, which a child of Pitcrew's tools never sees.
const claudeEnvironment = (): NodeJS.ProcessEnv => ({
  ...childEnvironment(process.env),
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(ANTHROPIC|CLAUDE)_/.test(name))),
});

const SCHEMA = {
  type: 'object',
  properties: {
    testFile: { type: 'string' },
    files: { type: 'array', items: { type: 'string' } },
    rootCause: { type: 'string' },
    fix: { type: 'string' },
  },
  required: ['testFile', 'files', 'rootCause', 'fix'],
};

const CLAUDE_FLAGS = [
  '--output-format',
  'json',
  '--permission-mode',
  'acceptEdits',
  '--allowedTools',
  'Read,Edit,Write,Bash(node --test:*)',
  '--json-schema',
  JSON.stringify(SCHEMA),
];

const promptOf = (evidence: string): string => `A production crash has to be fixed in this folder.
Write one new test file below test/ (node:test) that fails today with this very exception, then the smallest fix of its cause.
Run it with node --test. Do not commit. Answer with the test file, all files you changed (the test too), root cause and fix.

${evidence}`;

function readJob(
  stdout: string,
): { testFile: string; files: string[]; rootCause: string; fix: string } | undefined {
  try {
    const { structured_output: job } = JSON.parse(stdout);
    return typeof job?.testFile === 'string' && Array.isArray(job.files) ? job : undefined;
  } catch {
    return undefined;
  }
}
