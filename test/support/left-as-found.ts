import { afterAll, beforeAll, expect } from 'vitest';

/** Test files share a process: what one of them left changed would reach the next. Runs around every file. */
let before: Map<string, unknown>;

beforeAll(() => {
  before = processState();
});
afterAll(() => {
  const after = processState();
  // Names only: values of the environment do not belong in a report.
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => !Object.is(before.get(name), after.get(name)),
  );
  expect(changed, 'what this file left otherwise than it found it').toEqual([]);
});

/** What all files of a process have in common, beside the modules of Pitcrew, which keep nothing of a test. */
function processState(): Map<string, unknown> {
  const { env, exitCode } = process;
  return new Map<string, unknown>([
    ['working directory', process.cwd()],
    ['exit code', exitCode],
    ...Object.entries(env).map(([name, value]): [string, unknown] => [`variable ${name}`, value]),
    // A fake clock, or a stubbed fetch.
    ...GLOBALS.map((name): [string, unknown] => [name, Reflect.get(globalThis, name)]),
    ...SIGNALS.map((name): [string, unknown] => [`listeners of ${name}`, process.listenerCount(name)]),
  ]);
}

const GLOBALS = ['Date', 'Math', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGPIPE', 'SIGUSR2', 'uncaughtException'] as const;
