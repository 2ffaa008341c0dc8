import { isTlsCode } from '../core/tls-text.ts';

export interface BoundedFetchOptions {
  timeoutMs: number;
  maxBytes: number;
  /** Called once for each request that goes out. */
  onRequest: () => void;
}

/**
 * `fetch` for Octokit that is over when it says so: the time-out and the caller's signal cover the body too, which
 * is read whole here. Octokit itself takes a body that breaks off for an empty one. Writes do not follow
 * redirects, since `fetch` would turn some of them into reads.
 */
export function boundedFetch(options: BoundedFetchOptions): typeof fetch {
  return async (input, init = {}) => {
    options.onRequest();
    const timeout = AbortSignal.timeout(options.timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    const redirect = init.method === 'GET' || init.method === 'HEAD' ? 'follow' : 'manual';
    try {
      const response = await fetch(input, { ...init, redirect, signal });
      const body = await readWhole(response, options.maxBytes);
      return new Response(body, { status: response.status, headers: response.headers });
    } catch (thrown) {
      // Octokit retries all but an error of this name.
      if (init.signal?.aborted) throw new DOMException('The request was cancelled.', 'AbortError');
      if (timeout.aborted) throw new DOMException(`no answer in ${options.timeoutMs} ms`, 'TimeoutError');
      throw thrown;
    }
  };
}

/**
 * True for what a second try would only meet again, after as long: no answer in time, an answer that is too large, a
 * certificate that is not accepted. `thrown` is what the fetch above threw.
 */
export const isLasting = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  (thrown.name === 'TimeoutError' || thrown instanceof TooLargeError || tlsCodeOf(thrown) !== undefined);

/** The code of a TLS handshake that failed; `fetch` wraps it in a `TypeError`. */
export function tlsCodeOf(thrown: unknown): string | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    if ('code' in error && typeof error.code === 'string' && isTlsCode(error.code)) return error.code;
  }
  return undefined;
}

/** An answer that was given up because of its size. */
export class TooLargeError extends Error {
  constructor(maxBytes: number) {
    super(`more than ${Math.floor(maxBytes / 2 ** 20)} MB`);
    this.name = 'TooLargeError';
  }
}

async function readWhole(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  if (!response.body || [204, 205, 304].includes(response.status)) return null;
  if (Number(response.headers.get('content-length')) > maxBytes) {
    await response.body.cancel();
    throw new TooLargeError(maxBytes);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream, and with it the connection.
    if (size > maxBytes) throw new TooLargeError(maxBytes);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
