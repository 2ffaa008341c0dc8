import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fence, Ledger, Owner } from '../../ledger/ledger.ts';
import type { OwnerLiveness } from '../../ledger/owner.ts';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { collectingLog, HOUR, MINUTE, ownerOf, START } from './helpers.ts';

/**
 * The ledger as one would explain it on a napkin, written without any of its code: a list of claims. Paths are single
 * letters in folders, `x/*` is a folder's all, so overlap is a comparison of two characters.
 */
interface Claim {
  session: string;
  process: string;
  run: string;
  fence: Fence;
  incidents: Set<string>;
  paths: Set<string>;
  renewedAt: number;
  ttlMs: number;
  startedAt: number;
}

class Model {
  now = START;
  claims: Claim[] = [];
  past: { run: string; fence: Fence }[] = [];
  gone = new Set<string>();
  /** Each session's present process; a restart gives it another. */
  process = new Map<string, string>();
  topFence = 0;

  processOf(session: string): string {
    return this.process.get(session) ?? `${session}-0`;
  }
  state(claim: Claim): 'live' | 'suspect' | 'dead' {
    if (this.gone.has(claim.process)) return 'dead';
    if (this.now < claim.renewedAt + claim.ttlMs) return 'live';
    return this.now - claim.renewedAt >= 2 * HOUR ? 'dead' : 'suspect';
  }
  reap(except?: Claim): void {
    this.claims = this.claims.filter(
      (claim) => claim === except || this.state(claim) !== 'dead' || !this.end(claim),
    );
    for (const claim of this.claims) claim.renewedAt = Math.min(claim.renewedAt, this.now);
  }
  isDead(run: string): boolean {
    return this.claims.some((claim) => claim.run === run && this.state(claim) === 'dead');
  }
  end(claim: Claim): true {
    this.past.push({ run: claim.run, fence: claim.fence });
    return true;
  }
  blockers(session: string, incidents: Iterable<string>, paths: Iterable<string>): string[] {
    return this.claims
      .filter((claim) => claim.session !== session)
      .filter(
        (claim) =>
          [...incidents].some((incident) => claim.incidents.has(incident)) ||
          [...paths].some((path) => [...claim.paths].some((held) => meets(path, held))),
      )
      .map((claim) => claim.run);
  }
}

const meets = (a: string, b: string): boolean =>
  a[0] === b[0] && (a[2] === b[2] || a[2] === '*' || b[2] === '*');

interface Real {
  ledger: Ledger;
  number: number;
}

type Step = fc.AsyncCommand<Model, Real>;

const step = (name: string, run: (model: Model, real: Real) => Promise<void>): Step => ({
  check: () => true,
  run,
  toString: () => name,
});

const owner = (model: Model, session: string): Owner => ownerOf(model.processOf(session));
const fresh = (real: Real): string => `c${++real.number}`;

const register = (session: string, incidents: string[], paths: string[], ttlMs: number): Step =>
  step(`register(${session}, ${incidents}, ${paths}, ${ttlMs})`, async (model, real) => {
    const command = {
      cmd: fresh(real),
      session,
      owner: owner(model, session),
      incidents: incidents.map((incident) => `sentry:a/${incident}`),
      paths: paths.map((glob) => ({ glob, mode: 'exclusive' as const })),
      base: 'b',
      ttlMs,
      intent: '',
    };
    if (incidents.length + paths.length === 0) return;
    const answer = await real.ledger.register(command);
    expect(await real.ledger.register(command)).toEqual(answer);
    model.reap();
    const blockers = model.blockers(session, incidents, paths);
    expect(answer.ok ? [] : answer.conflicts.map((conflict) => conflict.run).sort()).toEqual(blockers.sort());
    if (!answer.ok) return;
    const mine = model.claims
      .filter((claim) => claim.session === session)
      .filter((claim) =>
        incidents.length > 0
          ? incidents.some((incident) => claim.incidents.has(incident))
          : claim.incidents.size === 0 &&
            [...claim.paths].sort().join() === [...new Set(paths)].sort().join(),
      );
    const kept = mine.reduce<Claim | undefined>(
      (a, b) => (a && (a.startedAt - b.startedAt || a.fence - b.fence) < 0 ? a : b),
      undefined,
    );
    const isGrant =
      !kept ||
      kept.process !== model.processOf(session) ||
      mine.length > 1 ||
      incidents.some((incident) => !kept.incidents.has(incident));
    if (isGrant) expect(answer.run.fence).toBe(++model.topFence);
    else expect(answer.run.fence).toBe(kept.fence);
    if (kept) expect(answer.run.run).toBe(kept.run);
    if (kept && isGrant) model.past.push({ run: kept.run, fence: kept.fence });
    for (const other of mine) if (other !== kept) model.end(other);
    model.claims = model.claims.filter((claim) => !mine.includes(claim));
    model.claims.push({
      session,
      process: model.processOf(session),
      run: answer.run.run,
      fence: answer.run.fence,
      incidents: new Set([...mine.flatMap((claim) => [...claim.incidents]), ...incidents]),
      paths: new Set([...mine.flatMap((claim) => [...claim.paths]), ...paths]),
      renewedAt: model.now,
      ttlMs,
      startedAt: kept?.startedAt ?? model.now,
    });
  });

/** Calls `act` with a present claim and with a past one: the second has to be refused. */
const onRun = (
  name: string,
  at: number,
  act: (model: Model, real: Real, claim: Claim) => Promise<void>,
  refuse: (real: Real, old: { run: string; fence: Fence }) => Promise<{ ok: boolean }>,
): Step =>
  step(`${name}(${at})`, async (model, real) => {
    const old = model.past[at % Math.max(1, model.past.length)];
    if (old) expect((await refuse(real, old)).ok).toBe(false);
    const claim = model.claims[at % Math.max(1, model.claims.length)];
    if (claim) await act(model, real, claim);
  });

const renew = (at: number): Step =>
  onRun(
    'renew',
    at,
    async (model, real, claim) => {
      const { run, fence, ttlMs } = claim;
      expect((await real.ledger.renew({ cmd: fresh(real), run, fence, ttlMs })).ok).toBe(true);
      claim.renewedAt = model.now;
    },
    (real, old) => real.ledger.renew({ cmd: fresh(real), ...old, ttlMs: MINUTE }),
  );

const close = (at: number): Step =>
  onRun(
    'close',
    at,
    async (model, real, claim) => {
      const { run, fence } = claim;
      const answer = await real.ledger.close({
        cmd: fresh(real),
        run,
        fence,
        status: 'completed',
        commits: [],
      });
      expect(answer.ok).toBe(true);
      model.end(claim);
      model.claims = model.claims.filter((other) => other !== claim);
    },
    (real, old) => real.ledger.guard({ ...old, effect: 'push' }),
  );

const amend = (at: number, path: string): Step =>
  onRun(
    `amend ${path}`,
    at,
    async (model, real, claim) => {
      const { run, fence } = claim;
      const add = [{ glob: path, mode: 'exclusive' as const }];
      const answer = await real.ledger.amend({ cmd: fresh(real), run, fence, add, drop: [] });
      model.reap(claim);
      const blockers = model.blockers(claim.session, [], [path]);
      expect(answer.ok).toBe(blockers.length === 0);
      if (answer.ok) claim.paths.add(path);
    },
    (real, old) => real.ledger.amend({ cmd: fresh(real), ...old, add: [], drop: [] }),
  );

const takeover = (at: number, session: string): Step =>
  onRun(
    `takeover by ${session}`,
    at,
    async (model, real, claim) => {
      const isLive = model.state(claim) === 'live';
      const answer = await real.ledger.takeover({
        cmd: fresh(real),
        run: claim.run,
        expectFence: claim.fence,
        session,
        owner: owner(model, session),
        ttlMs: MINUTE,
        reason: 'model',
      });
      if (isLive) return expect(answer.ok).toBe(false) as undefined;
      const isFree = model
        .blockers(session, claim.incidents, claim.paths)
        .every((run) => run === claim.run || model.isDead(run));
      expect(answer.ok).toBe(isFree);
      if (!answer.ok) return;
      model.reap(claim);
      model.claims = model.claims.filter((other) => other !== claim);
      model.end(claim);
      expect(answer.run.fence).toBe(++model.topFence);
      model.claims.push({
        ...claim,
        session,
        process: model.processOf(session),
        run: answer.run.run,
        fence: answer.run.fence,
        renewedAt: model.now,
        startedAt: model.now,
        ttlMs: MINUTE,
      });
    },
    (real, old) => real.ledger.guard({ ...old, effect: 'commit' }),
  );

const pass = (ms: number): Step =>
  step(`pass(${ms})`, async (model) => {
    model.now += ms;
  });

const restart = (session: string): Step =>
  step(`restart(${session})`, async (model) => {
    const old = model.processOf(session);
    model.gone.add(old);
    model.process.set(session, `${session}-${Number(old.split('-')[1]) + 1}`);
  });

/** After all: the ledger lists exactly the model's claims, in the model's states. */
const look = (): Step =>
  step('look', async (model, real) => {
    const { active } = await real.ledger.list();
    const seen = active.map((run) => [
      run.run,
      run.fence,
      run.liveness,
      run.incidents.length,
      run.paths.length,
    ]);
    const expected = model.claims.map((claim) => [
      claim.run,
      claim.fence,
      model.state(claim),
      claim.incidents.size,
      claim.paths.size,
    ]);
    expect(seen.sort()).toEqual(expected.sort());
  });

const session = fc.constantFrom('ann', 'ben', 'cid', 'dot');
const incident = fc.constantFrom('A-1', 'A-2', 'A-3', 'A-4');
const path = fc.constantFrom('x/a', 'x/b', 'x/*', 'y/a', 'y/*');
const ttl = fc.constantFrom(MINUTE, 10 * MINUTE, 3 * HOUR);
const commands = [
  fc
    .tuple(session, fc.uniqueArray(incident, { maxLength: 2 }), fc.uniqueArray(path, { maxLength: 2 }), ttl)
    .map((input) => register(...input)),
  fc
    .tuple(session, fc.uniqueArray(incident, { minLength: 1, maxLength: 2 }), ttl)
    .map(([who, what, ms]) => register(who, what, [], ms)),
  fc.nat(5).map(renew),
  fc.nat(5).map(close),
  fc.tuple(fc.nat(5), path).map((input) => amend(...input)),
  fc.tuple(fc.nat(5), session).map((input) => takeover(...input)),
  fc.constantFrom(MINUTE / 2, 2 * MINUTE, HOUR, 3 * HOUR, -HOUR).map(pass),
  session.map(restart),
  fc.constant(0).map(look),
];

test('the engine answers as the model does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-model-'));
  let rounds = 0;
  try {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 40, size: 'max' }), async (steps) => {
        const model = new Model();
        const liveness = (of: Owner): OwnerLiveness => (model.gone.has(of.start) ? 'gone' : 'unknown');
        const file = join(folder, String(++rounds), 'ledger.db');
        const ledger = await openSqliteLedger({
          file,
          clock: () => model.now,
          log: collectingLog(),
          liveness,
        });
        try {
          await fc.asyncModelRun(() => ({ model, real: { ledger, number: 0 } }), [...steps, look()]);
        } finally {
          await ledger.dispose();
        }
      }),
      { numRuns: 80 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
