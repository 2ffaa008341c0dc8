import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

type Json = Record<string, unknown>;

/** A server that takes what SDKs send: `dsn` for them, `events` as they came. */
export interface Inbox {
  dsn: string;
  /** The events so far; empties the box. */
  take(): Json[];
  close(): Promise<void>;
}

export async function openInbox(): Promise<Inbox> {
  let events: Json[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const text = (body[0] === 0x1f ? gunzipSync(body) : body).toString('utf8');
    events.push(...(request.url?.includes('/store/') ? [JSON.parse(text) as Json] : eventsOf(text)));
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    dsn: `http://key@127.0.0.1:${(server.address() as AddressInfo).port}/1`,
    take() {
      const taken = events;
      events = [];
      return taken;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** The events of an envelope whose items have no line breaks in them, as SDKs write it. */
function eventsOf(envelope: string): Json[] {
  const lines = envelope.split('\n');
  return lines.flatMap((line, at) =>
    /^\{"type":\s?"event"|"type":\s?"event"[,}]/.test(line.slice(0, 200)) && lines[at + 1]
      ? [JSON.parse(lines[at + 1] ?? '{}') as Json]
      : [],
  );
}
