import type { Clock } from '../../core/clock.ts';
import { tryParseJson } from '../../core/json.ts';
import type { Database } from '../database.ts';
import { asRecord, type Loose } from '../loose.ts';
import { type Call, Fault } from '../router.ts';
import type { Remote } from './remote.ts';

export interface GithubContext {
  database: Database;
  clock: Clock;
  /** `owner/name` of the one repository there is; null for none. */
  repository: string | null;
  remote: Remote | null;
  /** Epoch milliseconds: when the repository and its people came to be. */
  since: number;
  /** People who may review, besides nobody; null accepts any name. */
  collaborators: readonly string[] | null;
  /** The API's address (`.../github`) and that of the pages its objects link to. */
  apiUrl(): string;
  siteUrl(): string;
}

/** Whose token it is. */
export const VIEWER = 'pitcrew-sandbox';

const DOCUMENTATION = 'https://docs.github.com/rest';

/** An error as GitHub words it. */
export const githubError = (status: number, message: string, errors?: unknown[]): Fault =>
  new Fault(status, {
    message,
    ...(errors && { errors }),
    documentation_url: DOCUMENTATION,
    status: String(status),
  });

export const notFound = (): Fault => githubError(404, 'Not Found');

export interface Problem {
  resource: string;
  field?: string;
  code: string;
  message?: string;
}

export const invalid = (...problems: Problem[]): Fault => githubError(422, 'Validation Failed', problems);

/** `owner/name` of the call's path, which must be the sandbox's repository (in any case, as on GitHub). Faults: 404. */
export function repositoryOf(context: GithubContext, call: Call): string {
  const named = `${call.params.owner}/${call.params.repo}`;
  const { repository } = context;
  if (repository === null || named.toLowerCase() !== repository.toLowerCase()) throw notFound();
  return repository;
}

const MAX_BODY_BYTES = 1024 * 1024;

export async function bodyOf(call: Call): Promise<Loose> {
  const text = (await call.bytes(MAX_BODY_BYTES)).toString('utf8');
  const body = text.trim() === '' ? {} : asRecord(tryParseJson(text));
  if (!body) throw githubError(400, 'Problems parsing JSON');
  return body;
}

/** GitHub's times have no milliseconds. */
export const githubTime = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
