import type { Clock } from '../../core/clock.ts';
import { tryParseJson } from '../../core/json.ts';
import type { Database } from '../database.ts';
import { asRecord, type Loose } from '../loose.ts';
import { type Call, Fault } from '../router.ts';
import { type Issue, issueById, issueByShortId } from '../store/issues.ts';
import { findProject, type Project } from '../store/projects.ts';

export interface SentryContext {
  database: Database;
  clock: Clock;
  organization: string;
  /** Repositories `inCommit` may name: as if connected to Sentry. */
  repositories: readonly string[];
  /** The sandbox's own address; known once it listens. */
  url(): string;
}

/** The organization's only member, in whose name everything is done. */
export const MEMBER = {
  id: '1',
  name: 'Sandbox',
  username: 'sandbox',
  email: 'sandbox@localhost',
  type: 'user',
} as const;

/** The member as answers about a person show one; nothing is known of this one's history. */
export const MEMBER_DETAIL = {
  ...MEMBER,
  avatar: { avatarType: 'letter_avatar', avatarUuid: null },
  avatarUrl: '',
  dateJoined: '1970-01-01T00:00:00Z',
  emails: [{ id: '1', email: MEMBER.email, is_verified: true }],
  experiments: {},
  has2fa: false,
  hasPasswordAuth: false,
  isActive: true,
  isManaged: false,
  isStaff: false,
  isSuperuser: false,
  isSuspended: false,
  lastActive: null,
  lastLogin: null,
} as const;

export const notFound = (): Fault => new Fault(404, { detail: 'The requested resource does not exist' });

/** Paths without an organization have none to be wrong. */
export function checkOrganization(context: SentryContext, call: Call): void {
  const { organization } = call.params;
  if (organization !== undefined && organization !== context.organization && organization !== '1')
    throw notFound();
}

export function projectOf(context: SentryContext, call: Call): Project {
  checkOrganization(context, call);
  const project = findProject(context.database, call.params.project ?? '');
  if (!project) throw notFound();
  return project;
}

/** By number, and under an organization by short id too, as Sentry has it. */
export function issueOf(context: SentryContext, call: Call): Issue {
  checkOrganization(context, call);
  const id = call.params.issue ?? '';
  const issue = /^\d{1,15}$/.test(id)
    ? issueById(context.database, Number(id))
    : call.params.organization === undefined
      ? undefined
      : issueByShortId(context.database, id);
  if (!issue) throw notFound();
  return issue;
}

const MAX_BODY_BYTES = 1024 * 1024;

export async function bodyOf(call: Call): Promise<Loose> {
  const text = (await call.bytes(MAX_BODY_BYTES)).toString('utf8');
  const body = text.trim() === '' ? {} : asRecord(tryParseJson(text));
  if (!body) throw new Fault(400, { detail: 'JSON parse error - Expecting value: line 1 column 1 (char 0)' });
  return body;
}

/** `2026-11-21T09:30:00.123Z` */
export const isoTime = (epochMs: number): string => new Date(epochMs).toISOString();
