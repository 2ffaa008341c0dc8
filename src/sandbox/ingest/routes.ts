import { randomUUID } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { tryParseJson } from '../../core/json.ts';
import type { Database } from '../database.ts';
import { asRecord, asText, type Loose } from '../loose.ts';
import { type Answer, type Call, createRouter, Fault } from '../router.ts';
import type { Side } from '../side.ts';
import { findProject, type Project } from '../store/projects.ts';
import { sameSecret } from '../store/secrets.ts';
import { decodedBody } from './decode.ts';
import { parseEnvelope } from './envelope.ts';
import { normalizeEvent } from './normalize.ts';
import { recordEvent } from './record.ts';

/** The inbox for SDKs: `/api/{project}/envelope/` and the older `/api/{project}/store/`. */
export function createIngest(database: Database, clock: Clock): Side {
  const accept = (project: Project, event: Loose): string => {
    const eventId = eventIdOf(event.event_id);
    const now = clock();
    try {
      recordEvent(database, project, normalizeEvent(event, eventId, now), JSON.stringify(event), now);
    } catch (error) {
      // Only nesting thousands of levels deep gets here, which no SDK sends.
      if (error instanceof RangeError) throw new Fault(400, { detail: 'the event is nested too deeply' });
      throw error;
    }
    return eventId;
  };

  const envelope = async (call: Call): Promise<Answer> => {
    const { header, items } = parseEnvelope(await decodedBody(call));
    const project = authorized(database, call, keyOfDsn(header.dsn));
    const events = items
      .filter((item) => item.type === 'event')
      .map((item) => eventOf(item.payload))
      .filter((event) => event.type !== 'transaction');
    const ids = events.map((event) =>
      accept(project, { ...event, event_id: event.event_id ?? header.event_id }),
    );
    return { status: 200, body: ids[0] === undefined ? {} : { id: ids[0] } };
  };

  const store = async (call: Call): Promise<Answer> => {
    const body = await decodedBody(call);
    const project = authorized(database, call, null);
    return { status: 200, body: { id: accept(project, eventOf(body)) } };
  };

  const router = createRouter({
    'POST /api/:project/envelope': envelope,
    'POST /api/:project/envelope/': envelope,
    'POST /api/:project/store': store,
    'POST /api/:project/store/': store,
  });

  return {
    name: 'ingest',
    refusal: (status, headers) => ({ status, body: { detail: `refused with ${status}` }, headers }),
    handle: async (call) => {
      const answer = await router(call);
      if (answer === 'no-path') return { status: 404, body: { detail: 'no such endpoint' } };
      if ('allowed' in answer) return { status: 405, body: { detail: 'method not allowed' } };
      return answer;
    },
  };
}

function authorized(database: Database, call: Call, keyOfEnvelope: string | null): Project {
  const key = keyOfHeader(call) ?? call.query.get('sentry_key') ?? keyOfEnvelope;
  if (key === null)
    throw new Fault(401, {
      detail: 'bad request: missing authorization information',
      causes: ['no DSN key'],
    });
  const project = findProject(database, call.params.project ?? '');
  if (!project || !sameSecret(key, project.public_key))
    throw new Fault(403, {
      detail: 'event submission rejected with_reason: ProjectId',
      causes: ['the DSN names a project or public key that this sandbox does not have'],
    });
  return project;
}

/** `X-Sentry-Auth: Sentry sentry_key=abc, sentry_version=7`; the same may stand in Authorization. */
function keyOfHeader(call: Call): string | null {
  const header = call.headers['x-sentry-auth'] ?? call.headers.authorization;
  return /(?:^|[\s,])sentry_key=([^\s,]+)/i.exec(String(header ?? ''))?.[1] ?? null;
}

function keyOfDsn(dsn: unknown): string | null {
  const text = asText(dsn);
  return text !== null && URL.canParse(text) ? new URL(text).username || null : null;
}

function eventOf(payload: Buffer): Loose {
  const event = asRecord(tryParseJson(payload.toString('utf8')));
  if (!event) throw new Fault(400, { detail: 'invalid event', causes: ['the event is not a JSON object'] });
  return event;
}

function eventIdOf(value: unknown): string {
  const id = (asText(value) ?? '').replace(/-/g, '').toLowerCase();
  return /^[0-9a-f]{32}$/.test(id) ? id : randomUUID().replace(/-/g, '');
}
