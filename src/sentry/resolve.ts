import { createHash } from 'node:crypto';
import { inputError, messageOf, type PitcrewError } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';
import type { SentryClient } from './client.ts';
import { failureOf, hasStatus } from './failure.ts';
import type { SentryIssue } from './issue.ts';
import { getIssue, type IssueChange, updateIssue } from './issues.ts';
import { addNote, listNotes } from './notes.ts';

export type Resolution =
  | { inCommit: { commit: string; repository: string } }
  | { inRelease: string }
  | { inNextRelease: true };

export interface ChangeReport {
  id: string;
  shortId: string;
  permalink: string;
  /** `unresolved (regressed)`, `resolved in commit 1a2b3c4`. */
  before: string;
  after: string;
  /** False where the issue already was as wanted; nothing was sent then. */
  changed: boolean;
  /** False where the state could not be read back as wanted, although Sentry accepted the change. */
  confirmed: boolean;
}

export interface ResolveReport extends ChangeReport {
  strategy: 'inCommit' | 'inRelease' | 'inNextRelease';
  /** Why the next release was taken instead of the commit. */
  fellBack?: string;
}

/**
 * Resolves an issue (short or numeric id) with a commit, a release or the next release, and reads the state before and
 * after. A commit of a repository that Sentry does not know (400) falls back to the next release.
 */
export async function resolveIssue(
  client: SentryClient,
  id: string,
  how: Resolution,
  signal?: AbortSignal,
): Promise<ResolveReport> {
  const before = await getIssue(client, id, signal);
  try {
    return { ...(await change(client, before, resolving(how), signal)), strategy: strategyOf(how) };
  } catch (error) {
    if ('inRelease' in how && hasStatus(error, 400)) throw noRelease(how.inRelease, error);
    if (!('inCommit' in how) || !hasStatus(error, 400)) throw error;
    const report = await change(client, before, resolving({ inNextRelease: true }), signal);
    const said = failureOf(error)?.detail;
    const fellBack = `Sentry does not know commit ${how.inCommit.commit.slice(0, 12)} of repository ${how.inCommit.repository}${said ? ` (${said})` : ''}; the issue is resolved in the next release instead.`;
    return { ...report, strategy: 'inNextRelease', fellBack };
  }
}

function noRelease(version: string, error: unknown): PitcrewError {
  const said = failureOf(error)?.detail;
  return inputError(
    `Sentry does not resolve the issue in release ${untrustedLine(version, 100)}${said ? `: ${said.replace(/\.$/, '')}` : ''}.`,
    'Name a release that Sentry lists for the project, or resolve with `how: next_release`.',
    error,
  );
}

export interface Archiving {
  substatus: 'archived_until_escalating' | 'archived_until_condition_met' | 'archived_forever';
  /** For `archived_until_condition_met`: events, users, minutes. */
  ignoreCount?: number;
  ignoreUserCount?: number;
  ignoreDuration?: number;
  ignoreWindow?: number;
}

export interface ArchiveReport extends ChangeReport {
  note: NoteOutcome;
}

/** Archives an issue (short or numeric id) and writes the reason to it as a comment, once. */
export async function archiveIssue(
  client: SentryClient,
  id: string,
  how: Archiving,
  note: string,
  signal?: AbortSignal,
): Promise<ArchiveReport> {
  const before = await getIssue(client, id, signal);
  const report = await change(client, before, archiving(how), signal);
  return { ...report, note: await ensureNote(client, before.id, note, signal) };
}

export type NoteOutcome = { state: 'written' | 'present' } | { state: 'failed'; reason: string };

/** Writes `text` as a comment unless it stands there already. Never throws for a failure: a comment is best effort. */
export async function ensureNote(
  client: SentryClient,
  issueId: string,
  text: string,
  signal?: AbortSignal,
): Promise<NoteOutcome> {
  const marker = `[pitcrew ${createHash('sha256').update(text).digest('hex').slice(0, 10)}]`;
  const present = async () =>
    (await listNotes(client, issueId, signal)).some((note) => note.text.includes(marker));
  try {
    if (await present()) return { state: 'present' };
    await addNote(client, issueId, `${text}\n\n${marker}`, signal);
    return { state: 'written' };
  } catch (error) {
    if (signal?.aborted) throw error;
    // The answer may have been lost after the comment was written.
    const arrived = failureOf(error)?.ambiguous === true && (await present().catch(() => false));
    return arrived ? { state: 'written' } : { state: 'failed', reason: messageOf(error) };
  }
}

/** `unresolved (regressed)`, `resolved in the next release`: a state for people. */
export function stateOf(issue: Pick<SentryIssue, 'status' | 'substatus' | 'statusDetails'>): string {
  const { inCommit, inRelease, inNextRelease } = issue.statusDetails;
  if (issue.status === 'resolved') {
    if (inCommit) return `resolved in commit ${inCommit.slice(0, 12)}`;
    if (inRelease) return `resolved in release ${inRelease}`;
    return inNextRelease ? 'resolved in the next release' : 'resolved';
  }
  const name = issue.status === 'ignored' ? 'archived' : issue.status;
  return issue.substatus ? `${name} (${issue.substatus})` : name;
}

interface Wanted {
  change: IssueChange;
  isSo(issue: SentryIssue): boolean;
  /** The state as it will be, for when it cannot be read back. */
  expected: string;
}

function resolving(how: Resolution): Wanted {
  const details: SentryIssue['statusDetails'] = 'inCommit' in how ? { inCommit: how.inCommit.commit } : how;
  return {
    change: { status: 'resolved', statusDetails: how },
    expected: stateOf({ status: 'resolved', statusDetails: details }),
    isSo: (issue) => issue.status === 'resolved' && sameResolution(how, issue.statusDetails),
  };
}

function sameResolution(how: Resolution, is: SentryIssue['statusDetails']): boolean {
  if ('inCommit' in how) return is.inCommit === how.inCommit.commit;
  // Sentry replaces `latest` by the version that this was.
  if ('inRelease' in how) return is.inRelease === how.inRelease;
  // Resolved in a commit or a release already says more than "in the next one".
  return is.inNextRelease === true || is.inCommit !== undefined || is.inRelease !== undefined;
}

function archiving({ substatus, ...conditions }: Archiving): Wanted {
  const statusDetails = Object.keys(conditions).length > 0 ? { statusDetails: { ...conditions } } : {};
  return {
    change: { status: 'ignored', substatus, ...statusDetails },
    expected: stateOf({ status: 'ignored', substatus, statusDetails: {} }),
    // An older server knows no substatus; archived is archived there.
    isSo: (issue) => issue.status === 'ignored' && (issue.substatus ?? substatus) === substatus,
  };
}

const strategyOf = (how: Resolution): ResolveReport['strategy'] =>
  'inCommit' in how ? 'inCommit' : 'inRelease' in how ? 'inRelease' : 'inNextRelease';

async function change(
  client: SentryClient,
  before: SentryIssue,
  wanted: Wanted,
  signal: AbortSignal | undefined,
): Promise<ChangeReport> {
  const { id, shortId, permalink } = before;
  const facts = { id, shortId, permalink, before: stateOf(before) };
  if (wanted.isSo(before)) return { ...facts, after: facts.before, changed: false, confirmed: true };
  await sendSurely(client, id, wanted, signal);
  const after = await getIssue(client, id, signal).catch(() => undefined);
  return {
    ...facts,
    after: after ? stateOf(after) : wanted.expected,
    changed: true,
    confirmed: after !== undefined && after.status === wanted.change.status,
  };
}

/** Where nobody knows whether a change arrived, the state decides whether to send it again, once. */
async function sendSurely(
  client: SentryClient,
  id: string,
  wanted: Wanted,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await updateIssue(client, id, wanted.change, signal);
  } catch (error) {
    if (signal?.aborted || failureOf(error)?.ambiguous !== true) throw error;
    if (wanted.isSo(await getIssue(client, id, signal))) return;
    await updateIssue(client, id, wanted.change, signal);
  }
}
