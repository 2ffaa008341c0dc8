import { expect } from 'vitest';
import type { Fence } from '../../ledger/ledger.ts';
import { MINUTE } from './helpers.ts';
import { fresh, type Real, type Step, step, wantsOf } from './model-step.ts';
import { type Claim, claimOf, globOf, isFar, isPort, meet, type Napkin } from './napkin.ts';

/** Calls `act` with a present claim and with a past one: the second has to be refused. */
const onRun = (
  name: string,
  at: number,
  act: (model: Napkin, real: Real, claim: Claim) => Promise<void>,
  refuse: (real: Real, old: { run: string; fence: Fence }) => Promise<{ ok: boolean }>,
): Step =>
  step(`${name}(${at})`, async (model, real) => {
    const old = model.past[at % Math.max(1, model.past.length)];
    if (old) expect((await refuse(real, old)).ok).toBe(false);
    const claim = model.claims[at % Math.max(1, model.claims.length)];
    if (claim) await act(model, real, claim);
  });

export const renew = (at: number): Step =>
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

export const close = (at: number, isPart: boolean): Step =>
  onRun(
    isPart ? 'release' : 'close',
    at,
    async (model, real, claim) => {
      const { run, fence } = claim;
      const incidents = isPart ? [...claim.incidents].slice(0, 1) : undefined;
      const input = { cmd: fresh(real), run, fence, status: 'completed' as const, commits: [] };
      expect((await real.ledger.close({ ...input, ...(incidents && { incidents }) })).ok).toBe(true);
      for (const incident of incidents ?? []) claim.incidents.delete(incident);
      if (!isPart || claim.incidents.size === 0) model.end(claim);
    },
    (real, old) => real.ledger.guard({ ...old, effect: 'push' }),
  );

export const amend = (at: number, add: { path?: string; resource?: string }): Step =>
  onRun(
    `amend ${JSON.stringify(add)}`,
    at,
    async (model, real, claim) => {
      const { run, fence, session } = claim;
      const paths = add.path === undefined ? [] : [add.path];
      const resources = add.resource === undefined ? [] : [add.resource];
      const more = { add: paths.map(claimOf), drop: [], addResources: resources };
      const answer = await real.ledger.amend({ cmd: fresh(real), run, fence, ...more });
      model.reap(claim);
      const wants = wantsOf({ session, incidents: [], paths, resources });
      // Who waits for this very claim does not stop it.
      const others = model.line.filter((place) => !meet(place, claim));
      expect(answer.ok).toBe(model.blockers(wants).length + model.ahead(wants, [claim], others).length === 0);
      if (!answer.ok) return;
      // The mode of what is added again is the new one.
      for (const path of paths) {
        for (const old of [globOf(path), `~${globOf(path)}`]) claim.paths.delete(old);
        claim.paths.add(path);
      }
      for (const resource of resources) claim.resources.add(resource);
    },
    (real, old) => real.ledger.amend({ cmd: fresh(real), ...old, add: [], drop: [] }),
  );

export const lane = (at: number, leaves: boolean): Step =>
  onRun(
    leaves ? 'leave lane' : 'lane',
    at,
    async (model, real, claim) => {
      const { run, fence } = claim;
      const input = { cmd: fresh(real), run, fence, name: 'merge', ...(leaves ? { leave: true } : {}) };
      const answer = await real.ledger.lane(input);
      model.reap(claim);
      claim.joined = leaves ? 0 : claim.joined || ++model.joins;
      const ahead = model.claims
        .filter((other) => other.joined > 0 && other.joined < claim.joined)
        .sort((a, b) => a.joined - b.joined);
      const expected = { position: leaves ? 0 : ahead.length + 1, turn: !leaves && ahead.length === 0 };
      expect(answer).toMatchObject({
        ok: true,
        ...expected,
        ahead: ahead.map((other) => ({ run: other.run })),
      });
    },
    (real, old) => real.ledger.lane({ cmd: fresh(real), ...old, name: 'merge' }),
  );

export const takeover = (at: number, session: string): Step =>
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
        owner: model.ownerOf(session),
        ttlMs: MINUTE,
        reason: 'model',
      });
      const goesAlong = (one: string) => isFar(session) === isFar(claim.session) || !isPort(one);
      const resources = new Set([...claim.resources].filter(goesAlong));
      const isFree = model
        .blockers({ ...claim, resources, session })
        .every((run) => run === claim.run || model.isDead(run));
      expect(answer.ok).toBe(!isLive && isFree);
      if (!answer.ok) return;
      model.reap(claim);
      model.end(claim);
      const { run, fence } = answer.run;
      expect(fence).toBe(++model.topFence);
      const { now } = model;
      const process = model.processOf(session);
      const times = { renewedAt: now, startedAt: now, ttlMs: MINUTE, joined: 0 };
      model.claims.push({ ...claim, resources, session, process, run, fence, ...times });
    },
    (real, old) => real.ledger.guard({ ...old, effect: 'commit' }),
  );
