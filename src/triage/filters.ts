import { spanOf } from '../core/clock.ts';
import type { SentryIssue } from '../sentry/issue.ts';

export interface NoiseOptions {
  /** Levels below error that are kept. */
  includeLevels: readonly string[];
  /** Not seen for longer than this: dropped. */
  staleDays: number;
  /** Seen once, and not for longer than this: dropped. */
  onceStaleDays: number;
}

/** The source skill's numbers; it dropped warnings only, and forgot info and debug. */
export const NOISE_DEFAULTS: NoiseOptions = { includeLevels: [], staleDays: 7, onceStaleDays: 3 };

export type DropReason = 'warning' | 'info' | 'debug' | 'stale' | 'once';

export interface DroppedIssue {
  issue: SentryIssue;
  reason: DropReason;
  /** `not seen for 9 d`. */
  detail: string;
}

/** Parts the noise from what deserves a look. An issue whose last sighting is unknown is not called stale. */
export function filterNoise(
  issues: readonly SentryIssue[],
  options: NoiseOptions,
  now: number,
): { kept: SentryIssue[]; dropped: DroppedIssue[] } {
  const kept: SentryIssue[] = [];
  const dropped: DroppedIssue[] = [];
  for (const issue of issues) {
    const noise = noiseOf(issue, options, now);
    if (noise) dropped.push({ issue, ...noise });
    else kept.push(issue);
  }
  return { kept, dropped };
}

/** How many were dropped for each reason; reasons that dropped nothing are left out. */
export function countByReason(dropped: readonly DroppedIssue[]): Partial<Record<DropReason, number>> {
  const counts: Partial<Record<DropReason, number>> = {};
  for (const { reason } of dropped) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

/** `12 dropped: 7 warning, 3 not seen for 7 d, 2 seen once and not for 3 d`; empty where nothing was. */
export function droppedLine(dropped: readonly DroppedIssue[], options: NoiseOptions): string {
  if (dropped.length === 0) return '';
  const words: Partial<Record<DropReason, string>> = {
    stale: `not seen for ${options.staleDays} d`,
    once: `seen once and not for ${options.onceStaleDays} d`,
  };
  const parts = Object.entries(countByReason(dropped)).map(
    ([reason, count]) => `${count} ${words[reason as DropReason] ?? reason}`,
  );
  return `${dropped.length} dropped: ${parts.join(', ')}`;
}

const LOW_LEVELS: readonly DropReason[] = ['warning', 'info', 'debug'];
const DAY_MS = 86_400_000;

function noiseOf(
  issue: SentryIssue,
  options: NoiseOptions,
  now: number,
): { reason: DropReason; detail: string } | undefined {
  const low = LOW_LEVELS.find((level) => level === issue.level);
  if (low && !options.includeLevels.includes(low)) return { reason: low, detail: `level ${low}` };
  const age = issue.lastSeen === undefined ? 0 : now - issue.lastSeen;
  if (age > options.staleDays * DAY_MS) return { reason: 'stale', detail: `not seen for ${spanOf(age)}` };
  if (issue.count === 1 && age > options.onceStaleDays * DAY_MS)
    return { reason: 'once', detail: `seen once, ${spanOf(age)} ago` };
  return undefined;
}
