import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { cmd, type Desk, exclusive, HOUR, MINUTE, openDesk, ownerOf } from './helpers.ts';

const [A, B] = ['sentry:a/A-1', 'sentry:a/B-1'];

/** As `claim`, with a place in the line when it is refused. */
const queue = (desk: Desk, session: string, incidents: string[], paths = exclusive()) =>
  desk.ledger.register({
    cmd: cmd(),
    session,
    owner: ownerOf(session),
    incidents,
    paths,
    base: 'b',
    ttlMs: 2 * MINUTE,
    intent: '',
    ticketTtlMs: MINUTE,
  });

async function ticketOf(
  desk: Desk,
  session: string,
  incidents: string[],
  paths = exclusive(),
): Promise<string> {
  const answer = await queue(desk, session, incidents, paths);
  if (answer.ok || !answer.ticket) throw new Error('no ticket');
  return answer.ticket.ticket;
}

const end = (desk: Desk, { run, fence }: { run: string; fence: number }) =>
  desk.ledger.close({ cmd: cmd(), run, fence, status: 'completed', commits: [] });

describe('a place in the line', () => {
  test('goes to the first who asked, not to the first who comes when it is free', async () => {
    const desk = await openDesk();
    const held = await desk.granted('ann', [A]);
    const first = await queue(desk, 'ben', [A]);
    const second = await queue(desk, 'cid', [A, B]);
    expect([first, second]).toMatchObject([{ ticket: { position: 1 } }, { ticket: { position: 2 } }]);
    await end(desk, held);
    expect(await desk.claim('dot', [A])).toMatchObject({
      ok: false,
      conflicts: [
        { source: 'ticket', holder: 'ben, pid 4711 on build-3', advice: expect.stringContaining('waited') },
        { source: 'ticket', holder: 'cid, pid 4711 on build-3' },
      ],
    });
    // The one behind is refused even what is free, since the first wants it too; what nobody waits for is free.
    expect(await queue(desk, 'cid', [A, B])).toMatchObject({ ok: false, ticket: { position: 2 } });
    await desk.granted('dot', ['sentry:a/C-1']);
    const run = await desk.granted('ben', [A]);
    expect((await desk.ledger.list()).waiting).toMatchObject([{ session: 'cid', position: 1 }]);
    await end(desk, run);
    expect(await queue(desk, 'cid', [A, B])).toMatchObject({ ok: true });
    expect((await desk.ledger.list()).waiting).toEqual([]);
  });

  test('is asked for again under the same number, and is over when nobody asks', async () => {
    const desk = await openDesk();
    await desk.granted('ann', [A], [], 10 * MINUTE);
    const ticket = await ticketOf(desk, 'ben', [A]);
    desk.pass(MINUTE / 2);
    expect(await ticketOf(desk, 'ben', [A])).toBe(ticket);
    desk.pass(MINUTE / 2);
    expect(await ticketOf(desk, 'ben', [A])).toBe(ticket);
    desk.pass(MINUTE);
    expect((await desk.ledger.list()).waiting).toEqual([]);
    expect(await desk.ledger.wait({ session: 'ben', ticket, timeoutMs: 0 })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('nobody asked'),
    });
    const kinds = (await desk.ledger.events({ afterRev: 0, limit: 50 })).map((event) => event.kind);
    expect(kinds).toEqual(['registered', 'waiting', 'left']);
  });

  test('that is served is over, also when the clock was set back in between', async () => {
    const desk = await openDesk();
    const held = await desk.granted('ann', [A]);
    await ticketOf(desk, 'ben', [A]);
    desk.pass(-HOUR);
    await end(desk, held);
    await desk.granted('ben', [A]);
    expect((await desk.ledger.list()).waiting).toEqual([]);
  });

  test('ends with its process, and when it is given up by its session, not by another', async () => {
    const desk = await openDesk();
    const held = await desk.granted('ann', [A, B]);
    const ben = await ticketOf(desk, 'ben', [A]);
    const cid = await ticketOf(desk, 'cid', [B]);
    const foreign = await desk.ledger.leave({ cmd: cmd(), session: 'dot', ticket: cid });
    expect(foreign).toMatchObject({ ok: false });
    expect(await desk.ledger.leave({ cmd: cmd(), session: 'cid', ticket: cid })).toMatchObject({ ok: true });
    desk.processes.set('ben', 'gone');
    expect((await desk.ledger.list()).waiting).toEqual([]);
    await end(desk, held);
    await desk.granted('dot', [A, B]);
    expect(await desk.ledger.leave({ cmd: cmd(), session: 'ben', ticket: ben })).toMatchObject({ ok: true });
  });

  test('does not stop a run from growing that it waits for, nor from being registered again', async () => {
    const desk = await openDesk();
    const run = await desk.granted('ann', [A], exclusive('src/a.ts'));
    await ticketOf(desk, 'ben', [A], exclusive('src/b.ts'));
    await ticketOf(desk, 'cid', [B, A], exclusive('src/c.ts'));
    expect((await desk.granted('ann', [A], exclusive('src/a.ts'))).run).toBe(run.run);
    const grow = { run: run.run, fence: run.fence, add: exclusive('src/b.ts'), drop: [] };
    expect(await desk.ledger.amend({ cmd: cmd(), ...grow })).toMatchObject({ ok: true });
    // A new incident is a new request, and others came first.
    expect(await desk.claim('ann', [A, B])).toMatchObject({ ok: false, conflicts: [{ source: 'ticket' }] });
    await desk.ledger.amend({ cmd: cmd(), ...grow, add: [], drop: ['src/b.ts'] });
    const other = await desk.granted('dot', ['sentry:a/C-1']);
    const pass = { run: other.run, fence: other.fence, add: exclusive('src/b.ts'), drop: [] };
    expect(await desk.ledger.amend({ cmd: cmd(), ...pass })).toMatchObject({
      ok: false,
      conflicts: [{ source: 'ticket', paths: [{ wanted: 'src/b.ts', held: 'src/b.ts' }] }],
    });
  });

  test('of a run that grows counts for it: who came later does not stop it', async () => {
    const desk = await openDesk();
    const run = await desk.granted('dot', [A]);
    await desk.granted('ann', [B]);
    await ticketOf(desk, 'dot', [A, B], exclusive('y/*'));
    await ticketOf(desk, 'ann', [], exclusive('y/a'));
    const grow = { run: run.run, fence: run.fence, add: exclusive('y/*'), drop: [] };
    expect(await desk.ledger.amend({ cmd: cmd(), ...grow })).toMatchObject({ ok: true });
  });
});

describe('wait', () => {
  test('ends when the turn comes, also when the holder dies', async () => {
    const desk = await openDesk();
    const held = await desk.granted('ann', [A]);
    const ticket = await ticketOf(desk, 'ben', [A]);
    const turn = desk.ledger.wait({ session: 'ben', ticket, timeoutMs: 30_000 });
    await delay(20);
    await end(desk, held);
    expect(await turn).toMatchObject({ ok: true, free: true, position: 1, conflicts: [] });
    await desk.granted('ben', [A]);
    const next = await ticketOf(desk, 'cid', [A]);
    const after = desk.ledger.wait({ session: 'cid', ticket: next, timeoutMs: 30_000 });
    desk.processes.set('ben', 'gone');
    expect(await after).toMatchObject({ ok: true, free: true });
  });

  test('has an end, tells of changes on request, and keeps the place', async () => {
    const desk = await openDesk();
    await desk.granted('ann', [A]);
    const ticket = await ticketOf(desk, 'ben', [A]);
    const { rev } = await desk.ledger.list();
    const wait = { session: 'ben', ticket, timeoutMs: 30 };
    expect(await desk.ledger.wait(wait)).toMatchObject({
      ok: true,
      free: false,
      conflicts: [{ incidents: [A] }],
    });
    const changed = desk.ledger.wait({ ...wait, afterRev: rev, timeoutMs: 30_000 });
    await desk.granted('cid', [B]);
    expect(await changed).toMatchObject({ ok: true, free: false, rev: rev + 1 });
    const watched = desk.ledger.wait({ session: 'dot', afterRev: rev + 1, timeoutMs: 30_000 });
    await desk.granted('cid', ['sentry:a/C-1']);
    expect(await watched).toMatchObject({ ok: true, free: false, rev: rev + 2 });
    expect((await desk.ledger.list()).waiting).toMatchObject([{ ticket }]);
    await expect(desk.ledger.wait({ ...wait, timeoutMs: Number.POSITIVE_INFINITY })).rejects.toMatchObject({
      kind: 'input',
    });
  });

  test('ends when the ledger is closed', async () => {
    const desk = await openDesk({ view: true });
    await desk.granted('ann', [A]);
    const ticket = await ticketOf(desk, 'ben', [A]);
    const waiting = desk.ledger.wait({ session: 'ben', ticket, timeoutMs: 30_000 });
    const ended = expect(waiting).rejects.toMatchObject({ kind: 'upstream' });
    await delay(20);
    await desk.ledger.dispose();
    await ended;
  });

  test('that is cancelled gives the place up', async () => {
    const desk = await openDesk();
    await desk.granted('ann', [A]);
    const ticket = await ticketOf(desk, 'ben', [A]);
    const cancel = new AbortController();
    const waiting = desk.ledger.wait({ session: 'ben', ticket, timeoutMs: 30_000, signal: cancel.signal });
    await delay(20);
    cancel.abort(new Error('the person said stop'));
    await expect(waiting).rejects.toThrow('the person said stop');
    expect((await desk.ledger.list()).waiting).toEqual([]);
  });
});
