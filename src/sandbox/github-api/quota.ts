import type { Clock } from '../../core/clock.ts';
import type { Loose } from '../loose.ts';

/** GitHub's hourly and per-minute quotas as the headers tell them; counted, not enforced. */
export interface Quota {
  spend(path: string): Record<string, string>;
  view(): Loose;
}

const RESOURCES = {
  core: { limit: 5000, windowMs: 3_600_000 },
  search: { limit: 30, windowMs: 60_000 },
} as const;

type Resource = keyof typeof RESOURCES;

export function createQuota(clock: Clock): Quota {
  const windows: Record<Resource, { reset: number; used: number }> = {
    core: { reset: 0, used: 0 },
    search: { reset: 0, used: 0 },
  };
  const current = (resource: Resource) => {
    const { limit, windowMs } = RESOURCES[resource];
    const window = windows[resource];
    if (clock() >= window.reset) Object.assign(window, { reset: clock() + windowMs, used: 0 });
    return { limit, window };
  };
  const state = (resource: Resource) => {
    const { limit, window } = current(resource);
    return {
      limit,
      used: window.used,
      remaining: Math.max(0, limit - window.used),
      reset: Math.ceil(window.reset / 1000),
    };
  };
  return {
    spend: (path) => {
      const resource = path.startsWith('/search/') ? 'search' : 'core';
      // Asking for the quota costs nothing.
      if (path !== '/rate_limit') current(resource).window.used += 1;
      const headers = Object.entries({ ...state(resource), resource });
      return Object.fromEntries(headers.map(([name, value]) => [`x-ratelimit-${name}`, String(value)]));
    },
    view: () => ({ resources: { core: state('core'), search: state('search') }, rate: state('core') }),
  };
}
