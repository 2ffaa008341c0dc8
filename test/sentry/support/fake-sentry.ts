import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: unknown;
  /** Milliseconds of the server's monotonic clock. */
  at: number;
}

/** What the server does instead of, or before, its usual answer. */
export type Behaviour =
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: string }
  | { kind: 'delay'; ms: number }
  | { kind: 'silent' }
  | { kind: 'trickle' }
  | { kind: 'cut'; body: string }
  | { kind: 'reset' }
  | { kind: 'endless' };

export interface FakeIssue {
  id: string;
  shortId: string;
  [field: string]: unknown;
}

export interface FakeSentry {
  url: string;
  requests: SeenRequest[];
  issues: FakeIssue[];
  /** Events by issue id; an issue without one answers 404. */
  events: Map<string, unknown>;
  notes: { id: string; data: { text: string }; dateCreated: string }[];
  /** Decides for each request; undefined means the usual answer. */
  behave: (request: SeenRequest, number: number) => Behaviour | undefined;
  /** Headers of every usual answer. */
  extraHeaders: Record<string, string>;
  /** Requests under way at once, at most so far. */
  mostConcurrent(): number;
  /** Requests that arrived within any span of this length, at most. */
  mostWithin(ms: number): number;
  close(): Promise<void>;
}

/** A small Sentry on loopback for the organization `acme`: issues, events, short ids, updates, notes, projects. */
export async function startFakeSentry(): Promise<FakeSentry> {
  let concurrent = 0;
  let most = 0;
  const server = createServer(async (incoming, response) => {
    concurrent++;
    most = Math.max(most, concurrent);
    response.on('close', () => concurrent--);
    const seen = await readRequest(incoming);
    fake.requests.push(seen);
    const behaviour = fake.behave(seen, fake.requests.length);
    if (behaviour && (await misbehave(behaviour, response))) return;
    const answer = usualAnswer(fake, seen);
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      ...fake.extraHeaders,
      ...answer.headers,
    });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeSentry = {
    url: `http://127.0.0.1:${port}`,
    requests: [],
    issues: [],
    events: new Map(),
    notes: [],
    behave: () => undefined,
    extraHeaders: {},
    mostConcurrent: () => most,
    mostWithin: (ms) =>
      mostWithin(
        fake.requests.map(({ at }) => at),
        ms,
      ),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}

async function readRequest(incoming: IncomingMessage): Promise<SeenRequest> {
  const at = performance.now();
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://localhost');
  return {
    method: incoming.method ?? 'GET',
    path: pathname,
    query: searchParams,
    headers: incoming.headers,
    body: text ? JSON.parse(text) : undefined,
    at,
  };
}

/** True where the request is answered, or never will be. */
async function misbehave(behaviour: Behaviour, response: ServerResponse): Promise<boolean> {
  switch (behaviour.kind) {
    case 'delay':
      await new Promise((resolve) => setTimeout(resolve, behaviour.ms));
      return false;
    case 'status':
      response.writeHead(behaviour.status, behaviour.headers ?? {}).end(behaviour.body ?? '');
      return true;
    case 'silent':
      return true;
    case 'trickle': {
      response.writeHead(200, { 'content-type': 'application/json' }).write('[');
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
      return true;
    }
    case 'cut':
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': behaviour.body.length + 100,
      });
      response.write(behaviour.body);
      setTimeout(() => response.destroy(), 10);
      return true;
    case 'reset':
      response.socket?.resetAndDestroy();
      return true;
    case 'endless': {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && response.write(' '.repeat(65_536)));
      };
      response.on('drain', more);
      more();
      return true;
    }
  }
}

interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}
const ok = (body: unknown): Answer => ({ status: 200, body });
const NOT_FOUND: Answer = { status: 404, body: { detail: 'The requested resource does not exist' } };

function usualAnswer(fake: FakeSentry, { method, path, query, body }: SeenRequest): Answer {
  const [, , , root, organization, kind, id, part, which] = path.split('/').map(decodeURIComponent);
  if (root === 'issues' && kind === 'notes') return notesAnswer(fake, method, body);
  if (root !== 'organizations') return NOT_FOUND;
  if (!organization) return ok([{ slug: 'acme', name: 'Acme', links: { regionUrl: fake.url } }]);
  if (organization !== 'acme') return NOT_FOUND;
  if (!kind) return ok({ slug: 'acme', links: { regionUrl: fake.url } });
  if (kind === 'projects') return ok([{ id: '2', slug: 'node', platform: 'node' }]);
  if (kind === 'shortids') return shortIdAnswer(fake, id);
  if (kind !== 'issues') return NOT_FOUND;
  if (!id) return listAnswer(fake, query);
  const issue = fake.issues.find((one) => one.id === id);
  if (!issue) return NOT_FOUND;
  if (part === 'events') return which && fake.events.has(id) ? ok(fake.events.get(id)) : NOT_FOUND;
  if (method === 'PUT') Object.assign(issue, body);
  return ok(issue);
}

function listAnswer(fake: FakeSentry, query: URLSearchParams): Answer {
  const size = Math.min(100, Number(query.get('limit') ?? 100));
  const offset = Number((query.get('cursor') ?? '0:0:0').split(':')[1]);
  const more = offset + size < fake.issues.length;
  const link = (rel: string, results: boolean, at: number) =>
    `<${fake.url}/api/0/organizations/acme/issues/?cursor=0:${at}:0>; rel="${rel}"; results="${results}"; cursor="0:${at}:0"`;
  const headers = {
    link: `${link('previous', offset > 0, 0)}, ${link('next', more, offset + size)}`,
    'x-hits': String(fake.issues.length),
  };
  return { status: 200, body: fake.issues.slice(offset, offset + size), headers };
}

function shortIdAnswer(fake: FakeSentry, shortId: string | undefined): Answer {
  const group = fake.issues.find((issue) => issue.shortId === shortId);
  return group ? ok({ organizationSlug: 'acme', groupId: group.id, shortId, group }) : NOT_FOUND;
}

function notesAnswer(fake: FakeSentry, method: string, body: unknown): Answer {
  if (method !== 'POST') return ok(fake.notes);
  const { text } = body as { text: string };
  const note = { id: String(fake.notes.length + 1), data: { text }, dateCreated: '2026-11-21T09:00:00Z' };
  fake.notes.push(note);
  return { status: 201, body: note };
}

function mostWithin(times: readonly number[], ms: number): number {
  const sorted = [...times].sort((one, other) => one - other);
  let most = 0;
  let first = 0;
  for (let last = 0; last < sorted.length; last++) {
    while ((sorted[last] ?? 0) - (sorted[first] ?? 0) >= ms) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
