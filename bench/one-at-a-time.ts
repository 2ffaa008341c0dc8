import type { Misbehaviour, Sandbox } from '../src/sandbox/sandbox.ts';
import { CANDIDATES } from './candidates.ts';
import { type Official, officialCommand } from './official.ts';
import { openServer } from './server.ts';

type Target = Pick<Sandbox, 'url' | 'organization' | 'token'>;

/** As the source script does it: the list, then each event after the other; a failure loses the candidate, or all of them. */
export async function oneAtATime(target: Target): Promise<{ ms: number; lost: number }> {
  const started = performance.now();
  const ids = await listedIds(target);
  let read = 0;
  for (const id of ids) {
    const answer = await get(target, `${id}/events/latest/`);
    if (answer.ok) read += 1;
    await answer.text();
  }
  return { ms: performance.now() - started, lost: CANDIDATES - read };
}

/** How many of one call for each candidate fail in the official server while answers are refused at random. */
export async function lostByOfficial(
  official: Official,
  sandbox: Sandbox,
  refusal: Misbehaviour,
): Promise<number> {
  const ids = await listedIds(sandbox);
  const server = await openServer(officialCommand(official, sandbox.url, sandbox.token));
  sandbox.misbehave(refusal);
  let lost = 0;
  try {
    for (const id of ids) {
      const { isError } = await server.call('get_sentry_resource', {
        organizationSlug: sandbox.organization,
        resourceType: 'issue',
        resourceId: id,
      });
      if (isError) lost += 1;
    }
  } finally {
    sandbox.behave();
    await server.close();
  }
  return lost;
}

async function listedIds(target: Target): Promise<string[]> {
  const answer = await get(target, `?query=is:unresolved&sort=freq&limit=${CANDIDATES}`);
  const issues: unknown = await answer.json();
  return Array.isArray(issues) ? issues.map((issue) => String(Object(issue).shortId)) : [];
}

const get = ({ url, organization, token }: Target, path: string): Promise<Response> =>
  fetch(`${url}/api/0/organizations/${organization}/issues/${path}`, {
    headers: { authorization: `Bearer ${token}` },
  });
