import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Checkout, checkoutOf, type IssueFacts } from '../../../src/sentry/evidence/evidence.ts';

export const ISSUE: IssueFacts = {
  shortId: 'SHOP-API-3',
  permalink: 'https://sentry.example.com/organizations/acme/issues/42/',
  count: '1204',
  userCount: 33,
  firstSeen: '2026-01-02T03:04:05Z',
  lastSeen: '2026-02-03T04:05:06Z',
  level: 'error',
  status: 'unresolved',
};

/** A folder with these files, removed when the test ends. */
export async function folderWith(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'pitcrew-evidence-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

export async function checkoutWith(files: Record<string, string>): Promise<Checkout> {
  return checkoutOf(await folderWith(files), async () => Object.keys(files));
}

type Json = Record<string, unknown>;

/** An event as SDKs send it, in the form in which Sentry's API answers it. */
export function apiForm(event: Json): Json {
  const { exception, threads, breadcrumbs, request, logentry, event_id, timestamp, extra, tags, ...rest } =
    event;
  const entries: Json[] = [];
  if (exception) entries.push({ type: 'exception', data: { values: values(exception).map(withFrames) } });
  if (threads) entries.push({ type: 'threads', data: { values: values(threads).map(withFrames) } });
  if (breadcrumbs) entries.push({ type: 'breadcrumbs', data: { values: values(breadcrumbs) } });
  if (request) {
    const { query_string, headers, ...others } = request as Json;
    entries.push({
      type: 'request',
      data: {
        ...others,
        query: [...new URLSearchParams(String(query_string ?? ''))],
        headers: Object.entries((headers ?? {}) as Json),
      },
    });
  }
  if (logentry) entries.push({ type: 'message', data: logentry });
  return {
    ...rest,
    id: event_id,
    eventID: event_id,
    dateCreated: new Date(Number(timestamp) * 1000).toISOString(),
    message: '',
    context: extra ?? {},
    tags: Object.entries((tags ?? {}) as Json).map(([key, value]) => ({ key, value })),
    release: rest.release ? { version: rest.release, lastCommit: null } : null,
    entries,
  };
}

const values = (list: unknown): Json[] =>
  (Array.isArray(list) ? list : ((list as Json).values as unknown[])) as Json[];

function withFrames(holder: Json): Json {
  const frames = ((holder.stacktrace as Json | undefined)?.frames ?? []) as Json[];
  return {
    ...holder,
    rawStacktrace: null,
    stacktrace: frames.length > 0 ? { frames: frames.map(apiFrame) } : null,
  };
}

function apiFrame(frame: Json): Json {
  const before = (frame.pre_context ?? []) as string[];
  const after = (frame.post_context ?? []) as string[];
  const line = Number(frame.lineno);
  const lines = frame.context_line === undefined ? [] : [...before, frame.context_line, ...after];
  return {
    filename: frame.filename ?? null,
    absPath: frame.abs_path ?? null,
    module: frame.module ?? null,
    function: frame.function ?? null,
    lineNo: frame.lineno ?? null,
    colNo: frame.colno ?? null,
    inApp: frame.in_app ?? null,
    package: frame.package ?? null,
    instructionAddr: frame.instruction_addr ?? null,
    vars: frame.vars ?? null,
    context: lines.map((text, offset) => [line - before.length + offset, text]),
  };
}
