import { defineConfig } from 'vitest/config';

/** What takes long because it waits, floods, kills or starts whole other programs: `npm run test:hard`, and CI. */
const HARD = [
  'test/e2e/faults-*.test.ts',
  'test/e2e/{adversary,bad-input,hostile-text,secrets}.test.ts',
  'test/client/**/*.test.ts',
  'test/storm/**/*.test.ts',
];

const shared = {
  // Most tests start real processes and git; on two cores a slow start is not a failure.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  pool: 'forks' as const,
  // They wait for processes about as long as they compute.
  maxWorkers: 3,
};

export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, name: 'main', include: ['test/**/*.test.ts'], exclude: HARD } },
      { test: { ...shared, name: 'hard', include: HARD } },
    ],
  },
});
