import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { masked } from '../support/masked.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { fails, person, select, works } from '../support/steps.ts';

const [FIRST, SECOND, THIRD] = ['RACE-DAY-1', 'RACE-DAY-2', 'RACE-DAY-3'] as const;

const database = await startPostgres();
if (typeof database === 'string') console.warn(`SKIPPED: ${database} No database gave out ports.`);
afterAll(async () => {
  for (const { server } of programs) server.close();
  if (typeof database !== 'string') await database.stop();
});

/** Servers of programs that know no ledger. */
const programs: { host: string; port: number; server: Server }[] = [];

async function listens(host: string, port: number): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  const isUp = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen({ host, port });
  if (!(await isUp)) return undefined;
  programs.push({ host, port, server });
  return server;
}

const hasLoopback6 = (await listens('::1', 0)) !== undefined;

/** Two ports in a row with a program on each, one by IPv6 where there is one; below those that systems give out by themselves. */
async function busyPair(): Promise<number> {
  for (;;) {
    const base = 20_000 + Math.floor(Math.random() * 10_000);
    const isFree = (await listens('127.0.0.1', base)) !== undefined;
    if (isFree && (await listens(hasLoopback6 ? '::1' : '127.0.0.1', base + 1))) return base;
  }
}

describe.each(['SQLite', 'PostgreSQL'])('ports given out by the ledger, on %s', (engine) => {
  const isHere = engine === 'SQLite' || typeof database !== 'string';
  let stage: Stage;
  let first: TestClient;
  let second: TestClient;
  let base: number;
  let range: string;

  beforeAll(async () => {
    if (!isHere) return;
    stage = await openStage();
    for (const file of ['src/orders/pricing.mjs', 'src/two.mjs', 'src/three.mjs'])
      await stage.crash(crashIn(file));
    if (engine === 'PostgreSQL') {
      appendFileSync(join(stage.repository, 'pitcrew.yml'), '\nledger:\n  repository: race-day\n');
      await stage.git('commit', '--quiet', '--all', '--message', 'a ledger for all');
      stage.env.PITCREW_LEDGER_URL = (database as TestPostgres).url;
    }
    first = await connect(stage, { name: 'first-crew', answer: person().answer });
    second = await connect(stage, { name: 'second-crew', answer: person().answer });
    await select(first, [FIRST, SECOND, THIRD]);
    base = await busyPair();
    range = `port:${base}-${base + 20}`;
  });
  afterEach(async () => {
    for (const one of [first, second]) await one?.call('ledger_complete', { status: 'aborted' });
  });
  afterAll(async () => {
    await first?.close();
    await second?.close();
    await stage?.close();
  });

  const args = (issue: string, resources: string[], more = {}) => ({
    issues: [issue],
    paths: [],
    resources,
    ...more,
  });
  const register = (who: TestClient, ...asked: Parameters<typeof args>) =>
    works(who, 'ledger_register', args(...asked));

  test.skipIf(!isHere)(
    'the lowest on which nobody listens, and the answer and the status say which',
    async () => {
      const answer = await register(first, FIRST, ['db:dev', range]);
      const port = base + 2;
      expect(answer.text).toContain(`Reserved: db:dev, port:${port} (of ${base}-${base + 20}).`);
      expect(answer.data).toMatchObject({ resources: ['db:dev', `port:${port}`], ports: [{ range, port }] });
      expect((await register(first, FIRST, [range])).data.ports).toEqual([{ range, port }]);
      const { text, data } = await works(second, 'ledger_status');
      expect(text).toContain(`resources db:dev, port:${port}`);
      expect(data.active[0].resources).toEqual(['db:dev', `port:${port}`]);
      const refused = await fails(second, 'ledger_register', args(SECOND, [`port:${port}`]), 'refused');
      expect(refused.message).toContain(`port:${port} is held by first-crew`);
    },
  );

  test.skipIf(!isHere)('beside the paths that are found by themselves', async () => {
    const { data } = await works(first, 'ledger_register', { issues: [FIRST], resources: [range] });
    expect(data).toMatchObject({ paths: ['src/orders/pricing.mjs'], resources: [`port:${base + 2}`] });
  });

  test.skipIf(!isHere)('two sessions that ask at once get two', async () => {
    const answers = await Promise.all([register(first, FIRST, [range]), register(second, SECOND, [range])]);
    const ports = answers.map(({ data }) => data.ports[0].port).sort();
    expect(ports).toEqual([base + 2, base + 3]);
  });

  test.skipIf(!isHere)(
    'update gives one too, and one that is dropped for it is not given again',
    async () => {
      await register(first, FIRST, []);
      const update = (change: object) => works(first, 'ledger_update', { issue: FIRST, ...change });
      const added = await update({ add: [range] });
      expect(added.text).toBe(
        `The claim of ${FIRST} now covers: port:${base + 2} (of ${base}-${base + 20}).`,
      );
      const swapped = await update({ add: [range], drop: [`port:${base + 2}`] });
      expect(swapped.data).toMatchObject({
        resources: [`port:${base + 3}`],
        ports: [{ range, port: base + 3 }],
      });
    },
  );

  test.skipIf(!isHere)('without a free one it is refused, and says what is in the way', async () => {
    await register(first, FIRST, [`port:${base + 2}`]);
    const none = await fails(
      second,
      'ledger_register',
      args(SECOND, [`port:${base}-${base + 2}`]),
      'refused',
    );
    expect(masked(`${none.message}\n${none.hint}`, stage).replaceAll(String(base), 'BASE')).toBe(
      [
        `Nothing was claimed. No port of BASE-${base + 2} is free: first-crew, pid <pid> on <host> holds ${base + 2}, a program listens on each of the others.`,
        `Register again without port:BASE-${base + 2} or wait in line with \`wait_seconds\`, and tell the person. Ask for another range of ports, or for a wider one.`,
      ].join('\n'),
    );
    await register(second, SECOND, []);
    const update = { issue: SECOND, add: [`port:${base}-${base + 1}`] };
    const failure = await fails(second, 'ledger_update', update, 'refused');
    expect(failure.message).toBe(
      `A resource that this step needs is held. No port of ${base}-${base + 1} is free: a program listens on every one.`,
    );
    expect((await works(second, 'ledger_status')).data.waiting).toEqual([]);
  });

  test.skipIf(!isHere)('who waits gets the port of a program that ends', async () => {
    const busy = await busyPair();
    const wanted = args(SECOND, [`port:${busy}-${busy + 1}`], { wait_seconds: 60 });
    const waiting = second.call('ledger_register', wanted);
    await expect
      .poll(async () => (await works(first, 'ledger_status')).data.waiting, { timeout: 20_000 })
      .toMatchObject([{ resources: [`port:${busy}-${busy + 1}`] }]);
    programs.find(({ port }) => port === busy + 1)?.server.close();
    expect((await waiting).data.ports).toMatchObject([{ port: busy + 1 }]);
  });

  test.skipIf(!isHere)('also who waited behind somebody who came first', async () => {
    const busy = await busyPair();
    const pair = `port:${busy}-${busy + 1}`;
    const close = (port: number) => programs.find((program) => program.port === port)?.server.close();
    close(busy);
    // The holder is a command: each of the two waits for something that is let go much later, or never.
    const env = { PITCREW_SESSION: 'holder' };
    await cli(stage, ['ledger', 'register', THIRD, '--paths', 'x.mjs', '--resources', 'db:dev'], { env });
    const give = new AbortController();
    const ahead = first.call(
      'ledger_register',
      args(FIRST, [pair, 'db:dev'], { wait_seconds: 60 }),
      give.signal,
    );
    const waiting = async () => (await works(second, 'ledger_status')).data.waiting.length;
    await expect.poll(waiting, { timeout: 20_000 }).toBe(1);
    const behind = second.call('ledger_register', args(SECOND, [pair], { wait_seconds: 60 }));
    await expect.poll(waiting, { timeout: 20_000 }).toBe(2);
    close(busy + 1);
    expect((await behind).data.ports).toMatchObject([{ port: busy + 1 }]);
    give.abort();
    await expect(ahead).rejects.toThrow();
    await cli(stage, ['ledger', 'complete', '--status', 'aborted'], { env });
  });

  test.skipIf(!isHere)('a command gives one as well', async () => {
    const env = { PITCREW_SESSION: 'by-hand' };
    const typed = await cli(stage, ['ledger', 'register', FIRST, '--paths', 'x.mjs', '--resources', range], {
      env,
    });
    expect(typed.stdout).toContain(`Reserved: port:${base + 2} (of ${base}-${base + 20}).`);
    const more = ['ledger', 'update', FIRST, '--add', `port:${base + 2}-${base + 20},${range}`, '--json'];
    expect((await cli(stage, more, { env })).data.ports.map(({ port }: { port: number }) => port)).toEqual([
      base + 2,
      base + 3,
    ]);
    const ended = await cli(stage, ['ledger', 'complete', '--status', 'aborted'], { env });
    expect(ended.stderr).toBe('');
  });

  test.skipIf(!isHere).each([
    ['port:4000-3000', 'port:4000-3000 ends before it begins.'],
    ['port:1000-9000', 'port:1000-9000 are 8001 ports.'],
    ['port:3000-', '"port:3000-" is not the key of a resource.'],
    ['port:3000-70000', '"port:3000-70000" is not the key of a resource.'],
  ])('%s is no range', async (resource, message) => {
    expect((await fails(first, 'ledger_register', args(FIRST, [resource]), 'input')).message).toBe(message);
  });
});
