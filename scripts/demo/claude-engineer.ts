import { join } from 'node:path';
import { spanOf } from '../../src/core/clock.ts';
import { inputError, upstreamError } from '../../src/core/errors.ts';
import { childEnvironment, type RunResult, run } from '../../src/core/run.ts';
import { untrustedLine } from '../../src/core/untrusted.ts';
import type { Engineer, Job } from './engineers.ts';

export interface ClaudeOptions {
  /** Of the person: how the program signs in stands there, or in their home folder. */
  env: NodeJS.ProcessEnv;
  /** For each issue. */
  timeoutMs: number;
}

/**
 * The real `claude` program, asked once an issue to write a failing test and the fix inside the worktree. Throws an input
 * error where there is none or it cannot be used; `take` throws an upstream error where it came to nothing.
 */
export async function claudeEngineer({ env: own, timeoutMs }: ClaudeOptions): Promise<Engineer> {
  const env = claudeEnvironment(own);
  const version = await run('claude', ['--version'], { cwd: process.cwd(), env, timeoutMs: START_MS });
  if (version.code !== 0) throw notInstalled(version);
  await requireAnswer(env);
  return {
    name: `claude ${version.stdout.trim()}`,
    async take(_crash, evidence, worktree) {
      const asked = [promptOf(evidence), ...EDITS, '--json-schema', JSON.stringify(SCHEMA)];
      const done = await run('claude', ['-p', ...asked, ...ALONE], { cwd: worktree, env, timeoutMs });
      if (done.timedOut) throw tooSlow(timeoutMs);
      return jobOf(done);
    },
  };
}

// claude signs in with variables of its own, which a child of Pitcrew's tools never sees. What another session of it
// has set, in whose shell the demo may run, is not this one's.
const claudeEnvironment = (own: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries({
      ...childEnvironment(own),
      ...Object.fromEntries(Object.entries(own).filter(([name]) => /^(ANTHROPIC|CLAUDE|AWS)_/.test(name))),
    }).filter(([name]) => !OF_ANOTHER_SESSION.test(name)),
  );

const OF_ANOTHER_SESSION =
  /^(CLAUDECODE|CLAUDE_PID|CLAUDE_PROJECT_DIR|CLAUDE_PLUGIN_.+|CLAUDE_CODE_(SESSION_ID|ENTRYPOINT|MESSAGING_.+))$/;

const START_MS = 20_000;
/** One word takes seconds; a key that is not accepted is tried again and again for minutes. */
const ANSWER_MS = 60_000;

/**
 * Neither the person's hooks nor their servers: a guard of Pitcrew's that they have installed would rightly say that another
 * session, the demo's, holds the files.
 */
const ALONE = [
  '--output-format',
  'json',
  '--settings',
  JSON.stringify({ disableAllHooks: true }),
  '--strict-mcp-config',
  '--no-session-persistence',
];

/** One word first: what keeps every issue from being mended is better known before the crashes are made. */
async function requireAnswer(env: NodeJS.ProcessEnv): Promise<void> {
  const asked = ['-p', 'Answer with the word ready.', '--tools', '', ...ALONE];
  const done = await run('claude', asked, { cwd: process.cwd(), env, timeoutMs: ANSWER_MS });
  const said = resultOf(done);
  if (!done.timedOut && done.code === 0 && !said.isError) return;
  throw inputError(
    done.timedOut
      ? `The claude program gave no answer within ${spanOf(ANSWER_MS)}.`
      : `The claude program cannot be used: ${said.text}`,
    'Sign in with `claude` and /login, or set ANTHROPIC_API_KEY, and see that it reaches its service; without --agent a script edits.',
  );
}

const notInstalled = ({ code, stderr }: RunResult) =>
  inputError(
    code === 127
      ? 'There is no claude program on this machine.'
      : `The claude program does not start: ${untrustedLine(stderr, 200) || `exit code ${code}`}`,
    'Install it with `npm install --global @anthropic-ai/claude-code`, or leave --agent out: then a script edits.',
  );

const tooSlow = (timeoutMs: number) =>
  upstreamError(
    `claude was not done within ${spanOf(timeoutMs)}.`,
    'Give it longer with --minutes, or look at what it left in the worktree with --keep.',
  );

function jobOf(done: RunResult): Job {
  const { text, isError, job } = resultOf(done);
  if (isError || done.code !== 0) {
    throw upstreamError(`claude broke off: ${text}`, 'Run the demo again when its service answers.');
  }
  const { testFile, files, rootCause, fix } = job ?? {};
  const isWhole =
    typeof testFile === 'string' &&
    Array.isArray(files) &&
    typeof rootCause === 'string' &&
    typeof fix === 'string';
  if (!isWhole) {
    throw upstreamError(
      `claude gave up on it: ${text}`,
      'Run the demo again, or look at what it left in the worktree with --keep.',
    );
  }
  return {
    attempts: [{ description: 'what claude wrote', apply: async () => {} }],
    files: files.map(String),
    testFiles: [testFile],
    testCommand: `node --test ${join('.', testFile)}`,
    rootCause,
    fix,
  };
}

/** What the program printed: one object with `result`, `is_error` and, where it kept to the schema, `structured_output`. */
function resultOf({ stdout, stderr }: RunResult): {
  text: string;
  isError: boolean;
  job?: Record<string, unknown>;
} {
  const printed = parsed(stdout);
  const job = printed?.structured_output;
  const words = printed ? printed.result : stderr || stdout;
  return {
    text: untrustedLine(words, 300) || 'it said nothing',
    isError: printed === undefined || printed.is_error === true,
    ...(typeof job === 'object' && job !== null ? { job: { ...job } } : {}),
  };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

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

const EDITS = ['--permission-mode', 'acceptEdits', '--allowedTools', 'Read,Edit,Write,Bash(node --test:*)'];

const promptOf = (evidence: string): string => `A production crash has to be fixed in this folder.
Write one new test file below test/ (node:test) that fails today with this very exception, then the smallest fix of its cause.
Run it with node --test. Do not commit. Answer with the test file, all files you changed (the test too), root cause and fix;
paths relative to this folder.

${evidence}`;
