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

async function readWhole(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  if (!response.body || [204, 205, 304].includes(response.status)) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
