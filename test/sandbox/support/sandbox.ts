import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/sandbox.ts';

/** A day on which nothing else happens; tests move the clock themselves. */
export const NOW = Date.parse('2026-11-20T12:00:00Z');
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export type Json = ReturnType<typeof JSON.parse>;

export interface Trial {
  sandbox: Sandbox;
  directory: string;
  /** Epoch milliseconds; set it to move time. */
  clock: { now: number };
  /** Sends an event as SDKs do; gives the answer. */
  crash(event: Record<string, unknown>, project?: string): Promise<{ status: number; body: Json }>;
  get(path: string): Promise<{ status: number; headers: Headers; body: Json }>;
  put(path: string, body: unknown): Promise<{ status: number; headers: Headers; body: Json }>;
  post(path: string, body: unknown): Promise<{ status: number; headers: Headers; body: Json }>;
  /** Short ids of the issues a list query answers. */
  list(query: string, more?: string): Promise<string[]>;
}

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'pitcrew-sandbox-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A sandbox of its own for the running test, with a clock that stands still at `NOW`. */
export async function trial(options: Partial<SandboxOptions> = {}): Promise<Trial> {
  const directory = options.dataDirectory ?? (await temporaryDirectory());
  const clock = { now: NOW };
  const sandbox = await startSandbox({
    dataDirectory: directory,
    clock: () => clock.now,
    env: process.env,
    ...options,
  });
  onTestFinished(() => sandbox.close().catch(() => {}));
  const send = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${sandbox.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${sandbox.token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
  };
  return {
    sandbox,
    directory,
    clock,
    crash: async (event, project) => {
      const dsn = new URL(sandbox.dsn(project));
      const response = await fetch(`${sandbox.url}/api${dsn.pathname}/store/`, {
        method: 'POST',
        headers: { 'x-sentry-auth': `Sentry sentry_version=7, sentry_key=${dsn.username}` },
        body: JSON.stringify(event),
      });
      return { status: response.status, body: (await response.json()) as Json };
    },
    get: (path) => send('GET', path),
    put: (path, body) => send('PUT', path, body),
    post: (path, body) => send('POST', path, body),
    list: async (query, more = '') => {
      const path = `/api/0/organizations/pitstop/issues/?query=${encodeURIComponent(query)}${more}`;
      const { status, body } = await send('GET', path);
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
      return body.map((issue: Json) => issue.shortId);
    },
  };
}

/** An error event with one exception that was thrown in `functions` (outermost call first) of `cart.js`. */
export function errorEvent(
  type: string,
  value: string,
  functions: readonly string[],
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    timestamp: NOW / 1000,
    platform: 'node',
    exception: {
      values: [
        {
          type,
          value,
          mechanism: { type: 'generic', handled: true },
          stacktrace: {
            frames: functions.map((name, index) => ({
              function: name,
              filename: '/app/src/cart.js',
              lineno: 10 + index,
              in_app: true,
            })),
          },
        },
      ],
    },
    ...more,
  };
}
