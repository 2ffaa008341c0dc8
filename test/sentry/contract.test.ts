import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SentryClient } from '../../src/sentry/client.ts';
import { readIssue } from '../../src/sentry/issue.ts';
import { getIssue, issueWithEvent, listIssues } from '../../src/sentry/issues.ts';
import { organizations, projects } from '../../src/sentry/organizations.ts';
import { archiveIssue, resolveIssue } from '../../src/sentry/resolve.ts';
import { fakeEvent, fakeIssue, testClient } from './support/clients.ts';
import { type FakeSentry, type SeenRequest, startFakeSentry } from './support/fake-sentry.ts';

// The vendor's schema is not part of this repository; where it lies beside it, every request is held against it.
const file = new URL('../../../shared/contracts/sentry-openapi.json', import.meta.url);
const present = existsSync(file);
if (!present)
  console.warn("SKIPPED: Sentry's OpenAPI schema is not there; requests are not held against it.");

interface Schema {
  type?: string;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  allOf?: Schema[];
  nullable?: boolean;
}
interface Operation {
  parameters?: { in: string; name: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: { 'application/json': { schema: Schema } } };
  responses: Record<
    string,
    { content?: { 'application/json': { examples?: Record<string, { value: unknown }> } } }
  >;
}

describe.skipIf(!present)("Sentry's published schema", () => {
  const paths: Record<string, Record<string, Operation>> = present
    ? JSON.parse(readFileSync(file, 'utf8')).paths
    : {};
  let sentry: FakeSentry;
  let client: SentryClient;
  beforeEach(async () => {
    sentry = await startFakeSentry();
    sentry.issues.push(fakeIssue(1), fakeIssue(2));
    sentry.events.set('1001', fakeEvent(1));
    client = testClient(sentry.url, { allowHosts: ['127.0.0.1'] });
  });
  afterEach(async () => {
    await client.close();
    await sentry.close();
  });

  function operationOf({ method, path }: SeenRequest): Operation | undefined {
    const matches = Object.entries(paths).find(([template]) =>
      new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(path),
    );
    return matches?.[1][method.toLowerCase()];
  }

  function check(request: SeenRequest): void {
    const operation = operationOf(request);
    expect(operation, `${request.method} ${request.path}`).toBeDefined();
    const known = new Map(
      (operation?.parameters ?? []).filter((one) => one.in === 'query').map((one) => [one.name, one]),
    );
    for (const [name, value] of request.query) {
      const schema = known.get(name)?.schema;
      expect(schema, `query ${name}`).toBeDefined();
      if (schema?.enum) expect(schema.enum).toContain(value);
      if (schema?.type === 'integer') expect(value).toMatch(/^\d+$/);
    }
    const body = operation?.requestBody?.content['application/json'].schema;
    if (body) checkBody(request.body, body);
  }

  function checkBody(value: unknown, schema: Schema): void {
    const whole = schema.allOf?.[0] ?? schema;
    if (whole.enum) expect(whole.enum).toContain(value);
    if (whole.type === 'object' && whole.properties)
      for (const [name, inner] of Object.entries(value as object)) {
        expect(Object.keys(whole.properties)).toContain(name);
        checkBody(inner, whole.properties[name] ?? {});
      }
    else if (whole.type === 'integer') expect(Number.isInteger(value)).toBe(true);
    else if (whole.type) expect(typeof value).toBe(whole.type);
  }

  it('knows every request, but the comments that it leaves out', async () => {
    await listIssues(client, {
      query: 'is:unresolved',
      projects: ['node'],
      environments: ['production'],
      statsPeriod: '14d',
      sort: 'freq',
      limit: 1,
    });
    await listIssues(client, { query: '', sort: 'trends', limit: 500 });
    await getIssue(client, '1001');
    await issueWithEvent(client, 'NODE-EXPRESS-1', 'recommended');
    await organizations(client);
    await projects(client);
    await resolveIssue(client, '1001', { inCommit: { commit: 'abc', repository: 'acme/shop' } });
    await resolveIssue(client, '1002', { inNextRelease: true });
    await archiveIssue(
      client,
      '1002',
      { substatus: 'archived_until_condition_met', ignoreCount: 10, ignoreWindow: 60 },
      'x',
    );
    const undocumented = sentry.requests.filter(({ path }) => /^\/api\/0\/issues\/\d+\/notes\/$/.test(path));
    expect(undocumented).toHaveLength(2);
    const rest = sentry.requests.filter((request) => !undocumented.includes(request));
    expect(rest.length).toBeGreaterThanOrEqual(15);
    for (const request of rest) check(request);
  });

  it('has examples that are read whole', () => {
    const list = paths['/api/0/organizations/{organization_id_or_slug}/issues/']?.get?.responses['200'];
    const [example] = Object.values(list?.content?.['application/json'].examples ?? {});
    const [row] = (example?.value ?? []) as unknown[];
    expect(readIssue(row, () => '')).toMatchObject({
      id: '1',
      shortId: 'PUMP-STATION-1',
      count: 150,
      level: 'error',
      status: 'ignored',
      substatus: 'archived_until_condition_met',
      project: { id: '2', slug: 'pump-station' },
      assignedTo: 'John Doe',
      lastSeen: Date.parse('2018-12-06T21:19:55Z'),
    });
  });
});
