import { describe, expect, test } from 'vitest';
import { failsWith } from '../cli/failing.ts';
import { useFaultPlace } from '../support/fault-place.ts';
import { faultyListener, faultyServer } from '../support/fault-server.ts';

// Each of these takes two time-outs of 15 s: side by side, and with nothing else in this file.
const world = useFaultPlace();
const LIST = ['sentry-list-issues', '--no-record'];
const IN_TIME = { code: 4, sentence: /did not answer .* in time/, hint: /network|proxy/ } as const;

describe.concurrent('a server that takes its time', () => {
  test('a handshake that never ends is given up in the time of a request, and tried once more', async () => {
    const server = await world.serve(faultyListener(() => {}));
    await failsWith(LIST, world.at({ url: server.url.replace('http:', 'https:') }), IN_TIME);
    expect(server.connections()).toBe(2);
  });

  test('a byte now and then does not hold a call for ever', async () => {
    const server = await world.serve(
      faultyServer((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const timer = setInterval(() => response.write(' '), 500);
        response.on('close', () => clearInterval(timer));
      }),
    );
    await failsWith(LIST, world.at(server), IN_TIME);
    expect(server.requests).toHaveLength(2);
  });
});
