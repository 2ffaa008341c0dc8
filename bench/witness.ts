import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands before a server and counts what a server's own fixed windows cannot: the most requests within any second. */
export interface Witness {
  url: string;
  /** Of all requests since the last `forget`. */
  mostWithinASecond(): number;
  mostInFlight(): number;
  requests(): number;
  forget(): void;
  close(): Promise<void>;
}

export async function openWitness(target: string): Promise<Witness> {
  const arrivals: number[] = [];
  let inFlight = 0;
  let most = 0;
  const server = createServer((incoming, outgoing) => {
    arrivals.push(performance.now());
    inFlight += 1;
    most = Math.max(most, inFlight);
    outgoing.once('close', () => {
      inFlight -= 1;
    });
    const { method, headers, url = '/' } = incoming;
    const onward = request(new URL(url, target), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.once('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mostWithinASecond: () => mostWithin(arrivals, 1000),
    mostInFlight: () => most,
    requests: () => arrivals.length,
    forget: () => {
      arrivals.length = 0;
      most = 0;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The most of these ascending times (milliseconds) that lie within one span, wherever it begins. */
function mostWithin(times: readonly number[], ms: number): number {
  let first = 0;
  let most = 0;
  for (const [at, time] of times.entries()) {
    while (time - (times[first] ?? time) >= ms) first += 1;
    most = Math.max(most, at - first + 1);
  }
  return most;
}
