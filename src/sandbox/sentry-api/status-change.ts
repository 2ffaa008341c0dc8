import { asNumber, asRecord, asText, type Loose } from '../loose.ts';
import { Fault } from '../router.ts';
import type { Issue } from '../store/issues.ts';
import { findRelease, latestRelease } from '../store/releases.ts';
import { isoTime, MEMBER_DETAIL, type SentryContext } from './context.ts';

export interface StatusChange {
  status: string;
  substatus: string | null;
  details: Loose;
  /** How things stood when it was decided; a later event is compared with it. */
  baseline: Loose;
  /** The type of the activity entry. */
  activity: string;
}

const STATUSES = ['resolved', 'unresolved', 'ignored', 'resolvedInNextRelease', 'muted'];

const SUBSTATUSES: Record<string, readonly string[]> = {
  unresolved: ['ongoing', 'escalating', 'regressed', 'new'],
  ignored: ['archived_until_escalating', 'archived_until_condition_met', 'archived_forever'],
  resolved: [],
};

/** What a `PUT` of an issue asks for, checked as Sentry checks it; undefined where it names no status. Faults: 400. */
export function statusChangeOf(context: SentryContext, issue: Issue, body: Loose): StatusChange | undefined {
  const given = body.status;
  if (given === undefined || given === null) {
    if (body.statusDetails !== undefined || body.substatus !== undefined)
      throw new Fault(400, { detail: 'statusDetails and substatus need a status beside them' });
    return undefined;
  }
  if (typeof given !== 'string' || !STATUSES.includes(given))
    throw new Fault(400, { status: [`"${asText(given)}" is not a valid choice.`] });
  const details = asRecord(body.statusDetails ?? {});
  if (!details) throw new Fault(400, { statusDetails: ['Invalid data. Expected a dictionary.'] });
  const status = given === 'muted' ? 'ignored' : given === 'resolvedInNextRelease' ? 'resolved' : given;
  const substatus = substatusOf(status, body.substatus);
  if (status === 'resolved')
    return resolved(
      context,
      issue,
      given === 'resolvedInNextRelease' ? { ...details, inNextRelease: true } : details,
    );
  if (status === 'ignored') return archived(context, issue, substatus, details);
  return {
    status,
    substatus: substatus ?? 'ongoing',
    details: {},
    baseline: {},
    activity: 'set_unresolved',
  };
}

function substatusOf(status: string, given: unknown): string | null {
  const substatus = given === null || given === undefined ? null : asText(given);
  if (substatus !== null && !SUBSTATUSES[status]?.includes(substatus))
    throw new Fault(400, { substatus: [`"${substatus}" is not a valid substatus for status ${status}.`] });
  return substatus;
}

function resolved(context: SentryContext, issue: Issue, details: Loose): StatusChange {
  const { database } = context;
  const latest = latestRelease(database, issue.project_id)?.version ?? null;
  const change = (activity: string, stored: Loose): StatusChange => ({
    status: 'resolved',
    substatus: null,
    details: { ...stored, actor: { ...MEMBER_DETAIL } },
    baseline: { latestRelease: latest },
    activity,
  });
  if (details.inCommit !== undefined)
    return change('set_resolved_in_commit', commitDetails(context, details.inCommit));
  if (details.inRelease !== undefined) {
    const wanted = asText(details.inRelease) ?? '';
    if (wanted === 'latest' && latest === null) throw refusedDetail('inRelease', NO_RELEASES);
    const version = wanted === 'latest' ? latest : wanted;
    if (version === null || !findRelease(database, issue.project_id, version))
      throw refusedDetail('inRelease', 'Unable to find a release with the given version.');
    return change('set_resolved_in_release', { inRelease: version });
  }
  if (details.inNextRelease === true) {
    if (latest === null) throw refusedDetail('inNextRelease', NO_RELEASES);
    return change('set_resolved_in_release', { inNextRelease: true });
  }
  return change('set_resolved', {});
}

const NO_RELEASES = "No release data present in the system to form a basis for 'Next Release'";

function commitDetails(context: SentryContext, given: unknown): Loose {
  const commit = asText(asRecord(given)?.commit);
  const repository = asText(asRecord(given)?.repository);
  const missing = Object.entries({ commit, repository }).filter(([, value]) => value === null);
  if (missing.length > 0)
    throw refusedDetail(
      'inCommit',
      Object.fromEntries(missing.map(([name]) => [name, ['This field is required.']])),
    );
  if (repository === null || !context.repositories.includes(repository))
    throw refusedDetail('inCommit', { repository: ['Unable to find the given repository.'] });
  if (commit === null || !/^[0-9a-f]{7,64}$/i.test(commit))
    throw refusedDetail('inCommit', { commit: ['Unable to find the given commit.'] });
  return {
    inCommit: {
      id: commit,
      message: null,
      dateCreated: isoTime(context.clock()),
      repository: { id: '1', name: repository, provider: { id: 'integrations:github', name: 'GitHub' } },
      author: null,
      releases: [],
    },
  };
}

/** Sentry wraps the messages of one detail in a list, those of a nested one in an object. */
const refusedDetail = (name: string, problem: string | Loose): Fault =>
  new Fault(400, { statusDetails: { [name]: typeof problem === 'string' ? [problem] : problem } });

function archived(
  context: SentryContext,
  issue: Issue,
  substatus: string | null,
  details: Loose,
): StatusChange {
  const minutes = wholeNumber(details, 'ignoreDuration');
  const conditions = {
    ignoreCount: wholeNumber(details, 'ignoreCount'),
    ignoreWindow: wholeNumber(details, 'ignoreWindow'),
    ignoreUserCount: wholeNumber(details, 'ignoreUserCount'),
    ignoreUserWindow: wholeNumber(details, 'ignoreUserWindow'),
    ignoreUntil: minutes === null ? null : isoTime(context.clock() + minutes * 60_000),
  };
  const given = Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== null));
  const isConditional = Object.keys(given).length > 0;
  return {
    status: 'ignored',
    substatus: substatus ?? (isConditional ? 'archived_until_condition_met' : 'archived_until_escalating'),
    details: isConditional ? { ...given, actor: { ...MEMBER_DETAIL } } : {},
    baseline: { timesSeen: issue.times_seen, userCount: issue.user_count },
    activity: 'set_ignored',
  };
}

function wholeNumber(details: Loose, name: string): number | null {
  const given = details[name];
  if (given === undefined || given === null) return null;
  const number = asNumber(given);
  if (number === null || !Number.isInteger(number) || number < 0)
    throw new Fault(400, { statusDetails: { [name]: ['A valid integer is required.'] } });
  return number;
}
