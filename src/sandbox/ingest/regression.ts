import { tryParseJson } from '../../core/json.ts';
import type { Database } from '../database.ts';
import { asNumber, asRecord, asText, type Loose } from '../loose.ts';
import { type Issue, issueById } from '../store/issues.ts';
import { findRelease, isNewer } from '../store/releases.ts';

/**
 * The substatus with which a new event reopens an issue that was resolved (`regressed`) or archived until
 * something (`ongoing`), or null where the issue stays as it is. By Sentry's rules: resolved outright, any event
 * is a regression; resolved in a release or commit, only an event of a newer release is, since old builds go on
 * crashing, and one that names no release counts as old.
 */
export function wakesUp(
  database: Database,
  before: Issue,
  release: string | null,
  now: number,
): 'regressed' | 'ongoing' | null {
  if (before.status === 'resolved') return isRegression(database, before, release) ? 'regressed' : null;
  if (before.status === 'ignored') return isConditionMet(database, before, now) ? 'ongoing' : null;
  return null;
}

function isRegression(database: Database, issue: Issue, version: string | null): boolean {
  const details = parsed(issue.status_details_json);
  const inRelease = asText(details.inRelease);
  if (inRelease === null && !details.inNextRelease && !details.inCommit) return true;
  const release = version === null ? undefined : findRelease(database, issue.project_id, version);
  if (!release) return false;
  if (inRelease === release.version) return true;
  const bound = inRelease ?? asText(parsed(issue.baseline_json).latestRelease);
  const boundary = bound === null ? undefined : findRelease(database, issue.project_id, bound);
  return boundary === undefined || isNewer(release, boundary);
}

function isConditionMet(database: Database, before: Issue, now: number): boolean {
  const details = parsed(before.status_details_json);
  const baseline = parsed(before.baseline_json);
  const issue = issueById(database, before.id) ?? before;
  const until = asText(details.ignoreUntil);
  if (until !== null && Date.parse(until) <= now) return true;
  const reached = (limit: unknown, count: number, from: unknown) =>
    asNumber(limit) !== null && count - (asNumber(from) ?? 0) >= (asNumber(limit) ?? 0);
  return (
    reached(details.ignoreCount, issue.times_seen, baseline.timesSeen) ||
    reached(details.ignoreUserCount, issue.user_count, baseline.userCount)
  );
}

const parsed = (json: string): Loose => asRecord(tryParseJson(json)) ?? {};
