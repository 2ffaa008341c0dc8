import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { portsFor } from '../../ledger/apply/ports.ts';
import type { GivenPort, Owner, RegisterAnswer, Run, Ticket } from '../../ledger/ledger.ts';
import { normalizeResource } from '../../ledger/resource-key.ts';
import { cmd, type Desk, HOUR, MINUTE, openDesk, ownerOf } from './helpers.ts';

const FREE = [3000, 3001, 3002];
const ANY = 'port:3000-3999';

interface Asked {
  freePorts?: number[];
  incidents?: string[];
  owner?: Owner;
  waits?: boolean;
}

const ask = (desk: Desk, session: string, resources: string[], more: Asked = {}): Promise<RegisterAnswer> =>
  desk.ledger.register({
    cmd: cmd(),
    session,
    owner: more.owner ?? ownerOf(session),
    incidents: more.incidents ?? [`sentry:a/${session}-1`],
    paths: [],
    resources,
    freePorts: more.freePorts ?? FREE,
    base: 'b',
    ttlMs: 10 * MINUTE,
    intent: '',
    ...(more.waits ? { ticketTtlMs: 10 * MINUTE } : {}),
  });

async function given(desk: Desk, session: string, resources: string[], more: Asked = {}) {
  const answer = await ask(desk, session, resources, more);
  if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer.conflicts)}`);
  return { ...answer.run, ports: (answer.ports ?? []).map(({ port }: GivenPort) => port) };
}

const elsewhere = (name: string): Owner => ({ ...ownerOf(name), host: 'laptop-2', boot: 'boot-2' });

describe('a range of ports', () => {
  test('gives the lowest that nobody has reserved, and is that port from then on', async () => {
    const desk = await openDesk();
    expect(await given(desk, 'ann', ['port:3001'])).toMatchObject({ ports: [], resources: ['port:3001'] });
    const ben = await given(desk, 'ben', ['db:dev', ANY]);
    expect(ben).toMatchObject({ ports: [3000], resources: ['db:dev', 'port:3000'] });
    expect(await given(desk, 'cid', [ANY])).toMatchObject({ resources: ['port:3002'] });
    expect((await desk.ledger.list()).active.flatMap(({ resources }) => resources)).not.toContain(ANY);
    const [event] = (await desk.ledger.events({ afterRev: 2, limit: 10 })).slice(-1);
    expect(event?.summary).toMatch(/claimed sentry:a\/CID-1, port:3002$/);
  });

  test('asked for again it is the same port; of two ranges each gives one, and what is named is another', async () => {
    const desk = await openDesk();
    const first = await given(desk, 'ann', [ANY]);
    const again = await given(desk, 'ann', [ANY]);
    expect([again.run, again.ports, again.resources]).toEqual([first.run, [3000], ['port:3000']]);
    expect(await given(desk, 'ann', [ANY, 'port:3000-3001'])).toMatchObject({ ports: [3000, 3001] });
    expect(
      await given(desk, 'ben', ['port:3003', 'port:3003-3005'], { freePorts: [3003, 3004] }),
    ).toMatchObject({
      resources: ['port:3003', 'port:3004'],
    });
    // Without an issue too: what is asked for tells that it is the same work.
    const plain = await given(desk, 'cid', [ANY], { incidents: [] });
    expect(await given(desk, 'cid', [ANY], { incidents: [] })).toMatchObject({
      run: plain.run,
      ports: [3002],
    });
  });

  test('a second issue of the same session gets another port', async () => {
    const desk = await openDesk();
    const ports = [];
    for (const incident of ['sentry:a/A-1', 'sentry:a/A-2']) {
      ports.push(...(await given(desk, 'ann', [ANY], { incidents: [incident] })).ports);
    }
    expect(ports).toEqual([3000, 3001]);
  });

  test('comes and goes with amend; one that is dropped is not given again', async () => {
    const desk = await openDesk();
    const { run, fence } = await given(desk, 'ann', ['port:3000']);
    const amend = (more: { addResources?: string[]; dropResources?: string[] }) =>
      desk.ledger.amend({ cmd: cmd(), run, fence, add: [], drop: [], freePorts: FREE, ...more });
    const same = { ok: true, ports: [{ range: ANY, port: 3000 }] };
    expect(await amend({ addResources: ['PORT:03000-3999'] })).toMatchObject(same);
    const other = { ok: true, ports: [{ range: ANY, port: 3001 }] };
    expect(await amend({ addResources: [ANY], dropResources: ['port:3000'] })).toMatchObject(other);
    expect((await desk.ledger.list()).active[0]?.resources).toEqual(['port:3001']);
    await given(desk, 'ben', [ANY]);
    expect(await amend({ addResources: ['port:3000'] })).toMatchObject({ ok: false, conflicts: [{}] });
    expect(await amend({ dropResources: [ANY] })).toMatchObject({ ok: false });
  });

  test('without a free port says who has them, and what the rest is', async () => {
    const desk = await openDesk();
    await given(desk, 'ann', ['port:3000', 'port:3001']);
    const none = { freePorts: [] };
    const refusal = async (range: string) => {
      const answer = await ask(desk, 'ben', [range], none);
      return answer.ok
        ? []
        : answer.conflicts.map(({ source, holder, resources }) => [source, holder, resources]);
    };
    const ann = 'ann, pid 4711 on build-3 holds 3000 and 3001';
    expect(await refusal('port:3000-3001')).toEqual([['ports', ann, ['port:3000-3001']]]);
    expect(await refusal('port:3000-3002')).toEqual([
      ['ports', `${ann}, a program listens on each of the others`, ['port:3000-3002']],
    ]);
    expect(await refusal('port:4000-4002')).toEqual([
      ['ports', 'a program listens on every one', ['port:4000-4002']],
    ]);
    expect((await desk.ledger.list()).active).toHaveLength(1);
    const probe = { session: 'ben', incidents: [], paths: [], resources: [ANY] };
    expect((await desk.ledger.probe(probe)).conflicts).toEqual([]);
    expect((await desk.ledger.probe({ ...probe, freePorts: [] })).conflicts).toMatchObject([
      { source: 'ports' },
    ]);
  });

  test('who waits longer is left a port; what they wait for by name is not given either', async () => {
    const desk = await openDesk();
    const ann = await given(desk, 'ann', ['port:3000', 'port:3001', 'db:dev']);
    expect(await ask(desk, 'ben', [ANY, 'db:dev'], { waits: true })).toMatchObject({
      ticket: { position: 1 },
    });
    expect(await ask(desk, 'cid', ['port:3001'], { waits: true })).toMatchObject({ ok: false });
    // 3002 is left to ben, so nothing is left to dot; with one more there is.
    expect(await ask(desk, 'dot', [ANY])).toMatchObject({
      conflicts: [{ source: 'ticket', holder: 'ben, pid 4711 on build-3', resources: [ANY] }],
    });
    expect(await given(desk, 'dot', [ANY], { freePorts: [...FREE, 3003] })).toMatchObject({ ports: [3003] });
    await desk.ledger.close({ cmd: cmd(), run: ann.run, fence: ann.fence, status: 'completed', commits: [] });
    expect(await given(desk, 'eve', ['port:3100-3101'], { freePorts: [3100] })).toMatchObject({
      ports: [3100],
    });
    expect(await given(desk, 'ben', [ANY, 'db:dev'])).toMatchObject({ ports: [3000] });
    expect((await desk.ledger.list()).waiting.map(({ session }) => session)).toEqual(['cid']);
    expect(await given(desk, 'cid', ['port:3001'])).toMatchObject({ resources: ['port:3001'] });
  });

  test('who comes later and names a port of it does not get it, unless who waits has another', async () => {
    const desk = await openDesk();
    const two = 'port:3000-3001';
    const ann = await given(desk, 'ann', ['port:3000', 'port:3001']);
    expect(await ask(desk, 'ben', [two], { freePorts: [], waits: true })).toMatchObject({ ok: false });
    expect(await ask(desk, 'cid', ['port:3000'], { waits: true })).toMatchObject({ ok: false });
    const { run, fence } = ann;
    await desk.ledger.amend({ cmd: cmd(), run, fence, add: [], drop: [], dropResources: ['port:3000'] });
    const later = await ask(desk, 'cid', ['port:3000']);
    expect(later).toMatchObject({
      conflicts: [{ source: 'ticket', holder: 'ben, pid 4711 on build-3', resources: ['port:3000'] }],
    });
    expect(await given(desk, 'eve', ['port:3002'])).toMatchObject({ resources: ['port:3002'] });
    expect(await given(desk, 'far', ['port:3000'], { owner: elsewhere('far') })).toMatchObject({ ports: [] });
    // Ann named hers before: she keeps it, and may ask for it again.
    expect(await given(desk, 'ann', ['port:3001'])).toMatchObject({ run });
    expect(await given(desk, 'ben', [two], { freePorts: [3000] })).toMatchObject({ ports: [3000] });
    expect(await ask(desk, 'cid', ['port:3000'])).toMatchObject({ conflicts: [{ source: 'ledger' }] });
  });

  test('a port is named freely where who waits for a range saw another, or has one already', async () => {
    const desk = await openDesk();
    await given(desk, 'ann', ['db:dev']);
    const wants = { freePorts: [3000, 3001], waits: true };
    expect(await ask(desk, 'ben', ['port:3000-3001', 'db:dev'], wants)).toMatchObject({ ok: false });
    expect(await given(desk, 'cid', ['port:3000'])).toMatchObject({ resources: ['port:3000'] });
    expect(await ask(desk, 'dot', ['port:3001'])).toMatchObject({ conflicts: [{ source: 'ticket' }] });
    await given(desk, 'eve', ['port:3100']);
    const more = { freePorts: [], waits: true };
    expect(await ask(desk, 'eve', ['port:3100-3101', 'db:dev'], more)).toMatchObject({ ok: false });
    expect(await given(desk, 'fay', ['port:3101'])).toMatchObject({ resources: ['port:3101'] });
  });

  test('that waits is free as soon as one of the ports that it saw is', async () => {
    const desk = await openDesk();
    const ann = await given(desk, 'ann', ['port:3000']);
    const waiting = await ask(desk, 'ben', ['port:3000-3001'], { freePorts: [3000], waits: true });
    const ticket = !waiting.ok && waiting.ticket ? waiting.ticket.ticket : '';
    const wait = () => desk.ledger.wait({ session: 'ben', ticket, timeoutMs: 0 });
    expect(await wait()).toMatchObject({ free: false, conflicts: [{ source: 'ports' }] });
    await desk.ledger.close({ cmd: cmd(), run: ann.run, fence: ann.fence, status: 'completed', commits: [] });
    expect(await wait()).toMatchObject({ free: true, conflicts: [] });
  });

  test('sessions that ask at once never get the same', async () => {
    const desk = await openDesk();
    const many = Array.from({ length: 12 }, (_, at) => `s${at}`);
    const freePorts = many.map((_, at) => 3000 + at);
    const answers = await Promise.all(many.map((name) => given(desk, name, [ANY], { freePorts })));
    expect(answers.flatMap(({ ports }) => ports).sort()).toEqual(freePorts);
  });

  test.each([
    ['port:4000-3000', 'port:4000-3000 ends before it begins.', 'Write the lower one first: port:3000-4000.'],
    ['port:1-65535', 'port:1-65535 are 65535 ports.', 'Ask for one of at most 2000, as in port:3000-3999.'],
  ])('%s is refused', async (resource, message, hint) => {
    const desk = await openDesk();
    await expect(ask(desk, 'ann', [resource])).rejects.toMatchObject({ kind: 'input', message, hint });
  });

  test('of one port is that port', () => {
    expect(normalizeResource('port:3000-3000')).toBe('port:3000');
    expect(normalizeResource('db:1-2')).toBe('db:1-2');
  });
});

describe('two machines', () => {
  test('have ports of their own, and everything else in common', async () => {
    const desk = await openDesk();
    const far = { owner: elsewhere('ben') };
    await given(desk, 'ann', ['port:3000']);
    expect(await given(desk, 'ben', ['port:3000', 'db:dev'], far)).toMatchObject({
      resources: ['port:3000', 'db:dev'],
    });
    expect(await given(desk, 'cid', [ANY], { owner: elsewhere('cid') })).toMatchObject({ ports: [3001] });
    expect(await ask(desk, 'ann', ['db:dev'])).toMatchObject({ ok: false });
    const probe = { session: 'dot', incidents: [], paths: [], resources: ['port:3001'] };
    expect((await desk.ledger.probe({ ...probe, machine: ownerOf('dot') })).conflicts).toEqual([]);
    expect((await desk.ledger.probe({ ...probe, machine: elsewhere('dot') })).conflicts).toHaveLength(1);
  });

  test('are told apart by name and boot: one of them alone may change', async () => {
    const desk = await openDesk();
    await given(desk, 'ann', ['port:3000']);
    for (const other of [{ host: 'renamed' }, { boot: 'boot-9' }]) {
      const owner = { ...ownerOf('ben'), ...other };
      expect(await ask(desk, 'ben', ['port:3000'], { owner })).toMatchObject({ ok: false });
    }
  });

  test('who goes on with work of the other one does not take its ports along', async () => {
    const desk = await openDesk();
    const { run, fence } = await given(desk, 'ann', ['port:3000', 'db:dev']);
    await given(desk, 'ben', ['port:3000'], { owner: elsewhere('ben') });
    desk.pass(HOUR);
    const by = { session: 'cid', owner: elsewhere('cid'), ttlMs: MINUTE, reason: 'asked' };
    expect(await desk.ledger.takeover({ cmd: cmd(), run, expectFence: fence, ...by })).toMatchObject({
      ok: true,
      run: { resources: ['db:dev'] },
    });
  });
});

const NOTHING = { session: 'other', incidents: [], paths: [], resources: [] };
const RUN: Run = {
  ...NOTHING,
  run: 'r',
  owner: ownerOf('x'),
  lanes: [],
  base: '',
  intent: '',
  fence: 1,
  status: 'active',
  startedAt: 0,
  renewedAt: 0,
  expiresAt: 0,
  commits: [],
};
const TICKET: Ticket = {
  ...NOTHING,
  ticket: 't',
  owner: ownerOf('x'),
  number: 1,
  since: 0,
  ttlMs: 1,
  askedAt: 0,
};

const port = fc.integer({ min: 1, max: 8 });
const rangeOf = fc.tuple(port, port).map(([a, b]) => `port:${Math.min(a, b)}-${Math.max(a, b) + 1}`);
const named = port.map((one) => `port:${one}`);
const machine = fc.constantFrom(ownerOf('x'), elsewhere('x'));
const heldBy = fc.record({ owner: machine, resources: fc.uniqueArray(named, { maxLength: 3 }) });
const waited = fc.record({
  owner: machine,
  resources: fc.uniqueArray(fc.oneof(named, rangeOf), { maxLength: 2 }),
  freePorts: fc.uniqueArray(port),
});

test('what is given is free, and what cannot be given has a reason', () => {
  fc.assert(
    fc.property(
      fc.array(heldBy, { maxLength: 4 }),
      fc.array(waited, { maxLength: 2 }),
      fc.uniqueArray(fc.oneof(named, rangeOf), { minLength: 1, maxLength: 4 }),
      fc.uniqueArray(port),
      (held, waiting, resources, freePorts) => {
        const runs = held.map((one, at) => ({ ...RUN, ...one, run: `r${at}` }));
        const tickets = waiting.map((one, at) => ({ ...TICKET, ...one, ticket: `t${at}`, number: at }));
        const request = {
          session: 'me',
          incidents: [],
          paths: [],
          resources,
          freePorts,
          owner: ownerOf('me'),
        };
        const own = runs.slice(0, 1).filter(({ owner }) => owner.boot === 'boot-1');
        const { given, conflicts } = portsFor(request, runs.slice(0, 1), runs, tickets);
        const here = [...runs, ...tickets].filter(({ owner }) => owner.boot === 'boot-1');
        const taken = new Set([...resources, ...here.flatMap((one) => one.resources)]);
        const ownPorts = own.flatMap((run) => run.resources).filter((one) => !resources.includes(one));
        expect(new Set(given.map((one) => one.port)).size).toBe(given.length);
        for (const { range, port } of given) {
          const [from = 0, to = 0] = range.slice(5).split('-').map(Number);
          expect(from <= port && port <= to).toBe(true);
          const isFree = freePorts.includes(port) && !taken.has(`port:${port}`);
          expect(isFree || ownPorts.includes(`port:${port}`)).toBe(true);
        }
        const ranges = resources.filter((one) => one.includes('-'));
        expect(
          [...given.map((one) => one.range), ...conflicts.flatMap((one) => one.resources)].sort(),
        ).toEqual([...ranges].sort());
        // Without anybody in the line, a refused range has no free port but those given to the other ranges.
        if (tickets.length > 0) return;
        for (const { resources: refused } of conflicts) {
          const [from = 0, to = 0] = (refused[0] ?? '').slice(5).split('-').map(Number);
          const left = freePorts.filter((one) => from <= one && one <= to && !taken.has(`port:${one}`));
          expect(left.every((one) => given.some((other) => other.port === one))).toBe(true);
        }
      },
    ),
  );
});
