import type { Clock } from '../core/clock.ts';
import type { Misbehaviour } from './misbehave.ts';
import type { LoggedRequest } from './request-log.ts';
import type { Limits } from './sentry-api/limits.ts';

export interface SandboxOptions {
  /** Where everything is kept, in one SQLite file only its owner can read. */
  dataDirectory: string;
  /** 0, the default, takes a free one. */
  port?: number;
  host?: '127.0.0.1';
  /** Slug; `pitstop` unless given. */
  organization?: string;
  /** Slugs; the first ever made in a data directory has id 1. `[organization]` unless given. */
  projects?: readonly string[];
  /** `owner/name` of the one repository of the GitHub-like API; also the one `inCommit` may name. */
  repository?: string;
  /** A git repository (path or URL): a pull request's branches must exist there. Without it any branch does. */
  remote?: string;
  /** Logins that may review; anybody unless given. */
  collaborators?: readonly string[];
  /** Made at random and kept in the data directory unless given; a given one is not stored. */
  token?: string;
  githubToken?: string;
  /** Tokens that may read from both APIs and write to neither. */
  readOnlyTokens?: readonly string[];
  /** Enforced on Sentry's API with 429s; not unless given. */
  limits?: Limits;
  /** Added to every answer of both APIs. */
  latencyMs?: number;
  clock: Clock;
  /** For `git`; credentials are taken out of it. */
  env: NodeJS.ProcessEnv;
}

export interface SeedIssue {
  title: string;
  body?: string;
  state?: 'open' | 'closed';
  /** ISO 8601; now where the state is closed and this is not given. */
  closedAt?: string;
  createdAt?: string;
  labels?: readonly string[];
}

export interface Sandbox {
  /** For SENTRY_URL. */
  url: string;
  /** For GITHUB_API_URL. */
  githubUrl: string;
  organization: string;
  token: string;
  githubToken: string;
  /** For SENTRY_DSN; of the first project unless named. Throws for a project there is not. */
  dsn(project?: string): string;
  /** Requests to the APIs since the start; what SDKs send is not among them. */
  requests(): { sentry: number; github: number };
  requestLog(): readonly LoggedRequest[];
  misbehave(rule: Misbehaviour): void;
  behave(): void;
  /** Plants an issue in the GitHub-like repository and gives its number. */
  seedIssue(issue: SeedIssue): number;
  close(): Promise<void>;
}
