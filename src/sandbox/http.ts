import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Misbehaviours } from './misbehave.ts';
import type { RequestLog } from './request-log.ts';
import { type Answer, type Call, Fault } from './router.ts';
import type { Side } from './side.ts';
import { misbehave, readBody, send } from './transport.ts';

/** Where GitHub's API lies under the sandbox's address. */
export const GITHUB_PREFIX = '/github';

export interface Faces {
  sentry: Side;
  github: Side;
  ingest: Side;
  control(call: Call): Promise<Answer>;
}

/** The one server: decides by the path which side is meant, lets it misbehave where a rule says so, logs. */
export function createSandboxServer(
  faces: Faces,
  rules: Misbehaviours,
  log: RequestLog,
  clock: Clock,
): Server {
  return createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // Ours to mend, but the server goes on; the client sees the message, which holds nobody's secret.
      if (!response.headersSent) send(response, answerTo(error));
      else response.destroy();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    refuseStrangers(request);
    const url = URL.parse(request.url ?? '/', 'http://sandbox.invalid');
    if (!url) throw new Fault(400, { detail: 'not a valid path' });
    const method = request.method ?? 'GET';
    const { pathname: path, searchParams: query } = url;
    const bytes = (most: number) => readBody(request, most);
    const call: Call = { method, path, query, params: {}, headers: request.headers, bytes };
    if (path.startsWith('/__sandbox/')) return send(response, await faces.control(call));

    const side = sideOf(path);
    if (!side) throw new Fault(404, { detail: 'The requested resource does not exist' });
    const entry = log.begin(side.name, method, path);
    response.on('finish', () => {
      entry.status = response.statusCode;
    });
    const own = side.name === 'github' ? { ...call, path: path.slice(GITHUB_PREFIX.length) } : call;
    const proper = () => side.handle(own).catch(answerTo);
    const conduct = rules.next({ side: side.name, method, path });
    if (conduct) return misbehave(conduct, side, response, proper, clock);
    send(response, await proper());
  }

  function sideOf(path: string): Side | undefined {
    if (path.startsWith(`${GITHUB_PREFIX}/`)) return faces.github;
    if (path.startsWith('/api/0/')) return faces.sentry;
    return /^\/api\/[^/]+\//.test(path) ? faces.ingest : undefined;
  }
}

/**
 * Only programs of this machine may come in: a web page that got a name of its own to mean 127.0.0.1 sends that
 * name as Host, and any page sends its Origin.
 */
function refuseStrangers(request: IncomingMessage): void {
  const { host, origin } = request.headers;
  const isLocal = (text: string) => LOOPBACK.has(URL.parse(text)?.hostname ?? '');
  if (!isLocal(`http://${host}`) || (origin !== undefined && !isLocal(origin)))
    throw new Fault(403, { detail: 'this server answers programs of its own machine only' });
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

const answerTo = (thrown: unknown): Answer =>
  thrown instanceof Fault
    ? thrown.answer
    : { status: 500, body: { detail: `Internal Error: ${messageOf(thrown)}`, message: 'Server Error' } };
