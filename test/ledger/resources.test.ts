import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Run } from '../../ledger/ledger.ts';
import { normalizeResource } from '../../ledger/resource-key.ts';
import { cmd, type Desk, HOUR, MINUTE, openDesk, ownerOf } from './helpers.ts';

const reserve = (desk: Desk, session: string, resources: string[], incidents: string[] = []) =>
  desk.ledger.register({
    cmd: cmd(),
    session,
    owner: ownerOf(session),
    incidents,
    paths: [],
    resources,
    base: 'b',
    ttlMs: 2 * MINUTE,
    intent: '',
  });

async function reserved(desk: Desk, session: string, resources: string[], incidents: string[] = []) {
  const answer = await reserve(desk, session, resources, incidents);
  if (!answer.ok) throw new Error('refused');
  return answer.run;
}

describe('resources', () => {
  test('belong to one session at a time, letter by letter', async () => {
    const desk = await openDesk({ view: true });
    await reserved(desk, 'ann', ['PORT:05173', 'db:dev']);
    expect(await reserve(desk, 'ben', ['port:5173', 'db:dev2'])).toMatchObject({
      ok: false,
      conflicts: [{ holder: 'ann, pid 4711 on build-3', resources: ['port:5173'], paths: [], incidents: [] }],
    });
    await reserved(desk, 'ben', ['port:5174', 'db:Dev']);
    const probe = { session: 'cid', incidents: [], paths: [], resources: ['db:dev'] };
    expect((await desk.ledger.probe(probe)).conflicts).toMatchObject([{ resources: ['db:dev'] }]);
    expect((await desk.ledger.list()).active).toMatchObject([
      { resources: ['port:5173', 'db:dev'] },
      { resources: ['port:5174', 'db:Dev'] },
    ]);
    await desk.ledger.dispose();
    expect(readFileSync(desk.viewFile, 'utf8')).toContain('- **Resources:** `port:5173` · `db:dev`');
  });

  test('come and go with amend, and end with their run', async () => {
    const desk = await openDesk();
    const run = await reserved(desk, 'ann', ['db:dev'], ['sentry:a/A-1']);
    const grip = { run: run.run, fence: run.fence, add: [], drop: [] };
    const swap = { addResources: ['lock:migrations'], dropResources: ['db:dev'] };
    expect(await desk.ledger.amend({ cmd: cmd(), ...grip, ...swap })).toMatchObject({ ok: true });
    expect(await desk.ledger.amend({ cmd: cmd(), ...grip, dropResources: ['db:dev'] })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('does not claim db:dev'),
    });
    const other = await reserved(desk, 'ben', ['db:dev']);
    const want = { run: other.run, fence: other.fence, add: [], drop: [], addResources: ['lock:migrations'] };
    expect(await desk.ledger.amend({ cmd: cmd(), ...want })).toMatchObject({ ok: false, conflicts: [{}] });
    await desk.ledger.close({ cmd: cmd(), run: run.run, fence: run.fence, status: 'completed', commits: [] });
    expect(await desk.ledger.amend({ cmd: cmd(), ...want })).toMatchObject({ ok: true });
  });

  test.each(['port:0', 'port:70000', 'port:http', 'port:3000-', 'port:1-2-3', '5173', 'db:', 'db:a b', ':x'])(
    '%s is no key',
    (text) => {
      expect(() => normalizeResource(text)).toThrow(/not the key of a resource/);
    },
  );
});

describe('a lane', () => {
  test('is served in the order of joining, and a place ends with its run', async () => {
    const desk = await openDesk();
    const runs: Run[] = [];
    for (const name of ['ann', 'ben', 'cid', 'dot'])
      runs.push(await desk.granted(name, [`sentry:a/${name}-1`]));
    const lane = (at: number, leave?: boolean) => {
      const { run = '', fence = 0 } = runs[at] ?? {};
      return desk.ledger.lane({ cmd: cmd(), run, fence, name: 'merge', ...(leave ? { leave } : {}) });
    };
    expect(await lane(0)).toMatchObject({ ok: true, position: 1, turn: true, ahead: [] });
    for (const at of [1, 2, 3]) await lane(at);
    expect(await lane(2)).toMatchObject({
      position: 3,
      turn: false,
      ahead: [
        { run: runs[0]?.run },
        { run: runs[1]?.run, holder: 'ben, pid 4711 on build-3', liveness: 'live' },
      ],
    });
    expect(await lane(0, true)).toMatchObject({ ok: true, position: 0, turn: false });
    expect(await lane(1)).toMatchObject({ position: 1, turn: true });
    await desk.ledger.close({
      cmd: cmd(),
      run: runs[1]?.run ?? '',
      fence: runs[1]?.fence ?? 0,
      status: 'completed',
      commits: [],
    });
    expect(await lane(2)).toMatchObject({ position: 1, turn: true });
    expect(await lane(1)).toMatchObject({ ok: false });
    desk.processes.set('cid', 'gone');
    expect(await lane(3)).toMatchObject({ position: 1, turn: true });
    // Whoever comes back comes last.
    expect(await lane(0)).toMatchObject({ position: 2 });
  });

  test('a place does not pass to another session', async () => {
    const desk = await openDesk();
    const old = await desk.granted('ann', ['sentry:a/A-1']);
    await desk.ledger.lane({ cmd: cmd(), run: old.run, fence: old.fence, name: 'merge' });
    desk.pass(HOUR);
    const taken = await desk.ledger.takeover({
      cmd: cmd(),
      run: old.run,
      expectFence: old.fence,
      session: 'ben',
      owner: ownerOf('ben'),
      ttlMs: MINUTE,
      reason: 'asked',
    });
    expect(taken).toMatchObject({ ok: true, run: { lanes: [] } });
  });
});

describe('clocks', () => {
  test('one that jumps ahead frees nothing that a process here still holds', async () => {
    const desk = await openDesk();
    await desk.granted('ann', ['sentry:a/A-1']);
    desk.processes.set('ann', 'alive');
    desk.pass(5 * HOUR);
    expect(await desk.claim('ben', ['sentry:a/A-1'])).toMatchObject({
      ok: false,
      conflicts: [{ liveness: 'suspect' }],
    });
    // It is told apart from one of which nobody knows, and from one that is gone.
    desk.processes.set('ann', 'unknown');
    await desk.granted('ben', ['sentry:a/A-1']);
  });

  test('leases are measured by the steady one where there is one', async () => {
    const steady = { boot: 'boot-1', at: 1000 };
    const desk = await openDesk({ steady: () => ({ ...steady }) });
    await desk.granted('ann', ['sentry:a/A-1'], [], 10 * MINUTE);
    const seen = async () => (await desk.ledger.list()).active.map((run) => run.liveness);
    desk.pass(5 * HOUR);
    expect(await seen()).toEqual(['live']);
    steady.at += 10 * MINUTE;
    desk.pass(-6 * HOUR);
    expect(await seen()).toEqual(['suspect']);
    steady.at += 2 * HOUR;
    expect(await seen()).toEqual(['dead']);
    // After a restart of the machine its time means nothing, and the wall's clock is what there is.
    steady.boot = 'boot-2';
    expect(await seen()).toEqual(['live']);
  });
});
