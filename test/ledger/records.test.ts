import { describe, expect, test } from 'vitest';
import type { ProofStep, Run, Triage } from '../../ledger/ledger.ts';
import { cmd, type Desk, MINUTE, openDesk, ownerOf } from './helpers.ts';

const WEB1 = 'sentry:acme/WEB-1';
const WEB2 = 'sentry:acme/WEB-2';

const triageOf = (id: string): Triage => ({
  id,
  createdAt: 1,
  report: '.claude/sentry/TRIAGE-20261121.md',
  candidates: ['WEB-1', 'web-2'].map((shortId, at) => ({
    index: at + 1,
    incident: `sentry:acme/${shortId}`,
    issueId: String(at),
    shortId,
    title: 'TypeError',
    permalink: `https://sentry.example/${shortId}`,
  })),
});

const proof: ProofStep = {
  verdict: 'proven',
  reason: 'red, then green',
  tree: 't',
  baseTree: 'b',
  checks: [],
};
const commit = { sha: 'abc', tree: 't', branch: 'fix/sentry-WEB-1', files: ['a.ts'], subject: 'fix' };
const worktree = (branch: string) => ({ path: `.pitcrew/${branch}`, branch, base: 'a1b2c3' });

describe('triage and selection', () => {
  test('the newest triage, by id, by session, of all', async () => {
    const { ledger } = await openDesk();
    expect(await ledger.triage({})).toBeUndefined();
    for (const [id, session] of [
      ['t1', 'alice'],
      ['t2', 'bob'],
    ] as const) {
      await ledger.recordTriage({ cmd: cmd(), session, triage: triageOf(id) });
    }
    expect((await ledger.triage({}))?.id).toBe('t2');
    expect((await ledger.triage({ session: 'alice' }))?.id).toBe('t1');
    expect((await ledger.triage({ id: 't1' }))?.id).toBe('t1');
    expect(await ledger.triage({ id: 't9' })).toBeUndefined();
  });

  test('the history counts one as one', async () => {
    const { ledger } = await openDesk();
    const { candidates, ...triage } = triageOf('t1');
    for (const count of [1, 2]) {
      await ledger.recordTriage({
        cmd: cmd(),
        session: 'alice',
        triage: { ...triage, candidates: candidates.slice(0, count) },
      });
    }
    const events = await ledger.events({ afterRev: 0, limit: 9 });
    expect(events.map(({ summary }) => summary)).toEqual([
      'triage t1 with 1 candidate, .claude/sentry/TRIAGE-20261121.md',
      'triage t1 with 2 candidates, .claude/sentry/TRIAGE-20261121.md',
    ]);
  });

  test('only rows of a recorded triage can be selected', async () => {
    const desk = await openDesk();
    const select = (triage: string, incidents: string[]) =>
      desk.ledger.select({
        cmd: cmd(),
        session: 'alice',
        triage,
        incidents,
        by: 'person',
        how: 'elicitation',
      });
    expect(await select('t1', [WEB1])).toMatchObject({ ok: false, reason: 'No triage t1 is recorded.' });
    await desk.ledger.recordTriage({ cmd: cmd(), session: 'alice', triage: triageOf('t1') });
    expect(await select('t1', [WEB1, 'sentry:acme/WEB-9'])).toMatchObject({
      ok: false,
      reason: 'Triage t1 does not list sentry:acme/WEB-9.',
    });
    expect(await desk.ledger.incident(WEB1)).toEqual({ incident: WEB1, steps: {} });
    expect(await select('t1', ['sentry:ACME/web-2'])).toMatchObject({ ok: true });
    expect(await desk.ledger.incident('sentry:acme/web-2')).toMatchObject({
      incident: WEB2,
      selection: { triage: 't1', incidents: [WEB2], by: 'person', how: 'elicitation', session: 'alice' },
      candidate: { index: 2, issueId: '1' },
    });
  });
});

describe('steps', () => {
  const record = (desk: Desk, run: Run, ...[step, data]: Parameters<typeof stepCommand>) =>
    desk.ledger.recordStep({ cmd: cmd(), run: run.run, fence: run.fence, ...stepCommand(step, data) });

  test('what resolved an incident once does not count when another run claims it again', async () => {
    const desk = await openDesk();
    const first = await desk.granted('alice', [WEB1, WEB2]);
    await record(desk, first, 'worktree', worktree('fix/web-1'));
    await record(desk, first, 'commit', commit);
    await record(desk, first, 'resolution', {
      before: 'unresolved',
      after: 'resolved',
      strategy: 'inCommit',
    });
    await desk.granted('alice', [WEB1, WEB2]);
    expect(Object.keys((await desk.ledger.incident(WEB1)).steps)).toHaveLength(3);
    await desk.ledger.close({
      cmd: cmd(),
      run: first.run,
      fence: first.fence,
      status: 'completed',
      commits: [],
    });
    await desk.granted('alice', [WEB1]);
    expect((await desk.ledger.incident(WEB1)).steps).toEqual({});
  });

  test('a run lets go of one incident and keeps the others', async () => {
    const desk = await openDesk();
    const run = await desk.granted('alice', [WEB1, WEB2]);
    const { run: id, fence } = run;
    await desk.ledger.close({
      cmd: cmd(),
      run: id,
      fence,
      status: 'completed',
      commits: ['c0ffee'],
      incidents: [WEB1],
    });
    expect((await desk.ledger.incident(WEB1)).run).toBeUndefined();
    expect((await desk.ledger.incident(WEB2)).run).toMatchObject({
      run: id,
      incidents: [WEB2],
      commits: ['c0ffee'],
    });
    await desk.granted('bob', [WEB1]);
    await desk.ledger.close({
      cmd: cmd(),
      run: id,
      fence,
      status: 'completed',
      commits: [],
      incidents: [WEB2],
    });
    expect((await desk.ledger.list()).recent).toMatchObject([
      { run: id, status: 'completed', commits: ['c0ffee'] },
    ]);
  });

  test('only the run that holds the incident, under its newest fence, adds one', async () => {
    const desk = await openDesk();
    const alice = await desk.granted('alice', [WEB1]);
    const bob = await desk.granted('bob', [WEB2]);
    expect(await record(desk, bob, 'commit', commit)).toMatchObject({
      ok: false,
      reason: `Run ${bob.run} does not hold ${WEB1}.`,
    });
    const wrongFence = { ...alice, fence: bob.fence };
    expect(await record(desk, wrongFence, 'commit', commit)).toMatchObject({ ok: false });
    expect(await record(desk, alice, 'worktree', worktree('fix/sentry-WEB-1'))).toMatchObject({ ok: true });
    expect(await record(desk, alice, 'commit', commit)).toMatchObject({ ok: true });
    expect(await desk.ledger.incident(WEB1)).toMatchObject({
      run: { run: alice.run, liveness: 'live', worktrees: [{ incident: WEB1, branch: 'fix/sentry-WEB-1' }] },
      steps: { commit: { sha: 'abc' } },
    });
  });

  test.each([
    ['the same branch keeps them', 'fix/sentry-WEB-1', false, ['worktree', 'proof', 'commit']],
    ['another branch makes them void', 'fix/other', false, ['worktree']],
    ['after a resolution the work starts anew', 'fix/sentry-WEB-1', true, ['worktree']],
  ])('steps outlive their run; %s', async (_, branch, resolved, kept) => {
    const desk = await openDesk();
    const alice = await desk.granted('alice', [WEB1]);
    await record(desk, alice, 'worktree', worktree('fix/sentry-WEB-1'));
    await record(desk, alice, 'proof', proof);
    await record(desk, alice, 'commit', commit);
    if (resolved) {
      await record(desk, alice, 'resolution', {
        before: 'unresolved',
        after: 'resolved',
        strategy: 'inCommit',
      });
    }
    desk.pass(3 * MINUTE);
    const taken = await desk.ledger.takeover({
      cmd: cmd(),
      run: alice.run,
      expectFence: alice.fence,
      session: 'bob',
      owner: ownerOf('bob'),
      ttlMs: MINUTE,
      reason: 'alice left',
    });
    if (!taken.ok) throw new Error(taken.reason);
    await record(desk, taken.run, 'worktree', worktree(branch));
    expect(Object.keys((await desk.ledger.incident(WEB1)).steps).sort()).toEqual([...kept].sort());
  });
});

function stepCommand<S extends 'worktree' | 'proof' | 'commit' | 'resolution'>(step: S, data: object) {
  return { incident: WEB1, step, data } as never as { incident: string; step: 'proof'; data: ProofStep };
}
