import type { Fence, Owner, PathClaim } from '../../ledger/ledger.ts';
import type { OwnerLiveness } from '../../ledger/owner.ts';
import { HOUR, ownerOf, START } from './helpers.ts';

/**
 * What is wanted or held. Paths are single letters in folders, `x/*` is a folder's all, so overlap compares two characters;
 * `~` before one says that it is shared.
 */
export interface Wants {
  session: string;
  incidents: ReadonlySet<string>;
  paths: ReadonlySet<string>;
  resources: ReadonlySet<string>;
}

export interface Claim extends Wants {
  process: string;
  run: string;
  fence: Fence;
  incidents: Set<string>;
  paths: Set<string>;
  resources: Set<string>;
  renewedAt: number;
  ttlMs: number;
  startedAt: number;
  /** When it joined the lane, counted; 0 when it did not. */
  joined: number;
}

export interface Place extends Wants {
  name: string;
  process: string;
  askedAt: number;
  ttlMs: number;
}

/** The session whose processes this machine can see: no clock ends what it holds. */
const SEEN = 'ann';

/**
 * The ledger as one would explain it on a napkin, written without any of its code: a list of claims, and a line of those
 * who wait.
 */
export class Napkin {
  now = START;
  claims: Claim[] = [];
  /** In order. */
  line: Place[] = [];
  past: { run: string; fence: Fence }[] = [];
  readonly gone = new Set<string>();
  topFence = 0;
  joins = 0;
  /** Each session's present process; a restart gives it another. */
  private readonly process = new Map<string, string>();

  processOf(session: string): string {
    return this.process.get(session) ?? `${session}-0`;
  }
  ownerOf(session: string): Owner {
    const owner = ownerOf(this.processOf(session));
    return isFar(session) ? { ...owner, host: 'laptop-2', boot: 'boot-2' } : owner;
  }
  livenessOf(owner: Owner): OwnerLiveness {
    if (this.gone.has(owner.start)) return 'gone';
    return owner.start.startsWith(SEEN) ? 'alive' : 'unknown';
  }
  restart(session: string): void {
    const old = this.processOf(session);
    this.gone.add(old);
    this.process.set(session, `${session}-${Number(old.split('-')[1]) + 1}`);
  }

  state(claim: Claim): 'live' | 'suspect' | 'dead' {
    if (this.gone.has(claim.process)) return 'dead';
    if (this.now < claim.renewedAt + claim.ttlMs) return 'live';
    const isAbandoned = this.now - claim.renewedAt >= 2 * HOUR && !claim.process.startsWith(SEEN);
    return isAbandoned ? 'dead' : 'suspect';
  }
  isDead(run: string): boolean {
    return this.claims.some((claim) => claim.run === run && this.state(claim) === 'dead');
  }
  /** Who is dead lets go, and who no longer asks leaves the line. */
  reap(except?: Claim): void {
    for (const claim of this.claims) if (claim !== except && this.state(claim) === 'dead') this.end(claim);
    for (const claim of this.claims) claim.renewedAt = Math.min(claim.renewedAt, this.now);
    this.line = this.line.filter((place) => !this.isOver(place));
    for (const place of this.line) place.askedAt = Math.min(place.askedAt, this.now);
  }
  isOver(place: Place): boolean {
    return this.gone.has(place.process) || this.now - place.askedAt >= place.ttlMs;
  }
  end(claim: Claim): void {
    this.claims = this.claims.filter((other) => other !== claim);
    this.past.push({ run: claim.run, fence: claim.fence });
  }

  /** The session's claims that a request for `wants` goes on with. */
  mine(wants: Wants): Claim[] {
    const things = (of: Wants) => [...[...of.paths].map(globOf), ...of.resources].sort().join();
    return this.claims
      .filter((claim) => claim.session === wants.session)
      .filter((claim) =>
        wants.incidents.size > 0
          ? [...wants.incidents].some((incident) => claim.incidents.has(incident))
          : claim.incidents.size === 0 && things(claim) === things(wants),
      );
  }
  blockers(wants: Wants): string[] {
    return this.claims
      .filter((claim) => claim.session !== wants.session && meet(wants, claim))
      .map((claim) => claim.run)
      .sort();
  }
  /** Who waits for some of `wants` and came before it. */
  ahead(wants: Wants, own: readonly Claim[], line = this.line): Place[] {
    const asked: Wants = {
      session: wants.session,
      incidents: minus(
        wants.incidents,
        own.flatMap((claim) => [...claim.incidents]),
      ),
      paths: new Set([...wants.paths].filter((path) => !own.some((claim) => holds(claim, path)))),
      resources: minus(
        wants.resources,
        own.flatMap((claim) => [...claim.resources]),
      ),
    };
    const place = this.placeOf(wants);
    const before = place ? this.line.indexOf(place) : this.line.length;
    return line.filter(
      (other) => this.line.indexOf(other) < before && other.session !== wants.session && meet(asked, other),
    );
  }
  placeOf(wants: Wants): Place | undefined {
    return this.line.find((place) => place.session === wants.session && has(place, wants));
  }
  position(place: Place): number {
    const before = this.line.slice(0, this.line.indexOf(place));
    return 1 + before.filter((other) => other.session !== place.session && meet(place, other)).length;
  }
}

export const has = (all: Wants, part: Wants): boolean =>
  [...part.incidents].every((one) => all.incidents.has(one)) &&
  [...part.paths].every((one) => holds(all, one)) &&
  [...part.resources].every((one) => all.resources.has(one));

export const meet = (a: Wants, b: Wants): boolean =>
  [...a.incidents].some((one) => b.incidents.has(one)) ||
  [...a.resources].some(
    (one) => b.resources.has(one) && (isFar(a.session) === isFar(b.session) || !isPort(one)),
  ) ||
  [...a.paths].some((one) => [...b.paths].some((other) => pathsMeet(one, other)));

/** Who works on another machine, with ports of its own. */
export const isFar = (session: string): boolean => session === 'dot';
export const isPort = (resource: string): boolean => resource.startsWith('port:');

/** Whoever has it alone has it shared too. */
const holds = ({ paths }: Wants, path: string): boolean => paths.has(path) || paths.has(globOf(path));

export const globOf = (path: string): string => path.replace('~', '');
export const claimOf = (path: string): PathClaim => ({
  glob: globOf(path),
  mode: path.startsWith('~') ? 'shared' : 'exclusive',
});

export const pathOf = ({ glob, mode }: PathClaim): string => (mode === 'shared' ? `~${glob}` : glob);

/** One claim of each glob, the stronger one. */
export const strongest = (paths: readonly string[]): Set<string> =>
  new Set(paths.filter((path) => !(path.startsWith('~') && paths.includes(globOf(path)))));

function pathsMeet(one: string, other: string): boolean {
  if (one.startsWith('~') && other.startsWith('~')) return false;
  const [a, b] = [globOf(one), globOf(other)];
  return a[0] === b[0] && (a[2] === b[2] || a[2] === '*' || b[2] === '*');
}

const minus = (all: ReadonlySet<string>, taken: readonly string[]): Set<string> =>
  new Set([...all].filter((one) => !taken.includes(one)));
