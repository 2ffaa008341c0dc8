import { spanOf } from '../../core/clock.ts';
import { type Check, reporter } from './check.ts';

const say = reporter('sentry');

type Headers = Readonly<Record<string, string>>;

/** What the tools need; the last one only to resolve. */
const NEEDED = ['org:read', 'project:read', 'event:read', 'event:write'] as const;

/** From what the token itself has (`scopes`), else from what it may do in the organization (`access`). */
export function scopesLine(
  scopes: readonly string[] | undefined,
  access: readonly string[] | undefined,
): Check {
  const told = scopes ?? access;
  if (told === undefined)
    return say.unknown('sentry-scopes', `The token's scopes are not told; needed are ${NEEDED.join(', ')}`);
  const missing = NEEDED.filter((scope) => !grants(told, scope));
  if (missing.length === 0) return say.ok('sentry-scopes', `The token has ${NEEDED.join(', ')}`);
  const next = `Give the token ${missing.join(', ')}. An organization token has only org:ci: use a personal one, or one of an internal integration.`;
  return missing.length === 1 && missing[0] === 'event:write'
    ? say.warn('sentry-scopes', 'The token may read, but not resolve: it has no event:write.', next)
    : say.fail('sentry-scopes', `The token has no ${missing.join(', ')}.`, next);
}

/** `event:admin` includes `event:write`, which includes `event:read`. */
function grants(scopes: readonly string[], wanted: string): boolean {
  const [what = '', right = ''] = wanted.split(':');
  const ranks = right === 'read' ? ['read', 'write', 'admin'] : ['write', 'admin'];
  return ranks.some((rank) => scopes.includes(`${what}:${rank}`));
}

/** Sentry's own limits, of the caller and this endpoint: https://docs.sentry.io/api/ratelimits/ */
export function rateLine(headers: Headers): Check {
  const [left, limit] = numbers(headers, 'remaining', 'limit');
  const [freeAtOnce, atOnce] = numbers(headers, 'concurrentremaining', 'concurrentlimit');
  if (left === undefined || limit === undefined)
    return say.unknown('sentry-rate', 'The rate limit is not told');
  const once = freeAtOnce === undefined || atOnce === undefined ? '' : `, ${freeAtOnce} of ${atOnce} at once`;
  const text = `${left} of ${limit} requests are left in this window${once}`;
  return left < limit / 4 || (freeAtOnce !== undefined && freeAtOnce < 3)
    ? say.warn(
        'sentry-rate',
        text,
        'Another program uses the same account: wait, or give it a token of another account.',
      )
    : say.ok('sentry-rate', text);
}

function numbers(headers: Headers, ...names: string[]): (number | undefined)[] {
  return names.map((name) => {
    const value = headers[`x-sentry-rate-limit-${name}`];
    return value === undefined || value === '' || Number.isNaN(Number(value)) ? undefined : Number(value);
  });
}

/** Beyond this, ages of issues and the ends of leases look wrong. */
const SKEW_MS = 60_000;

/** Against the answer's `Date`, which has whole seconds. */
export function clockLine(headers: Headers, now: number): Check {
  const server = Date.parse(headers.date ?? '');
  if (Number.isNaN(server)) return say.unknown('clock', "The server's clock is not told");
  const skew = now - server;
  const by = `${spanOf(Math.abs(skew))} ${skew > 0 ? 'ahead of' : 'behind'} Sentry's`;
  return Math.abs(skew) > SKEW_MS
    ? say.warn(
        'clock',
        `This machine's clock is ${by}.`,
        'Set the clock: ages of issues are reckoned with it.',
      )
    : say.ok('clock', "The clock agrees with Sentry's");
}
