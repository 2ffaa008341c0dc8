import { expect } from 'vitest';
import type { Contract, Exchange } from './vendor-contract.ts';
import { answerProblems } from './vendor-hold.ts';

export interface Asked {
  body?: unknown;
  token?: string | null;
}

/** Asks one side of a sandbox and holds its answer against the vendor's description; gives what was said. */
export async function asks(
  contract: Contract | undefined,
  base: string,
  own: string,
  method: string,
  path: string,
  { body, token = own }: Asked = {},
): Promise<Exchange> {
  if (!contract) throw new Error('skipped');
  const response = await fetch(`${base}${path}`, {
    method,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const url = new URL(path, 'http://sandbox.invalid');
  const exchange: Exchange = {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: {},
    body,
    status: response.status,
    answerHeaders: Object.fromEntries(response.headers),
    answer: await response.json(),
  };
  expect.soft(answerProblems(contract, exchange)).toEqual([]);
  expect.soft(exchange.answerHeaders['content-type'], path).toMatch(/^application\/json/);
  return exchange;
}
