/** Where an SDK of this repository sends its events: the server and the project, by its number. */
export interface Dsn {
  /** Of the server's API: `https://de.sentry.io` for one that ingests at `o1.ingest.de.sentry.io`. */
  server: string;
  projectId: string;
}

/** For `git grep -E` and for `RegExp`: a key of 32 hex digits, a host, a number. */
export const DSN_PATTERN = 'https?://[0-9a-f]{32}(:[0-9a-f]{32})?@[A-Za-z0-9.:-]+/([A-Za-z0-9_./-]*/)?[0-9]+';

/**
 * Reads a DSN (https://docs.sentry.io/concepts/key-terms/dsn-explainer/). Its key is public and is not kept. Undefined
 * for a text that is none.
 */
export function readDsn(text: string): Dsn | undefined {
  const url = URL.parse(text);
  const parts = url?.pathname.split('/').filter((part) => part !== '') ?? [];
  const projectId = parts.pop();
  if (!url || projectId === undefined || !/^\d{1,20}$/.test(projectId)) return undefined;
  return { server: serverOf(url, parts.join('/')), projectId };
}

function serverOf({ protocol, host, hostname }: URL, prefix: string): string {
  const region = /^(?:o\d+\.)?ingest(?:\.([a-z]{2,10}))?\.sentry\.io$/.exec(hostname);
  if (region) return region[1] === undefined ? 'https://sentry.io' : `https://${region[1]}.sentry.io`;
  return `${protocol}//${host}${prefix === '' ? '' : `/${prefix}`}`;
}
