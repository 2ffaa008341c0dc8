/** Milliseconds since the epoch. Passed in wherever time matters, so that a test can hold it still. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** `2026-11-21T09:30:00Z`, without milliseconds: the form shown to people and written to files. */
export const isoSeconds = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 19)}Z`;

/** `3 min`, `2 h`, `5 d`: the whole units of a span in milliseconds, rounded down; below a minute in seconds. */
export function spanOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
