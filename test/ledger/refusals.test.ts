import { expect, test } from 'vitest';
import type { Moment, State } from '../../ledger/apply/state.ts';
import { apply } from '../../ledger/apply.ts';
import type { Run } from '../../ledger/ledger.ts';
import { MINUTE, ownerOf, START } from './plain-helpers.ts';

const [A, B] = ['sentry:a/A-1', 'sentry:a/B-1'];

const runOf = (session: string, fence: number, more: Partial<Run>): Run => ({
  run: `r${fence}-x`,
  session,
  owner: ownerOf(session),
  fence,
  status: 'active',
  incidents: [],
  paths: [],
  resources: [],
  lanes: [],
  base: 'b',
  intent: '',
  commits: [],
  startedAt: START,
  renewedAt: START,
  expiresAt: START + MINUTE,
  ...more,
});

test('who holds the incidents of a run that ended is told alike, in whatever order a store has its rows', () => {
  const ended = runOf('ann', 1, { incidents: [A, B], status: 'expired', closedAt: START });
  // Born first and granted last, as after a takeover.
  const taken = runOf('ben', 9, { run: 'r2-x', incidents: [A] });
  const other = runOf('cid', 3, { incidents: [B] });
  const moment: Moment = { now: START, gone: new Set(), alive: new Set(), handwritten: [] };
  const adviceIn = (runs: Run[]) => {
    const state: State = {
      ...{ store: 'x', rev: 9, fence: 9, runs },
      ...{ tickets: [], worktrees: [], steps: [], forgettable: [] },
    };
    const input = { run: ended.run, fence: 1, effect: 'push' as const };
    return apply(state, { kind: 'guard', input, moment }).answer;
  };
  const advice = expect.stringMatching(/^cid, pid 4711 on build-3 holds its incidents since .* \(run r3-x\)/);
  expect(adviceIn([taken, other, ended])).toMatchObject({ ok: false, advice });
  expect(adviceIn([other, ended, taken])).toEqual(adviceIn([taken, other, ended]));
});
