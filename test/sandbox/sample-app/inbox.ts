import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface SentEvent {
  level?: string;
  message?: string;
  timestamp: number;
  release?: string;
  environment?: string;
  user?: { id?: string };
  tags?: Record<string, string>;
  request?: { url?: string; headers?: Record<string, string> };
  breadcrumbs?: { message: string }[];
  exception?: { values: SentException[] };
}

export interface SentException {
  type?: string;
  value?: string;
  mechanism?: { handled?: boolean; type?: string };
  stacktrace?: { frames: SentFrame[] };
}

export interface SentFrame {
  filename?: string;
  function?: string;
  in_app?: boolean;
  context_line?: string;
}

/** A server that takes what a Sentry SDK sends and answers `status`; `events` grows as it does. */
export async function openInbox(status = 200) {
  const events: SentEvent[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      events.push(...eventsOf(text.toString('utf8')));
      response.writeHead(status).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    dsn: `http://public@127.0.0.1:${port}/1`,
    events,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An envelope is a header line, then a header and a payload line for each item. */
function eventsOf(envelope: string): SentEvent[] {
  const [, ...lines] = envelope.split('\n');
  return lines.flatMap((line, index) =>
    index % 2 === 0 && line.includes('"type":"event"')
      ? [JSON.parse(lines[index + 1] ?? '') as SentEvent]
      : [],
  );
}
