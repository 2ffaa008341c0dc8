import { asAnyText, asList, asPairs, asRecord, asText, type Loose } from '../loose.ts';
import { timeOf } from './times.ts';

/** The log message of an event: the text, and the template it was made from where the SDK sent one. */
export interface Message {
  formatted: string;
  template: string;
  params: unknown;
}

export function messageOf(event: Loose): Message | null {
  const given = event.logentry ?? event['sentry.interfaces.Message'] ?? event.message;
  const record = asRecord(given) ?? { formatted: given };
  const formatted = asAnyText(record.formatted) ?? asAnyText(record.message);
  if (formatted === null) return null;
  return { formatted, template: asAnyText(record.message) ?? formatted, params: record.params ?? null };
}

export function breadcrumbsOf(event: Loose): Loose[] {
  return asList(event.breadcrumbs).flatMap((value) => {
    const crumb = asRecord(value);
    if (!crumb) return [];
    const time = timeOf(crumb.timestamp);
    return [
      {
        type: asText(crumb.type) ?? 'default',
        category: asText(crumb.category),
        level: asText(crumb.level) ?? 'info',
        message: asAnyText(crumb.message),
        data: asRecord(crumb.data) ?? null,
        timestamp: time === null ? null : new Date(time).toISOString(),
        event_id: null,
      },
    ];
  });
}

export function requestOf(event: Loose): Loose | null {
  const request = asRecord(event.request ?? event['sentry.interfaces.Http']);
  if (!request) return null;
  const [url = '', queryOfUrl = ''] = (asText(request.url) ?? '').split('#', 1)[0]?.split('?', 2) ?? [];
  return {
    method: asText(request.method),
    url: url === '' ? null : url,
    query: queryPairs(request.query_string ?? queryOfUrl),
    fragment: asText(request.fragment),
    headers: asPairs(request.headers),
    cookies: asPairs(request.cookies),
    data: request.data ?? null,
    env: asRecord(request.env) ?? null,
    inferredContentType: asText(request.inferred_content_type),
    apiTarget: asText(request.api_target),
  };
}

export interface User {
  id: string | null;
  email: string | null;
  username: string | null;
  ip_address: string | null;
  name: string | null;
  data: Loose | null;
}

/** `{{auto}}` asks the server to fill in the sender's address: here always this machine. */
const LOOPBACK = '127.0.0.1';

export function userOf(event: Loose): User | null {
  const given = asRecord(event.user) ?? (asText(event.user) === null ? undefined : { id: event.user });
  if (!given) return null;
  const { id, email, username, ip_address: address, name, data, ...others } = given;
  const rest = { ...others, ...asRecord(data) };
  const user = {
    id: asText(id),
    email: asText(email),
    username: asText(username),
    ip_address: address === '{{auto}}' ? LOOPBACK : asText(address),
    name: asText(name),
    data: Object.keys(rest).length > 0 ? rest : null,
  };
  return Object.values(user).some((field) => field !== null) ? user : null;
}

/** What a user is told apart by, in Sentry's order and form (`id:7`, `email:a@b.c`); null for nobody. */
export function userKey(user: User | null): string | null {
  if (user?.id) return `id:${user.id}`;
  if (user?.username) return `username:${user.username}`;
  if (user?.email) return `email:${user.email}`;
  return user?.ip_address ? `ip:${user.ip_address}` : null;
}

const queryPairs = (value: unknown): [string, string][] =>
  typeof value === 'string' ? [...new URLSearchParams(value)] : asPairs(value);
