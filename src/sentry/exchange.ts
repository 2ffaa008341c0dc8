import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { type Agent, type Dispatcher, request } from 'undici';
import { messageOf } from '../core/errors.ts';
import { SentryFailure } from './failure.ts';

export interface ExchangeOptions {
  method: 'GET' | 'PUT' | 'POST';
  headers: Record<string, string>;
  body?: string;
  /** From the first byte sent to the last byte of the answer's body. */
  timeoutMs: number;
  maxResponseBytes: number;
  signal?: AbortSignal;
}

export type Headers = Readonly<Record<string, string>>;

export interface Exchanged {
  status: number;
  headers: Headers;
  text: string;
}

/**
 * One request and its whole answer, redirects not followed. Throws a `SentryFailure`, or the signal's reason when the
 * caller gave up. Once a write was answered with 2xx, a body that then breaks off is an empty one: it has happened.
 */
export async function exchange(agent: Agent, url: string, options: ExchangeOptions): Promise<Exchanged> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  const { method, headers, body } = options;
  let answered: { status: number; headers: Headers } | undefined;
  try {
    const response = await request(url, { dispatcher: agent, method, headers, body, signal });
    answered = { status: response.statusCode, headers: flatHeaders(response.headers) };
    return { ...answered, text: await readText(response, answered.headers, options.maxResponseBytes) };
  } catch (error) {
    const done = answered !== undefined && answered.status >= 200 && answered.status < 300;
    if (answered && done && method !== 'GET') return { ...answered, text: '' };
    if (options.signal?.aborted) throw options.signal.reason;
    throw failureFrom(error, deadline.aborted, options.timeoutMs, answered?.status);
  }
}

async function readText(
  response: Dispatcher.ResponseData,
  headers: Headers,
  maxBytes: number,
): Promise<string> {
  const declared = Number(headers['content-length'] ?? 0);
  if (declared > maxBytes) {
    response.body.destroy();
    throw tooLarge(maxBytes);
  }
  const chunks: Buffer[] = [];
  let held = 0;
  for await (const chunk of decoded(response.body, headers['content-encoding'])) {
    held += chunk.length;
    // Leaving the loop destroys the stream, and with it the socket.
    if (held > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The limit counts what comes out, so that a small compressed body cannot unfold into a huge one. */
function decoded(body: Readable, encoding = ''): Readable {
  const decoder =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'deflate'
        ? createInflate()
        : encoding === 'br'
          ? createBrotliDecompress()
          : undefined;
  // The callback is there because a failure destroys the decoder, whose reader then sees it.
  return decoder ? pipeline(body, decoder, () => {}) : body;
}

const tooLarge = (maxBytes: number) =>
  new SentryFailure({ reason: 'too-large', detail: `more than ${Math.round(maxBytes / 1_000_000)} MB` });

function failureFrom(error: unknown, timedOut: boolean, timeoutMs: number, status?: number): SentryFailure {
  if (error instanceof SentryFailure) return error;
  if (timedOut) return new SentryFailure({ reason: 'timeout', detail: `${timeoutMs / 1000} s`, status });
  const code = codeOf(error);
  if (code === 'UND_ERR_CONNECT_TIMEOUT')
    return new SentryFailure({ reason: 'timeout', detail: 'while connecting', code });
  const reason = status === undefined ? 'network' : 'cut-off';
  return new SentryFailure({ reason, detail: messageOf(error), code, status });
}

/** The code of the innermost cause that has one: undici wraps, and happy eyeballs collects several. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  const own = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return codeOf(inner) ?? own;
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
