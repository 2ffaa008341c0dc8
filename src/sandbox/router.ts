import type { IncomingHttpHeaders } from 'node:http';

/** A request as handlers see it. `params` holds the decoded `:names` of the route's pattern. */
export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  params: Record<string, string>;
  headers: IncomingHttpHeaders;
  /** The body as it came; rejects with a `Fault` 413 beyond `maxBytes`. */
  bytes(maxBytes: number): Promise<Buffer>;
}

/** What goes back: `body` is sent as JSON, nothing when undefined. */
export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export type Handler = (call: Call) => Answer | Promise<Answer>;

/** Thrown by a handler to answer at once, from however deep. */
export class Fault extends Error {
  readonly answer: Answer;

  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    super(`HTTP ${status}`);
    this.answer = { status, body, headers };
  }
}

/**
 * `GET /path/:name/*rest` -> handler; `*rest` takes slashes too. A trailing slash in the pattern must be in the
 * path, as the vendors have it.
 */
export type Routes = Record<string, Handler>;

export type Router = (call: Call) => Promise<Answer | 'no-path' | { allowed: string[] }>;

export function createRouter(routes: Routes): Router {
  const compiled = Object.entries(routes).map(([route, handler]) => {
    const [method = '', pattern = ''] = route.split(' ');
    return { method, expression: compile(pattern), handler };
  });
  return async (call) => {
    const matching = compiled.filter((route) => route.expression.test(call.path));
    if (matching.length === 0) return 'no-path';
    const route = matching.find((candidate) => candidate.method === call.method);
    if (!route) return { allowed: [...new Set(matching.map((candidate) => candidate.method))] };
    const params = decodedGroups(route.expression, call.path);
    return params ? route.handler({ ...call, params }) : 'no-path';
  };
}

const compile = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/\./g, '\\.')
      .replace(/:(\w+)/g, '(?<$1>[^/]+)')
      .replace(/\*(\w+)/g, '(?<$1>.+)')}$`,
  );

function decodedGroups(expression: RegExp, path: string): Record<string, string> | undefined {
  try {
    const groups = Object.entries(expression.exec(path)?.groups ?? {});
    return Object.fromEntries(groups.map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    // A lone percent sign: no such path, rather than a failure of ours.
    return undefined;
  }
}
