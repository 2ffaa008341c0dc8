import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { inputError } from '../core/errors.ts';
import { createControl } from './control.ts';
import { type Database, openDatabase } from './database.ts';
import { createGithubApi } from './github-api/api.ts';
import { VIEWER } from './github-api/context.ts';
import { openRemote } from './github-api/remote.ts';
import { insertIssue } from './github-api/rows.ts';
import { createSandboxServer, GITHUB_PREFIX } from './http.ts';
import { createIngest } from './ingest/routes.ts';
import { createMisbehaviours } from './misbehave.ts';
import type { Sandbox, SandboxOptions, SeedIssue } from './options.ts';
import { createRequestLog } from './request-log.ts';
import { createSentryApi } from './sentry-api/api.ts';
import { allProjects, ensureProjects, findProject } from './store/projects.ts';
import { keptSetting, newGithubToken, newSentryToken } from './store/secrets.ts';

export type { Misbehaviour } from './misbehave.ts';
export type { Sandbox, SandboxOptions, SeedIssue } from './options.ts';
export type { LoggedRequest } from './request-log.ts';

/**
 * Starts the inbox for SDKs and the two APIs on loopback. Throws an input error where the port is taken or a
 * name cannot be one.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const organization = options.organization ?? 'pitstop';
  const slugs = options.projects ?? [organization];
  checkNames(organization, slugs, options.repository);
  mkdirSync(options.dataDirectory, { recursive: true, mode: 0o700 });
  keepOutOfGit(options.dataDirectory);
  const database = openDatabase(options.dataDirectory);
  try {
    ensureProjects(database, slugs, options.clock());
    return await listen(options, database, organization, slugs);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** It may lie in a repository, and holds tokens and what apps sent. */
function keepOutOfGit(folder: string): void {
  const file = join(folder, '.gitignore');
  if (!existsSync(file)) writeFileSync(file, '*\n');
}

async function listen(
  options: SandboxOptions,
  database: Database,
  organization: string,
  slugs: readonly string[],
): Promise<Sandbox> {
  const { clock, env, repository, remote, dataDirectory } = options;
  const token = options.token ?? keptSetting(database, 'sentry_token', newSentryToken);
  const githubToken = options.githubToken ?? keptSetting(database, 'github_token', newGithubToken);
  const rules = createMisbehaviours();
  const log = createRequestLog();
  let url = '';
  const common = { readOnlyTokens: options.readOnlyTokens ?? [], latencyMs: options.latencyMs ?? 0 };
  const sentry = createSentryApi(
    { database, clock, organization, repositories: repository ? [repository] : [], url: () => url },
    { ...common, token, limits: options.limits },
  );
  const github = createGithubApi(
    {
      database,
      clock,
      repository: repository ?? null,
      remote: remote ? openRemote(remote, env, dataDirectory) : null,
      since: Number(keptSetting(database, 'since', () => String(clock()))),
      collaborators: options.collaborators ?? null,
      apiUrl: () => `${url}${GITHUB_PREFIX}`,
      siteUrl: () => url,
    },
    { ...common, token: githubToken },
  );
  const faces = {
    sentry,
    github,
    ingest: createIngest(database, clock),
    control: createControl(token, rules, log),
  };
  const server = createSandboxServer(faces, rules, log, clock);
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  await once(server, 'listening').catch((error: unknown) => {
    throw inputError(
      `The sandbox cannot listen on port ${options.port ?? 0}.`,
      'Choose another port, or stop what listens there.',
      error,
    );
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    githubUrl: `${url}${GITHUB_PREFIX}`,
    organization,
    token,
    githubToken,
    dsn: (slug = slugs[0] ?? '') => dsnOf(database, url, slug),
    requests: log.counts,
    requestLog: log.entries,
    misbehave: rules.add,
    behave: rules.clear,
    seedIssue: (issue) => seedIssue(database, clock(), repository, issue),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      // Requests that are never to be answered would keep it open for ever.
      server.closeAllConnections();
      await closed;
      database.close();
    },
  };
}

function checkNames(organization: string, projects: readonly string[], repository: string | undefined): void {
  const wrong = [organization, ...projects].find((slug) => !/^[a-z0-9][a-z0-9_-]{0,49}$/.test(slug));
  if (wrong !== undefined || projects.length === 0)
    throw inputError(
      `${JSON.stringify(wrong ?? '')} cannot be the name of an organization or project.`,
      'Use lower-case letters, digits, hyphens and underscores, and at least one project.',
    );
  if (repository !== undefined && !/^[\w.-]+\/[\w.-]+$/.test(repository))
    throw inputError(`${JSON.stringify(repository)} is not a repository.`, 'Give it as owner/name.');
}

function dsnOf(database: Database, url: string, slug: string): string {
  const project = findProject(database, slug);
  if (!project) {
    const known = allProjects(database).map((one) => one.slug);
    throw inputError(`The sandbox has no project ${slug}.`, `It has: ${known.join(', ')}.`);
  }
  return `${url.replace('://', `://${project.public_key}@`)}/${project.id}`;
}

function seedIssue(
  database: Database,
  now: number,
  repository: string | undefined,
  issue: SeedIssue,
): number {
  if (repository === undefined)
    throw inputError('The sandbox has no GitHub repository.', 'Start it with the option repository.');
  const closedAt = issue.closedAt ? Date.parse(issue.closedAt) : issue.state === 'closed' ? now : null;
  const createdAt = issue.createdAt ? Date.parse(issue.createdAt) : Math.min(now, closedAt ?? now);
  return insertIssue(database, {
    repository,
    isPull: false,
    title: issue.title,
    body: issue.body ?? null,
    author: VIEWER,
    labels: issue.labels ?? [],
    closed_at: closedAt,
    createdAt,
  }).number;
}
