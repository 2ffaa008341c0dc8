import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { leaveAgents } from './test/support/apart-from-agents.ts';

// A coding agent above would make the servers that tests start believe, rightly, that no person is there.
leaveAgents();

/** What takes long because it waits, floods, kills, or starts many other programs: `npm run test:hard`, and CI. */
const HARD = [
  'test/e2e/faults-*.test.ts',
  'test/e2e/{adversary,bad-input,hostile-text,secrets,server-life}.test.ts',
  'test/corpus/linear.test.ts',
  'test/contract/{base-urls,vendor-*}.test.ts',
  'test/cli/{bad-places,bad-words,doctor,init,ledger-database}.test.ts',
  'test/context/{person,sessions,started-by-agent}.test.ts',
  'test/git/{fence-*,raise-fence,remove-worktree,worktrees}.test.ts',
  'test/hooks/database.test.ts',
  'test/ledger/group/**/*.test.ts',
  'test/ledger/{small-disk,view-race}.test.ts',
  'test/ledger/postgres/**/*.test.ts',
  'test/mcp-server/{bad-input,consent,leaving,other-clients,person-prompt}.test.ts',
  'test/setup/**/*.test.ts',
  'test/storm/**/*.test.ts',
];

/** Also in `npm test`, with fewer runs. */
const MODEL = 'test/ledger/model.test.ts';
const ALL_RUNS = { PITCREW_MODEL_RUNS: process.env.PITCREW_MODEL_RUNS ?? '500' };

/** One file at a time: each starts several clients, servers and git. */
const CLIENT = 'test/client/**/*.test.ts';

const shared = {
  // Most tests start real processes and git; on two cores a slow start is not a failure.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  pool: 'forks' as const,
  // They wait for processes about as long as they compute.
  maxWorkers: 3,
  // The programs that tests start have homes of their own: what they compile is shared all the same.
  env: { XDG_CACHE_HOME: resolve('node_modules/.cache/pitcrew-tests') },
};

/**
 * Files share a process: starting one and loading the same modules for each of 150 files was a sixth of all the time.
 * That is safe as long as every file leaves its process as it found it; `left-as-found.ts` fails the one that does not.
 */
const together = { isolate: false, setupFiles: ['test/support/left-as-found.ts'] };

const MAIN = { include: ['test/**/*.test.ts'], exclude: [...HARD, CLIENT] };

export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, ...together, ...MAIN, name: 'main' } },
      { test: { ...shared, env: { ...shared.env, ...ALL_RUNS }, name: 'hard', include: [...HARD, MODEL] } },
      { test: { ...shared, name: 'client', include: [CLIENT], fileParallelism: false } },
    ],
  },
});
