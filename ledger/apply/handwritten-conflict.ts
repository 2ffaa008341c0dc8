import { shortIdOf } from '../incident-key.ts';
import type { Conflict, HandwrittenEntry, PathClaim } from '../ledger.ts';
import { normalizeGlob } from '../overlap.ts';
import type { Request } from './conflicts.ts';
import { pathConflicts } from './path-conflicts.ts';

/** How an entry written by hand, said to be started and young, is in the way of `request`; `undefined` where it is not. */
export function handwrittenConflict(request: Request, entry: HandwrittenEntry): Conflict | undefined {
  if (entry.status !== 'active' || namesSession(entry, request.session)) return undefined;
  const incidents = request.incidents.filter((incident) => namesIncident(entry, incident));
  const paths = pathConflicts(request.paths, claimsIn(entry));
  if (incidents.length === 0 && paths.length === 0) return undefined;
  return {
    source: 'handwritten',
    holder: `an entry written by hand ("${entry.title}")`,
    ...(entry.since === undefined ? {} : { since: entry.since }),
    liveness: 'live',
    incidents,
    paths,
    resources: [],
    advice:
      'Ask whoever wrote this entry into .claude/active-runs.md. If that work is over, its Status there should say completed or aborted.',
  };
}

/** Shared is what stands there as the view has it, `docs/**` (shared), or without the back-ticks. */
function claimsIn({ paths, text }: HandwrittenEntry): PathClaim[] {
  const shared = new Set(
    [...text.matchAll(SHARED)].flatMap(([, quoted, plain = '']) => globOf(quoted ?? plain)),
  );
  return paths.map((glob) => ({ glob, mode: shared.has(glob) ? 'shared' : 'exclusive' }));
}

const SHARED = /(?:`([^`\n]{1,300})`|(?<![^\s,·])([^\s`,·]{1,300})) ?\(shared\)/gi;

function globOf(word: string): string[] {
  try {
    return [normalizeGlob(word)];
  } catch {
    return [];
  }
}

/** An agent that also keeps the list by hand must not be stopped by its own entry: `named:crew1` is not in `named:crew12`. */
function namesSession(entry: HandwrittenEntry, session: string): boolean {
  if (session.length < 6) return false;
  const literal = session.replace(/[^A-Za-z0-9]/g, '\\$&');
  return new RegExp(`(?<![\\w-])${literal}(?![\\w-])`).test(`${entry.title}\n${entry.text}`);
}

/** `WEB-1` and `fix/sentry-WEB-1`, but neither `WEB-12` nor `MOBILE-WEB-1`. */
function namesIncident(entry: HandwrittenEntry, incident: string): boolean {
  const id = shortIdOf(incident).replace(/[^A-Za-z0-9-]/g, '\\$&');
  return new RegExp(`(?:^|[^a-z0-9_-]|(?:sentry|fix|issue)-)${id}(?![a-z0-9_]|-\\d)`, 'i').test(
    `${entry.title}\n${entry.text}`,
  );
}
