import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../core/clock.ts';
import type { Misconduct } from './misbehave.ts';
import { type Answer, Fault } from './router.ts';
import type { Side } from './side.ts';

/** Reads a body of at most `maxBytes`. Rejects with a `Fault` 413 beyond that, without reading on. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = () =>
    new Fault(413, { detail: 'payload too large', message: 'Payload too large' }, { connection: 'close' });
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else {
        request.pause();
        reject(tooLarge());
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
  });
}

export function send(response: ServerResponse, answer: Answer): void {
  const { body, headers } = bytesOf(answer);
  response.writeHead(answer.status, headers).end(body);
}

/** Does to a request what a rule says, in place of or around `proper`, the right way to answer it. */
export async function misbehave(
  conduct: Misconduct,
  side: Side,
  response: ServerResponse,
  proper: () => Promise<Answer>,
  clock: Clock,
): Promise<void> {
  switch (conduct.kind) {
    case 'status':
      return send(response, side.refusal(conduct.status, limitHeaders(conduct, side, clock)));
    case 'slow':
      await sleep(conduct.ms, undefined, { ref: false });
      return send(response, await proper());
    case 'silent':
      return;
    case 'cut': {
      const { body, headers } = bytesOf(await proper());
      response.writeHead(200, headers);
      // Half of it must be on its way before the connection breaks.
      response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
      return;
    }
    case 'garbage':
      response.writeHead(200, { 'content-type': conduct.contentType ?? 'text/html; charset=utf-8' });
      response.end(conduct.contentType ? '{"data": [1, 2,' : '<!doctype html><title>Please sign in</title>');
      return;
    case 'redirect':
      response.writeHead(302, { location: conduct.location }).end();
      return;
    case 'huge':
      return sendHuge(response, conduct.bytes);
  }
}

function limitHeaders(
  { status, retryAfter, onlySentryHeaders }: Extract<Misconduct, { kind: 'status' }>,
  side: Side,
  clock: Clock,
): Record<string, string> {
  if (onlySentryHeaders) {
    const reset = String(Math.ceil(clock() / 1000) + (retryAfter ?? 1));
    const prefix = side.name === 'github' ? 'x-ratelimit-' : 'x-sentry-rate-limit-';
    return { [`${prefix}limit`]: '40', [`${prefix}remaining`]: '0', [`${prefix}reset`]: reset };
  }
  if (retryAfter !== undefined) return { 'retry-after': String(retryAfter) };
  // Only that there is nothing left: how long to wait is for the client to find.
  return status === 429 && side.name === 'github' ? { 'x-ratelimit-remaining': '0' } : {};
}

function bytesOf(answer: Answer): { body: Buffer; headers: Record<string, string> } {
  const body = Buffer.from(answer.body === undefined ? '' : JSON.stringify(answer.body));
  const length: Record<string, string> =
    answer.status === 304 ? {} : { 'content-length': String(body.length) };
  return {
    body,
    headers: { 'content-type': 'application/json; charset=utf-8', ...length, ...answer.headers },
  };
}

const CHUNK = 64 * 1024;

/** Written piece by piece, and no further once the client has gone. */
async function sendHuge(response: ServerResponse, bytes: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  await pipeline(Readable.from(pieces(bytes)), response).catch(() => {});
}

function* pieces(bytes: number): Generator<string> {
  yield '["';
  for (let left = bytes; left > 0; left -= CHUNK) yield 'x'.repeat(Math.min(CHUNK, left));
  yield '"]';
}
