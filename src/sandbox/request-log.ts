import type { SideName } from './misbehave.ts';

export interface LoggedRequest {
  method: string;
  path: string;
  /** 0 while there is no answer, and for ever where none was given. */
  status: number;
  side: SideName;
}

export interface RequestLog {
  begin(side: SideName, method: string, path: string): LoggedRequest;
  counts(): { sentry: number; github: number };
  entries(): readonly LoggedRequest[];
}

/** A sandbox may run for weeks: only the latest requests are kept, all are counted. */
const KEPT = 20_000;

export function createRequestLog(): RequestLog {
  let entries: LoggedRequest[] = [];
  const counted = { sentry: 0, github: 0, ingest: 0 };
  return {
    begin: (side, method, path) => {
      const entry: LoggedRequest = { side, method, path, status: 0 };
      counted[side] += 1;
      entries.push(entry);
      if (entries.length > 2 * KEPT) entries = entries.slice(-KEPT);
      return entry;
    },
    counts: () => ({ sentry: counted.sentry, github: counted.github }),
    entries: () => entries,
  };
}
