import { expect } from 'vitest';
import type { Fence } from '../../ledger/ledger.ts';
import { fresh, type Step, step, TICKET_MS, wantsOf } from './model-step.ts';
import { type Claim, claimOf, has, type Napkin, strongest, type Wants } from './napkin.ts';

interface Asked {
  session: string;
  incidents: string[];
  paths: string[];
  resources: string[];
  ttlMs: number;
  waits: boolean;
}

export const register = (asked: Asked): Step =>
  step(`register(${JSON.stringify(asked)})`, async (model, real) => {
    const { session, ttlMs } = asked;
    const incidents = asked.incidents.map((incident) => `sentry:a/${incident}`);
    const paths = asked.paths.map(claimOf);
    const wants = wantsOf({ ...asked, incidents });
    if (incidents.length + paths.length + asked.resources.length === 0) return;
    const command = {
      cmd: fresh(real),
      session,
      owner: model.ownerOf(session),
      incidents,
      paths,
      resources: asked.resources,
      base: 'b',
      ttlMs,
      intent: '',
      ...(asked.waits ? { ticketTtlMs: TICKET_MS } : {}),
    };
    const answer = await real.ledger.register(command);
    expect(await real.ledger.register(command)).toEqual(answer);
    model.reap();
    const mine = model.mine(wants);
    const blockers = model.blockers(wants);
    const ahead = model.ahead(wants, mine);
    expect(answer.ok).toBe(blockers.length + ahead.length === 0);
    if (answer.ok) return granted(model, wants, mine, answer.run, ttlMs);
    const sources = (source: string) => answer.conflicts.filter((conflict) => conflict.source === source);
    expect(
      sources('ledger')
        .map((conflict) => conflict.run)
        .sort(),
    ).toEqual(blockers);
    expect(sources('ticket')).toHaveLength(ahead.length);
    wait(model, wants, asked.waits, answer.ticket);
  });

function granted(
  model: Napkin,
  wants: Wants,
  mine: Claim[],
  run: { run: string; fence: Fence },
  ttlMs: number,
) {
  const [kept, ...joined] = [...mine].sort((a, b) => a.startedAt - b.startedAt || a.fence - b.fence);
  const process = model.processOf(wants.session);
  const isGrant =
    !kept ||
    kept.process !== process ||
    joined.some((claim) => [...claim.incidents].some((incident) => !kept.incidents.has(incident))) ||
    [...wants.incidents].some((incident) => !kept.incidents.has(incident));
  expect(run.fence).toBe(isGrant ? ++model.topFence : kept.fence);
  if (kept) expect(run.run).toBe(kept.run);
  for (const claim of joined) model.end(claim);
  if (kept && isGrant) model.past.push({ run: kept.run, fence: kept.fence });
  model.claims = model.claims.filter((claim) => claim !== kept);
  const places = mine.flatMap((one) => (one.joined > 0 ? [one.joined] : []));
  const claim: Claim = {
    session: wants.session,
    process,
    ...run,
    incidents: new Set([...mine.flatMap((one) => [...one.incidents]), ...wants.incidents]),
    paths: strongest([...mine.flatMap((one) => [...one.paths]), ...wants.paths]),
    resources: new Set([...mine.flatMap((one) => [...one.resources]), ...wants.resources]),
    renewedAt: model.now,
    ttlMs,
    startedAt: kept?.startedAt ?? model.now,
    joined: places.length > 0 ? Math.min(...places) : 0,
  };
  model.claims.push(claim);
  model.line = model.line.filter((place) => place.session !== wants.session || !has(claim, place));
}

function wait(model: Napkin, wants: Wants, waits: boolean, ticket?: { ticket: string; position: number }) {
  const known = model.placeOf(wants);
  expect(ticket !== undefined).toBe(known !== undefined || waits);
  if (!ticket) return;
  const asked = { process: model.processOf(wants.session), askedAt: model.now, ttlMs: TICKET_MS };
  if (known) Object.assign(known, asked);
  else model.line.push({ ...wants, ...asked, name: ticket.ticket });
  const place = model.placeOf(wants);
  expect(place && [place.name, model.position(place)]).toEqual([ticket.ticket, ticket.position]);
}

export const poll = (at: number): Step =>
  step(`poll(${at})`, async (model, real) => {
    const place = model.line[at % Math.max(1, model.line.length)];
    if (!place) return;
    const { name: ticket, session } = place;
    const answer = await real.ledger.wait({ session, ticket, timeoutMs: 0 });
    model.reap();
    expect(answer.ok).toBe(model.line.includes(place));
    if (!answer.ok) return;
    const isFree = model.blockers(place).length + model.ahead(place, model.mine(place)).length === 0;
    expect([answer.free, answer.position]).toEqual([isFree, model.position(place)]);
    if (model.now - place.askedAt >= place.ttlMs / 3) place.askedAt = model.now;
  });

export const leave = (at: number): Step =>
  step(`leave(${at})`, async (model, real) => {
    const place = model.line[at % Math.max(1, model.line.length)];
    if (!place) return;
    const { name: ticket, session } = place;
    expect((await real.ledger.leave({ cmd: fresh(real), session: `${session}x`, ticket })).ok).toBe(false);
    expect((await real.ledger.leave({ cmd: fresh(real), session, ticket })).ok).toBe(true);
    model.line = model.line.filter((other) => other !== place);
  });
