import fc from 'fast-check';
import { expect } from 'vitest';
import { checkHistory } from '../../ledger/history/check.ts';
import type { HistoryEntry } from '../../ledger/history/entry.ts';
import type { Ledger, Owner } from '../../ledger/ledger.ts';
import type { OwnerLiveness } from '../../ledger/owner.ts';
import { HOUR, MINUTE } from './helpers.ts';
import { leave, poll, register } from './model-line.ts';
import { amend, close, lane, renew, takeover } from './model-runs.ts';
import { type Step, step, wantsOf } from './model-step.ts';
import { Napkin, pathOf, type Wants } from './napkin.ts';

export interface ModelledLedger {
  ledger: Ledger;
  /** What it recorded, for the checker. */
  history(): Promise<readonly HistoryEntry[]>;
  /** After `ledger.dispose()`. */
  remove(): Promise<void>;
}

/** Opens a fresh store that records its history, with a clock and with processes that the model moves. */
export type OpenModelled = (world: {
  clock: () => number;
  liveness: (owner: Owner) => OwnerLiveness;
}) => Promise<ModelledLedger>;

/** Tries `runs` sequences of up to 60 operations of four sessions: each answer is the napkin's, and the history is sound. */
export async function answersAsTheModel(open: OpenModelled, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.commands(STEPS, { maxCommands: 60, size: 'max' }), async (steps) => {
      const model = new Napkin();
      const { ledger, history, remove } = await open({
        clock: () => model.now,
        liveness: (owner) => model.livenessOf(owner),
      });
      try {
        await fc.asyncModelRun(() => ({ model, real: { ledger, number: 0 } }), [...steps, look()]);
        const { active } = await ledger.list();
        expect(checkHistory({ entries: await history(), active })).toEqual([]);
      } finally {
        await ledger.dispose();
        await remove();
      }
    }),
    { numRuns: runs },
  );
}

const pass = (ms: number): Step =>
  step(`pass(${ms})`, async (model) => {
    model.now += ms;
  });

const restart = (session: string): Step =>
  step(`restart(${session})`, async (model) => model.restart(session));

/** The ledger lists exactly the model's claims in the model's states, and who waits. */
const look = (): Step =>
  step('look', async (model, real) => {
    const { active, waiting } = await real.ledger.list();
    const things = ({ incidents, paths, resources }: Wants) => [
      ...[...incidents].sort(),
      ...[...paths].sort(),
      ...[...resources].sort(),
    ];
    expect(
      active
        .map((run) => [
          run.run,
          run.fence,
          run.liveness,
          ...things(wantsOf({ ...run, paths: run.paths.map(pathOf) })),
        ])
        .sort(),
    ).toEqual(
      model.claims.map((claim) => [claim.run, claim.fence, model.state(claim), ...things(claim)]).sort(),
    );
    const asking = model.line.filter((place) => !model.isOver(place));
    expect(waiting.map((ticket) => ticket.ticket)).toEqual(asking.map((place) => place.name));
  });

const session = fc.constantFrom('ann', 'ben', 'cid', 'dot');
const incident = fc.constantFrom('A-1', 'A-2', 'A-3', 'A-4');
const path = fc.constantFrom('x/a', 'x/b', 'x/*', 'y/a', 'y/*', '~x/a', '~x/*', '~y/a');
const resource = fc.constantFrom('port:5173', 'db:dev');
const STEPS = [
  fc
    .record({
      session,
      incidents: fc.uniqueArray(incident, { maxLength: 2 }),
      paths: fc.uniqueArray(path, { maxLength: 2 }),
      resources: fc.uniqueArray(resource, { maxLength: 1 }),
      ttlMs: fc.constantFrom(MINUTE, 10 * MINUTE, 3 * HOUR),
      waits: fc.boolean(),
    })
    .map(register),
  fc
    .record({
      session,
      incidents: fc.uniqueArray(incident, { minLength: 1, maxLength: 2 }),
      paths: fc.constant<string[]>([]),
      resources: fc.constant<string[]>([]),
      ttlMs: fc.constant(10 * MINUTE),
      waits: fc.constant(true),
    })
    .map(register),
  fc.nat(5).map(renew),
  fc.tuple(fc.nat(5), fc.boolean()).map((input) => close(...input)),
  fc
    .tuple(
      fc.nat(5),
      fc.oneof(
        path.map((one) => ({ path: one })),
        resource.map((one) => ({ resource: one })),
      ),
    )
    .map((input) => amend(...input)),
  fc.tuple(fc.nat(5), session).map((input) => takeover(...input)),
  fc.tuple(fc.nat(5), fc.boolean()).map((input) => lane(...input)),
  fc.nat(5).map(poll),
  fc.nat(5).map(leave),
  fc.constantFrom(MINUTE / 2, 2 * MINUTE, 5 * MINUTE, HOUR, 3 * HOUR, -HOUR).map(pass),
  session.map(restart),
  fc.constant(0).map(look),
];
