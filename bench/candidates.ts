import { systemClock } from '../src/core/clock.ts';
import type { Sandbox } from '../src/sandbox/sandbox.ts';

export const CANDIDATES = 100;

/** Sends the crashes of 100 issues to the inbox: a few that hit many, and a long tail, as production has one. */
export async function fillCandidates(sandbox: Sandbox): Promise<void> {
  const address = `${sandbox.url}/api/1/store/?sentry_key=${new URL(sandbox.dsn()).username}`;
  for (let issue = 0; issue < CANDIDATES; issue += 1) {
    const events = Math.max(2, Math.round(120 / (issue + 1)));
    await Promise.all(Array.from({ length: events }, (_, user) => send(address, crash(issue, user))));
  }
}

const send = (address: string, event: object): Promise<unknown> =>
  fetch(address, { method: 'POST', body: JSON.stringify(event) }).then((answer) => answer.text());

const crash = (issue: number, user: number) => ({
  platform: 'node',
  level: 'error',
  timestamp: systemClock() / 1000 - issue,
  user: { id: `user-${user}` },
  exception: {
    values: [
      {
        type: 'TypeError',
        value: `Case ${issue} is not a function`,
        stacktrace: {
          frames: Array.from({ length: 1 + (issue % 8) }, (_, at) => ({
            filename: `app:///src/module-${issue}/file-${at}.js`,
            function: `step${at}`,
            lineno: 10 + at,
            in_app: true,
          })),
        },
      },
    ],
  },
});
