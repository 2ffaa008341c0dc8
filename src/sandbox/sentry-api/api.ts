import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Call, createRouter, Fault, type Routes } from '../router.ts';
import type { Side } from '../side.ts';
import { accessOf, credentialOf } from '../store/secrets.ts';
import type { SentryContext } from './context.ts';
import {
  getIssueEvent,
  getProjectEvent,
  listIssueEvents,
  listProjectEvents,
  resolveEventId,
} from './events.ts';
import { getIssue, resolveShortId, updateIssue } from './issue.ts';
import { listOrganizationIssues, listProjectIssues } from './issue-list.ts';
import { createLimiter, type Limits } from './limits.ts';
import { createNote, listNotes } from './notes.ts';
import {
  getOrganization,
  getProject,
  getRelease,
  listOrganizations,
  listProjects,
  listReleases,
  listRepositories,
} from './organizations.ts';
import { getRoot } from './root.ts';
import { getTag, listTags, listTagValues } from './tags.ts';

export interface SentryApiOptions {
  token: string;
  readOnlyTokens: readonly string[];
  limits: Limits | undefined;
  latencyMs: number;
}

/** Sentry's REST API, `/api/0/...`, as far as Pitcrew and its kind use it. */
export function createSentryApi(context: SentryContext, options: SentryApiOptions): Side {
  const router = createRouter({
    ...routesOf(context),
    [`GET ${ROOT}`]: getRoot(options.token, options.readOnlyTokens),
  });
  const limiter = createLimiter(context.clock, options.limits);
  const answer = async (call: Call): Promise<Answer> => {
    authorize(call, options);
    const answered = await router(call);
    if (answered === 'no-path') return routeNotFound();
    if (!('allowed' in answered)) return answered;
    const detail = `Method "${call.method}" not allowed.`;
    return { status: 405, body: { detail }, headers: { allow: answered.allowed.join(', ') } };
  };
  return {
    name: 'sentry',
    refusal: (status, headers) => ({
      status,
      body: { detail: REASONS[status] ?? 'Internal Error' },
      headers,
    }),
    handle: async (call) => {
      const turn = limiter.enter();
      try {
        if (turn.refusal) return withHeaders(turn.refusal, turn.headers);
        if (options.latencyMs > 0) await sleep(options.latencyMs);
        return withHeaders(await answer(call).catch(answerOf), turn.headers);
      } finally {
        turn.leave();
      }
    },
  };
}

const ROOT = '/api/0/';

function routesOf(context: SentryContext): Routes {
  const organization = '/api/0/organizations/:organization';
  const project = '/api/0/projects/:organization/:project';
  const issueRoutes = [`${organization}/issues/:issue`, '/api/0/issues/:issue'].map((issue) => ({
    [`GET ${issue}/`]: getIssue(context),
    [`PUT ${issue}/`]: updateIssue(context),
    [`GET ${issue}/events/`]: listIssueEvents(context),
    [`GET ${issue}/events/:event/`]: getIssueEvent(context),
    [`GET ${issue}/tags/`]: listTags(context),
    [`GET ${issue}/tags/:key/`]: getTag(context),
    [`GET ${issue}/tags/:key/values/`]: listTagValues(context),
    [`GET ${issue}/notes/`]: listNotes(context),
    [`POST ${issue}/notes/`]: createNote(context),
    [`GET ${issue}/comments/`]: listNotes(context),
    [`POST ${issue}/comments/`]: createNote(context),
  }));
  return {
    'GET /api/0/organizations/': listOrganizations(context),
    [`GET ${organization}/`]: getOrganization(context),
    [`GET ${organization}/projects/`]: listProjects(context),
    [`GET ${organization}/issues/`]: listOrganizationIssues(context),
    [`GET ${organization}/shortids/:shortId/`]: resolveShortId(context),
    [`GET ${organization}/eventids/:event/`]: resolveEventId(context),
    [`GET ${organization}/releases/`]: listReleases(context),
    [`GET ${organization}/releases/:version/`]: getRelease(context),
    [`GET ${organization}/repos/`]: listRepositories(context),
    [`GET ${project}/`]: getProject(context),
    [`GET ${project}/issues/`]: listProjectIssues(context),
    [`GET ${project}/events/`]: listProjectEvents(context),
    [`GET ${project}/events/:event/`]: getProjectEvent(context),
    ...Object.assign({}, ...issueRoutes),
  };
}

/** What Sentry says with a status where there is nothing particular to say. */
const REASONS: Record<number, string> = {
  400: 'Invalid request.',
  401: 'Invalid token',
  403: 'You do not have permission to perform this action.',
  404: 'The requested resource does not exist',
  409: 'The resource is being changed by another request.',
  410: 'This resource is no longer available.',
  413: 'The request is too large.',
  422: 'The request cannot be processed.',
  429: 'You are attempting to use this endpoint too frequently.',
};

function authorize(call: Call, options: SentryApiOptions): void {
  const given = credentialOf(call.headers.authorization);
  const challenge = { 'www-authenticate': 'xBasic realm="api"' };
  if (given === null && call.path === ROOT) return;
  if (given === null)
    throw new Fault(401, { detail: 'Authentication credentials were not provided.' }, challenge);
  const access = accessOf(given, options.token, options.readOnlyTokens);
  if (access === 'none') throw new Fault(401, { detail: REASONS[401] }, challenge);
  if (access === 'read' && call.method !== 'GET') throw new Fault(403, { detail: REASONS[403] });
}

function routeNotFound(): Answer {
  const info = 'Route not found, did you forget a trailing slash?';
  return { status: 404, body: { detail: info, info } };
}

export function answerOf(thrown: unknown): Answer {
  if (thrown instanceof Fault) return thrown.answer;
  throw thrown;
}

const withHeaders = (answer: Answer, headers: Record<string, string>): Answer => ({
  ...answer,
  headers: { ...headers, ...answer.headers },
});
