import type { Exchanged } from './exchange.ts';
import { SentryFailure } from './failure.ts';

/**
 * Where a redirect may be followed to: for a GET, the same host and port, or the same host's https instead of http where
 * neither names a port (another port is another program), once. Undefined where the answer is none. Throws a failure for any other, because the token would travel with it, and for
 * a redirected write, which some servers turn into a read.
 */
export function redirectTarget(
  url: string,
  { method, followed }: { method: string; followed: boolean },
  answer: Exchanged,
): string | undefined {
  if (answer.status < 300 || answer.status > 399 || answer.status === 304) return undefined;
  const from = new URL(url);
  const to = URL.parse(answer.headers.location ?? '', url);
  if (!to) throw failure(answer.status, 'to nowhere');
  const upgraded = from.protocol === 'http:' && to.protocol === 'https:' && from.host === to.host && !to.port;
  if (to.origin !== from.origin && !upgraded)
    throw failure(answer.status, `to another address, ${to.origin.slice(0, 110)}`);
  if (followed) throw failure(answer.status, 'again and again');
  if (method !== 'GET') throw failure(answer.status, 'although it is a write');
  if (/\/login\/?$|^\/auth\//.test(to.pathname)) throw failure(answer.status, 'to a login page');
  return to.href;
}

const failure = (status: number, detail: string) => new SentryFailure({ reason: 'redirect', detail, status });
