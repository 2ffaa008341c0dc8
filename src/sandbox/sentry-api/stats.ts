import type { SentryContext } from './context.ts';

const HOUR_SECONDS = 3600;

/** How Sentry draws its two charts: width and number of bars. */
const CHARTS = {
  '24h': { width: HOUR_SECONDS, bars: 24 },
  '14d': { width: 24 * HOUR_SECONDS, bars: 14 },
  '30d': { width: 24 * HOUR_SECONDS, bars: 30 },
} as const;

export type Chart = keyof typeof CHARTS;

/** `[epoch seconds, events]` for each bar up to now, by issue. */
export function statsOf(
  context: SentryContext,
  issueIds: readonly number[],
  chart: Chart,
): Map<number, [number, number][]> {
  const { width, bars } = CHARTS[chart];
  const last = Math.floor(context.clock() / 1000 / width);
  const first = last - bars + 1;
  const rows = context.database.all<{ issue_id: number; bar: number; events: number }>(
    `SELECT issue_id, timestamp / ? AS bar, COUNT(*) AS events FROM events
     WHERE issue_id IN (SELECT value FROM json_each(?)) AND timestamp >= ? GROUP BY issue_id, bar`,
    width * 1000,
    JSON.stringify(issueIds),
    first * width * 1000,
  );
  const counts = new Map(rows.map((row) => [`${row.issue_id}:${row.bar}`, row.events]));
  return new Map(
    issueIds.map((id) => [
      id,
      Array.from({ length: bars }, (_, index): [number, number] => {
        const bar = first + index;
        return [bar * width, counts.get(`${id}:${bar}`) ?? 0];
      }),
    ]),
  );
}
