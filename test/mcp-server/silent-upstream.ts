import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A Sentry that takes every request and answers none; counts those that wait and those that were given up. */
export async function silentUpstream() {
  const counts = { arrived: 0, givenUp: 0 };
  const server = createServer((_request, response) => {
    counts.arrived += 1;
    response.on('close', () => {
      counts.givenUp += 1;
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    counts,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
