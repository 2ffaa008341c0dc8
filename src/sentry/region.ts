import type { Log } from '../core/log.ts';

interface RegionOptions {
  baseUrl: string;
  allowHosts: readonly string[];
  log: Log;
  /** `GET organizations/{org}/` at the base URL. */
  fetchOrganization(signal?: AbortSignal): Promise<{ json: unknown }>;
}

/**
 * The root that an organization's own data lives under, asked for once: issue ids are region-scoped, and the wrong
 * region answers 404. Only `sentry.io` itself (or a host in `allowHosts`) is asked; a region's own address and a
 * self-hosted server stay as configured. A failure is not remembered: the next call asks again.
 */
export function regionLookup(options: RegionOptions): (signal?: AbortSignal) => Promise<string> {
  const { hostname } = new URL(options.baseUrl);
  if (hostname !== 'sentry.io' && hostname !== 'www.sentry.io' && !options.allowHosts.includes(hostname))
    return async () => options.baseUrl;

  let found: string | undefined;
  let asking: Promise<string> | undefined;
  return async (signal) => {
    if (found !== undefined) return found;
    // Not given the caller's signal: several calls wait for the same answer, and one of them may be cancelled.
    asking ??= options
      .fetchOrganization()
      .then(({ json }) => regionUrl(json, options))
      .finally(() => {
        asking = undefined;
      });
    found = await orAborted(asking, signal);
    return found;
  };
}

/** `links.regionUrl` of an organization where it may be trusted with the token, else the base URL. */
export function regionUrl(
  json: unknown,
  options: Pick<RegionOptions, 'baseUrl' | 'allowHosts' | 'log'>,
): string {
  const named = namedRegion(json);
  const url = named === undefined ? undefined : URL.parse(named);
  if (!url) return options.baseUrl;
  const base = new URL(options.baseUrl);
  if (url.origin === base.origin) return options.baseUrl;
  const trusted =
    sharesRegistrableHost(url.hostname, base.hostname) || options.allowHosts.includes(url.hostname);
  const safe = url.protocol === 'https:' || base.protocol === 'http:';
  if (trusted && safe && !url.username && !url.password) return url.origin;
  options.log.warn(`The organization names a region at another host (${url.host}); it is not used.`);
  return options.baseUrl;
}

/** True for the same host, and for hosts under the same last two labels (`us.sentry.io`, `sentry.io`); never for addresses. */
export function sharesRegistrableHost(one: string, other: string): boolean {
  if (one === other) return true;
  const last = (host: string) => host.split('.').slice(-2).join('.');
  const isName = (host: string) => host.includes('.') && !/^[\d.]+$|^\[/.test(host);
  return isName(one) && isName(other) && last(one) === last(other);
}

function namedRegion(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || !('links' in json)) return undefined;
  const { links } = json;
  if (typeof links !== 'object' || links === null || !('regionUrl' in links)) return undefined;
  return typeof links.regionUrl === 'string' ? links.regionUrl : undefined;
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
