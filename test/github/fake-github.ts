import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type GitHubClient, type GitHubOptions, openGitHubClient } from '../../src/github/client.ts';

/** A small GitHub with one repository, `acme/shop`, in the vendor's shapes, that can be told to misbehave. */
export interface FakeGitHub {
  url: string;
  issues: FakeIssue[];
  pulls: FakePull[];
  comments: { id: number; issue: number; body: string; author_association: string; type: string }[];
  /** Logins and team slugs that may be asked for a review. */
  reviewers: Set<string>;
  files: Map<string, string>;
  requests: Seen[];
  /** Looked at before each answer; what it returns is sent instead. */
  misbehave: ((seen: Seen) => Misbehaviour | undefined) | undefined;
  /** Called after the state has changed and before the answer goes out. */
  closedEarly: number;
  close(): Promise<void>;
}

export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: Record<string, unknown>;
}

/** `large` sends so many bytes, and never the last one; `hang` never answers; `cut` breaks the connection in the middle of the body; `after` acts once the deed is done. */
export type Misbehaviour =
  | { status: number; headers?: Record<string, string>; body?: unknown; after?: boolean }
  | { large: number; told: boolean }
  | 'hang'
  | 'cut';

export interface FakeIssue {
  number: number;
  title: string;
  body?: string;
  state?: 'open' | 'closed';
  updated_at?: string;
  closed_at?: string;
}
export interface FakePull {
  number: number;
  title: string;
  body: string;
  head: string;
  headRepo: string | null;
  base: string;
  state: 'open' | 'closed';
  merged_at: string | null;
  draft: boolean;
  requested_reviewers: string[];
  requested_teams: string[];
  reviews: number;
  labels: string[];
}

export const TOKEN = `ghp_${'Fake0Token1For2Tests'.repeat(2).slice(0, 36)}`;
export const NOW = Date.parse('2026-11-21T09:30:00Z');

export const aPull = (pull: Partial<FakePull> & { number: number }): FakePull => ({
  title: 'A fix',
  body: '',
  head: `branch-${pull.number}`,
  headRepo: 'acme/shop',
  base: 'main',
  state: 'open',
  merged_at: null,
  draft: true,
  requested_reviewers: [],
  requested_teams: [],
  reviews: 0,
  labels: [],
  ...pull,
});

export async function startFakeGitHub(): Promise<FakeGitHub> {
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableEnded) fake.closedEarly += 1;
    });
    void serve(fake, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeGitHub = {
    url: `http://127.0.0.1:${port}`,
    issues: [],
    pulls: [],
    comments: [],
    reviewers: new Set(),
    files: new Map(),
    requests: [],
    misbehave: undefined,
    closedEarly: 0,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return fake;
}

/** A client of the fake, and all that it logged. */
export async function clientOf(
  fake: FakeGitHub,
  options: Partial<GitHubOptions> = {},
): Promise<{ client: GitHubClient; logged: string[] }> {
  const logged: string[] = [];
  const write = (message: string) => logged.push(message);
  const client = await openGitHubClient({
    baseUrl: fake.url,
    token: TOKEN,
    owner: 'acme',
    repository: 'shop',
    log: { debug: write, info: write, warn: write, error: write },
    userAgent: 'pitcrew-test',
    clock: () => NOW,
    writeIntervalMs: 0,
    ...options,
  });
  return { client, logged };
}

async function serve(fake: FakeGitHub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const url = new URL(request.url ?? '/', fake.url);
  const seen: Seen = {
    method: request.method ?? '',
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    headers: request.headers,
    body: text ? JSON.parse(text) : {},
  };
  fake.requests.push(seen);
  const bad = fake.misbehave?.(seen);
  if (bad === 'hang') return;
  if (bad === 'cut') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"half');
    setImmediate(() => response.destroy());
    return;
  }
  if (bad && 'large' in bad) {
    const length = bad.told ? { 'content-length': String(bad.large + 1) } : {};
    response.writeHead(200, { 'content-type': 'application/json', ...length });
    response.write(Buffer.alloc(bad.large, ' '));
    return;
  }
  const good = bad && !bad.after ? { status: 200, data: undefined } : answer(fake, seen);
  const status = bad?.status ?? good.status;
  const data = bad ? (bad.body ?? { message: 'told to' }) : good.data;
  const isText = typeof data === 'string';
  response.writeHead(status, {
    'content-type': isText ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
    ...bad?.headers,
  });
  response.end(isText ? data : JSON.stringify(data));
}

type Answer = { status: number; data: unknown };
const ok = (data: unknown, status = 200): Answer => ({ status, data });
const failed = (status: number, message: string, errors?: unknown[]): Answer => ({
  status,
  data: { message, errors, documentation_url: 'https://docs.github.com/rest' },
});

function answer(fake: FakeGitHub, seen: Seen): Answer {
  const { method, path } = seen;
  if (seen.headers.authorization !== `token ${TOKEN}`) return failed(401, 'Bad credentials');
  if (method === 'GET' && path === '/search/issues') return search(fake, seen);
  const inside = /^\/repos\/acme\/shop(\/.*)$/i.exec(path)?.[1];
  if (inside === undefined) return failed(404, 'Not Found');
  const route = `${method} ${inside.replace(/\/\d+/, '/N')}`;
  const number = Number(/\/(\d+)/.exec(inside)?.[1]);
  const pull = fake.pulls.find((one) => one.number === number);
  if (route === 'GET /pulls') return listPulls(fake, seen);
  if (route === 'POST /pulls') return createPull(fake, seen);
  if (route === 'GET /pulls/N' && pull) return ok(pullJson(fake, pull));
  if (route === 'PATCH /pulls/N' && pull) {
    pull.body = String(seen.body.body);
    return ok(pullJson(fake, pull));
  }
  if (route === 'GET /pulls/N/reviews' && pull)
    return ok(Array.from({ length: pull.reviews }, () => ({ id: 1 })));
  if (route === 'POST /pulls/N/requested_reviewers' && pull) return askReviewers(fake, pull, seen);
  if (route === 'POST /issues/N/labels' && pull) {
    pull.labels.push(...(seen.body.labels as string[]));
    return ok(pull.labels.map((name) => ({ name })));
  }
  if (route === 'GET /issues/N/comments')
    return ok(
      page(
        fake.comments.filter((one) => one.issue === number),
        seen,
      ).map((one) => commentJson(fake, one)),
    );
  if (route === 'POST /issues/N/comments') {
    const comment = {
      id: fake.comments.length + 1,
      issue: number,
      body: String(seen.body.body),
      author_association: 'MEMBER',
      type: 'User',
    };
    fake.comments.push(comment);
    return ok(commentJson(fake, comment), 201);
  }
  const comment = fake.comments.find((one) => one.id === number);
  if (route === 'PATCH /issues/comments/N' && comment) {
    comment.body = String(seen.body.body);
    return ok(commentJson(fake, comment));
  }
  const file = fake.files.get(inside.replace('/contents/', ''));
  if (file !== undefined) return ok({ content: Buffer.from(file).toString('base64'), encoding: 'base64' });
  return failed(404, 'Not Found');
}

function search(fake: FakeGitHub, { query }: Seen): Answer {
  const q = (query.get('q') ?? '').toLowerCase();
  const phrases = [...q.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '');
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, ' ');
  const hits = (title: string, body: string) =>
    phrases.every((phrase) => plain(`${title} ${body}`).includes(plain(phrase).trim()));
  const items = q.includes('is:pr')
    ? fake.pulls
        .filter((pull) => hits(pull.title, pull.body))
        .map(({ number, body }) => ({ number, body, pull_request: {} }))
    : fake.issues
        .filter((issue) => hits(issue.title, issue.body ?? ''))
        .map((issue) => ({
          state: 'open',
          updated_at: '2026-11-01T00:00:00Z',
          ...issue,
          html_url: `${fake.url}/acme/shop/issues/${issue.number}`,
          repository_url: `${fake.url}/repos/acme/shop`,
        }));
  return ok({ total_count: items.length, incomplete_results: false, items });
}

function page<Item>(items: Item[], { query }: Seen): Item[] {
  const size = Number(query.get('per_page') ?? 30);
  const start = (Number(query.get('page') ?? 1) - 1) * size;
  return items.slice(start, start + size);
}

function listPulls(fake: FakeGitHub, seen: Seen): Answer {
  const head = seen.query.get('head');
  const state = seen.query.get('state') ?? 'open';
  const pulls = fake.pulls
    .filter((pull) => !head || `${(pull.headRepo ?? 'gone/shop').split('/')[0]}:${pull.head}` === head)
    .filter((pull) => state === 'all' || pull.state === state)
    .toSorted((a, b) => b.number - a.number);
  return ok(page(pulls, seen).map((pull) => pullJson(fake, pull)));
}

function createPull(fake: FakeGitHub, { body }: Seen): Answer {
  const twin = fake.pulls.find(
    (pull) =>
      pull.headRepo === 'acme/shop' &&
      pull.head === body.head &&
      pull.base === body.base &&
      pull.state === 'open',
  );
  if (twin)
    return failed(422, 'Validation Failed', [
      {
        resource: 'PullRequest',
        code: 'custom',
        message: `A pull request already exists for acme:${body.head}.`,
      },
    ]);
  const pull = aPull({
    number: Math.max(0, ...fake.pulls.map((one) => one.number)) + 1,
    title: String(body.title),
    body: String(body.body),
    head: String(body.head),
    base: String(body.base),
    draft: body.draft === true,
  });
  fake.pulls.push(pull);
  return ok(pullJson(fake, pull), 201);
}

function askReviewers(fake: FakeGitHub, pull: FakePull, { body }: Seen): Answer {
  const users = (body.reviewers ?? []) as string[];
  const teams = (body.team_reviewers ?? []) as string[];
  if (![...users, ...teams].every((name) => fake.reviewers.has(name)))
    return failed(422, 'Reviews may only be requested from collaborators. @someone is not one.');
  pull.requested_reviewers.push(...users);
  pull.requested_teams.push(...teams);
  return ok(pullJson(fake, pull), 201);
}

const pullJson = (fake: FakeGitHub, pull: FakePull) => ({
  number: pull.number,
  title: pull.title,
  body: pull.body,
  html_url: `${fake.url}/acme/shop/pull/${pull.number}`,
  state: pull.state,
  merged_at: pull.merged_at,
  draft: pull.draft,
  user: { login: 'robot' },
  head: {
    ref: pull.head,
    label: `${(pull.headRepo ?? 'gone/shop').split('/')[0]}:${pull.head}`,
    repo: pull.headRepo === null ? null : { full_name: pull.headRepo },
  },
  base: { ref: pull.base, repo: { full_name: 'acme/shop' } },
  requested_reviewers: pull.requested_reviewers.map((login) => ({ login })),
  requested_teams: pull.requested_teams.map((slug) => ({ slug })),
});

const commentJson = (fake: FakeGitHub, comment: FakeGitHub['comments'][number]) => ({
  ...comment,
  html_url: `${fake.url}/acme/shop/issues/${comment.issue}#issuecomment-${comment.id}`,
  user: { login: 'someone', type: comment.type },
});
