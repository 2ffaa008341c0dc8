import { describe, expect, test } from 'vitest';
import { cmd, exclusive, HOUR, MINUTE, openDesk, ownerOf } from './helpers.ts';

const WEB1 = 'sentry:acme/WEB-1';
const WEB2 = 'sentry:acme/WEB-2';

describe('register', () => {
  test('refuses a second session and says who holds what, since when', async () => {
    const desk = await openDesk();
    const run = await desk.granted('alice', ['sentry:ACME/web-1'], exclusive('src/**/*.ts'));
    await desk.ledger.recordStep({
      cmd: cmd(),
      run: run.run,
      fence: run.fence,
      incident: WEB1,
      step: 'worktree',
      data: { path: '.pitcrew/worktrees/web-1', branch: 'fix/sentry-WEB-1', base: 'a1b2c3' },
    });
    desk.pass(MINUTE);
    const answer = await desk.claim('bob', [WEB1], exclusive('src/lib/cart.ts'));
    expect(answer).toEqual({
      ok: false,
      rev: 2,
      conflicts: [
        {
          source: 'ledger',
          run: run.run,
          holder: 'alice, pid 4711 on build-3',
          since: run.startedAt,
          liveness: 'live',
          branch: 'fix/sentry-WEB-1',
          incidents: [WEB1],
          paths: [{ wanted: 'src/lib/cart.ts', held: 'src/**/*.ts' }],
          resources: [],
          advice: expect.stringContaining('Take another issue, or wait'),
        },
      ],
    });
    const probed = await desk.ledger.probe({ session: 'bob', incidents: [WEB1], paths: [] });
    expect(probed.conflicts).toHaveLength(1);
    expect((await desk.ledger.probe({ session: 'alice', incidents: [WEB1], paths: [] })).conflicts).toEqual(
      [],
    );
  });

  test('shared paths agree with each other, not with an exclusive one', async () => {
    const desk = await openDesk();
    const shared = [{ glob: 'docs/**', mode: 'shared' as const }];
    await desk.granted('alice', [WEB1], shared);
    await desk.granted('bob', [WEB2], shared);
    expect((await desk.claim('carol', ['sentry:acme/WEB-3'], exclusive('docs/a.md'))).ok).toBe(false);
  });

  test("everybody writes the ledger's own files", async () => {
    const desk = await openDesk();
    const own = exclusive('.claude/active-runs.md', '.claude/sentry/TRIAGE-20261121.md');
    await desk.granted('alice', [WEB1], [...own, ...exclusive('.claude/**')]);
    await desk.granted('bob', [WEB2], own);
  });

  test('the same session gets its run back, widened, under a new fence only for a new incident', async () => {
    const desk = await openDesk();
    const first = await desk.granted('alice', [WEB1], exclusive('src/a.ts'));
    const again = await desk.granted('alice', [WEB1], exclusive('src/a.ts'));
    expect([again.run, again.fence]).toEqual([first.run, first.fence]);
    const wider = await desk.granted('alice', [WEB1], exclusive('src/b.ts'));
    expect(wider).toMatchObject({
      run: first.run,
      fence: first.fence,
      paths: exclusive('src/a.ts', 'src/b.ts'),
    });
    const more = await desk.granted('alice', [WEB1, WEB2]);
    expect(more).toMatchObject({ run: first.run, incidents: [WEB1, WEB2] });
    expect(more.fence).toBeGreaterThan(first.fence);
  });

  test('two runs of one session become one when an incident joins them', async () => {
    const desk = await openDesk();
    const first = await desk.granted('alice', [WEB1], exclusive('src/a.ts'));
    const second = await desk.granted('alice', [WEB2], exclusive('src/b.ts'));
    const joined = await desk.granted('alice', [WEB1, WEB2]);
    expect(joined).toMatchObject({
      run: first.run,
      incidents: [WEB1, WEB2],
      paths: exclusive('src/a.ts', 'src/b.ts'),
    });
    expect(joined.fence).toBeGreaterThan(second.fence);
    const old = await desk.ledger.guard({ run: second.run, fence: second.fence, effect: 'commit' });
    expect(old).toMatchObject({ ok: false, reason: expect.stringContaining(`joined with run ${first.run}`) });
    expect((await desk.ledger.list()).active).toHaveLength(1);
  });

  test.each([
    [{ incidents: [], paths: [] }, /Nothing is claimed/],
    [{ incidents: ['WEB-1'], paths: [] }, /not the key of an incident/],
    [{ incidents: ['sentry:acme/$(rm x)'], paths: [] }, /not the key of an incident/],
    [{ incidents: [], paths: exclusive('../x') }, /leads out of the repository/],
  ])('refuses bad input %j', async (claims, message) => {
    const { ledger } = await openDesk();
    const command = { cmd: cmd(), session: 's', owner: ownerOf('s'), base: 'b', ttlMs: MINUTE, intent: '' };
    await expect(ledger.register({ ...command, ...claims })).rejects.toThrow(message);
    await expect(
      ledger.register({ ...command, incidents: [WEB1], paths: [], ttlMs: Number.NaN }),
    ).rejects.toThrow(/lease/);
  });
});

describe('leases', () => {
  test('live, then suspect and in the way, then abandoned and free', async () => {
    const desk = await openDesk();
    const run = await desk.granted('alice', [WEB1]);
    desk.pass(3 * MINUTE);
    expect((await desk.ledger.list()).active[0]?.liveness).toBe('suspect');
    const early = await desk.claim('bob', [WEB1]);
    expect(early).toMatchObject({
      ok: false,
      conflicts: [
        { liveness: 'suspect', advice: expect.stringContaining('ends 2 h after its last renewal') },
      ],
    });
    desk.pass(2 * HOUR);
    const taken = await desk.granted('bob', [WEB1]);
    expect(taken.fence).toBeGreaterThan(run.fence);
    const events = await desk.ledger.events({ afterRev: 0, limit: 100 });
    expect(events.map((event) => [event.rev, event.kind])).toEqual([
      [1, 'registered'],
      [2, 'expired'],
      [2, 'registered'],
    ]);
  });

  test('a renewed run stays, whatever its age', async () => {
    const desk = await openDesk();
    const run = await desk.granted('alice', [WEB1]);
    for (let minutes = 0; minutes < 300; minutes++) {
      desk.pass(MINUTE);
      const renewed = await desk.ledger.renew({
        cmd: cmd(),
        run: run.run,
        fence: run.fence,
        ttlMs: 2 * MINUTE,
      });
      expect(renewed).toEqual({ ok: true, rev: 1 });
    }
    expect((await desk.claim('bob', [WEB1])).ok).toBe(false);
  });

  test('a run whose process is gone is free at once', async () => {
    const desk = await openDesk();
    await desk.granted('alice', [WEB1]);
    desk.processes.set('alice', 'gone');
    await desk.granted('bob', [WEB1]);
  });

  test('a clock set back neither frees a run nor lets it live for ever', async () => {
    const desk = await openDesk();
    await desk.granted('alice', [WEB1]);
    desk.pass(-24 * HOUR);
    expect((await desk.claim('bob', [WEB1])).ok).toBe(false);
    desk.pass(2 * HOUR + MINUTE);
    await desk.granted('bob', [WEB1]);
  });
});

describe('takeover', () => {
  const by = (session: string) => ({
    cmd: cmd(),
    session,
    owner: ownerOf(session),
    ttlMs: MINUTE,
    reason: 'asked alice',
  });

  test('never of a live run, of a suspect one with its claims, fence and steps', async () => {
    const desk = await openDesk();
    const run = await desk.granted('alice', [WEB1], exclusive('src/**'));
    const live = await desk.ledger.takeover({ run: run.run, expectFence: run.fence, ...by('bob') });
    expect(live).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/alice.*is at work.*since 2026-11-21T09:30:00Z/),
    });
    desk.pass(3 * MINUTE);
    const stale = await desk.ledger.takeover({ run: run.run, expectFence: run.fence + 1, ...by('bob') });
    expect(stale.ok).toBe(false);
    const taken = await desk.ledger.takeover({ run: run.run, expectFence: run.fence, ...by('bob') });
    expect(taken).toMatchObject({
      ok: true,
      run: { session: 'bob', incidents: [WEB1], paths: exclusive('src/**') },
    });
    const old = { run: run.run, fence: run.fence };
    const refusals = [
      await desk.ledger.renew({ cmd: cmd(), ...old, ttlMs: MINUTE }),
      await desk.ledger.guard({ ...old, effect: 'push' }),
      await desk.ledger.close({ cmd: cmd(), ...old, status: 'completed', commits: [] }),
      await desk.ledger.amend({ cmd: cmd(), ...old, add: exclusive('lib'), drop: [] }),
    ];
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({
        ok: false,
        reason: expect.stringContaining('taken over by bob'),
        advice: expect.stringContaining('Make no further changes'),
      });
    }
  });

  test('not when it would overlap another run of the old owner', async () => {
    const desk = await openDesk();
    const suspect = await desk.granted('alice', [WEB1], exclusive('src/**'));
    await desk.granted('alice', [WEB2], exclusive('src/a.ts'), HOUR);
    desk.pass(3 * MINUTE);
    const answer = await desk.ledger.takeover({ run: suspect.run, expectFence: suspect.fence, ...by('bob') });
    expect(answer).toMatchObject({
      ok: false,
      reason: expect.stringContaining('cannot be taken over whole'),
    });
  });
});

describe('guard, amend, close', () => {
  test('guard allows what is claimed and names what is not', async () => {
    const desk = await openDesk();
    const { run, fence } = await desk.granted(
      'alice',
      [WEB1],
      [...exclusive('src/cart.ts'), { glob: 'docs/**', mode: 'shared' }],
    );
    const guard = (...paths: string[]) => desk.ledger.guard({ run, fence, effect: 'commit', paths });
    expect(await guard('src/cart.ts', '.claude/active-runs.md', 'docs/a.md')).toEqual({ ok: true, rev: 1 });
    expect(await guard('src/cart.ts', 'src/order.ts', 'doc/a.md')).toMatchObject({
      ok: false,
      reason: `Run ${run} does not claim src/order.ts, doc/a.md.`,
    });
    expect(await desk.ledger.guard({ run, fence: fence + 1, effect: 'commit' })).toMatchObject({ ok: false });
    expect(await desk.ledger.guard({ run: 'r99-none', fence, effect: 'commit' })).toMatchObject({
      ok: false,
    });
  });

  test('amend adds what is free, drops what is held, and tells conflicts', async () => {
    const desk = await openDesk();
    const alice = await desk.granted('alice', [WEB1], exclusive('src/a.ts'));
    await desk.granted('bob', [WEB2], exclusive('src/b.ts'));
    const amend = (add: string[], drop: string[]) =>
      desk.ledger.amend({ cmd: cmd(), run: alice.run, fence: alice.fence, add: exclusive(...add), drop });
    expect(await amend(['src/*.ts'], [])).toMatchObject({
      ok: false,
      conflicts: [{ holder: expect.stringContaining('bob') }],
    });
    expect(await amend([], ['src/zzz.ts'])).toMatchObject({
      ok: false,
      reason: expect.stringContaining('does not claim'),
    });
    expect(await amend(['src/c.ts'], ['./src/a.ts'])).toMatchObject({ ok: true });
    expect((await desk.ledger.list()).active[0]?.paths).toEqual(exclusive('src/c.ts'));
  });

  test('a closed run is history, its claims are free, its fence is dead', async () => {
    const desk = await openDesk();
    const run = await desk.granted('alice', [WEB1]);
    const close = () =>
      desk.ledger.close({
        cmd: cmd(),
        run: run.run,
        fence: run.fence,
        status: 'completed',
        commits: ['abc123'],
        note: 'done',
      });
    expect(await close()).toMatchObject({ ok: true });
    expect(await close()).toMatchObject({ ok: false, reason: expect.stringContaining('was completed at') });
    await desk.granted('bob', [WEB1]);
    expect((await desk.ledger.list()).recent).toMatchObject([
      { run: run.run, commits: ['abc123'], note: 'done' },
    ]);
  });
});

describe('commands and history', () => {
  test('a known command gets its first answer again, for a day', async () => {
    const desk = await openDesk();
    const command = {
      cmd: 'same',
      session: 'alice',
      owner: ownerOf('alice'),
      incidents: [WEB1],
      paths: [],
      base: 'b',
      ttlMs: MINUTE,
      intent: '',
    };
    const first = await desk.ledger.register(command);
    if (!first.ok) throw new Error('refused');
    await desk.ledger.close({
      cmd: 'c',
      run: first.run.run,
      fence: first.run.fence,
      status: 'aborted',
      commits: [],
    });
    expect(await desk.ledger.register(command)).toEqual(first);
    expect((await desk.ledger.list()).active).toEqual([]);
    await expect(
      desk.ledger.close({ cmd: 'same', run: 'x', fence: 1, status: 'aborted', commits: [] }),
    ).rejects.toThrow(/already used/);
    desk.pass(25 * HOUR);
    expect(await desk.ledger.register(command)).not.toEqual(first);
  });

  test('trim forgets closed runs only', async () => {
    const desk = await openDesk();
    const old = await desk.granted('alice', [WEB1]);
    await desk.ledger.close({ cmd: cmd(), run: old.run, fence: old.fence, status: 'completed', commits: [] });
    await desk.granted('bob', [WEB2]);
    desk.pass(15 * 24 * HOUR);
    expect(await desk.ledger.trim({ cmd: cmd(), olderThanDays: 14 })).toEqual({ removed: 1, rev: 4 });
    expect((await desk.ledger.list()).active).toMatchObject([{ session: 'bob', liveness: 'dead' }]);
    expect((await desk.ledger.events({ afterRev: 0, limit: 10 })).map((event) => event.kind)).toEqual([
      'trimmed',
    ]);
  });

  test('events come in whole revisions', async () => {
    const desk = await openDesk();
    await desk.granted('alice', [WEB1]);
    desk.processes.set('alice', 'gone');
    await desk.granted('bob', [WEB1]);
    const page = await desk.ledger.events({ afterRev: 1, limit: 1 });
    expect(page.map((event) => event.rev)).toEqual([2, 2]);
    expect(await desk.ledger.events({ afterRev: 2, limit: 1 })).toEqual([]);
  });
});
