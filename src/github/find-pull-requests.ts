import * as z from 'zod';
import type { GitHubClient } from './client.ts';
import { hasIncidentMarker } from './marker.ts';
import { issueNumber, listOf, login, webUrl } from './schemas.ts';

export interface PullRequest {
  number: number;
  url: string;
  state: 'open' | 'closed';
  merged: boolean;
  draft: boolean;
  body: string;
  headBranch: string;
  author: string | undefined;
  /** Logins and `team:slug`s that are already asked for a review. */
  asked: string[];
}

/**
 * Every pull request of an incident, newest first, whatever became of it: by the head branch, by the marker among
 * the newest 200, and, where there are more than that, by an exact search. Search alone would not do: it lags
 * behind, and an empty answer proves nothing. Pull requests from forks do not count, since anybody can write our
 * marker into one.
 */
export async function findPullRequests(
  client: GitHubClient,
  { incident, head }: { incident: string; head: string },
  signal?: AbortSignal,
): Promise<PullRequest[]> {
  const [byBranch, recent] = await Promise.all([
    pulls(client, { head: `${client.owner}:${head}`, per_page: PAGE }, signal),
    recentPulls(client, signal),
  ]);
  const searched = recent.complete ? [] : await searchPulls(client, incident, signal);
  const all = [
    ...byBranch.filter((pull) => pull.headBranch === head),
    ...[...recent.items, ...searched].filter((pull) => hasIncidentMarker(pull.body, incident)),
  ].filter((pull) => !isFork(pull, client));
  return [...new Map(all.map((pull) => [pull.number, pull])).values()].toSorted(
    (a, b) => b.number - a.number,
  );
}

const PAGE = 100;
const RECENT_PAGES = 2;

const repositoryName = z
  .object({ full_name: z.string() })
  .transform((repository) => repository.full_name.toLowerCase())
  .nullish()
  .catch(undefined);

/** What is read of a pull request. Without number, state, page or head there is nothing to decide on. */
export const pullSchema = z
  .object({
    number: issueNumber,
    html_url: webUrl,
    state: z.enum(['open', 'closed']),
    merged_at: z.string().nullish().catch(null),
    draft: z.boolean().catch(false),
    body: z.string().nullish().catch(null),
    head: z.object({ ref: z.string(), label: z.string().optional().catch(undefined), repo: repositoryName }),
    base: z.object({ repo: repositoryName }).optional().catch(undefined),
    user: login,
    requested_reviewers: z.array(z.object({ login: z.string() })).catch([]),
    requested_teams: z.array(z.object({ slug: z.string() })).catch([]),
  })
  .transform((pull) => ({
    number: pull.number,
    url: pull.html_url,
    state: pull.state,
    merged: Boolean(pull.merged_at),
    draft: pull.draft,
    body: pull.body ?? '',
    headBranch: pull.head.ref,
    author: pull.user,
    asked: [
      ...pull.requested_reviewers.map((user) => user.login.toLowerCase()),
      ...pull.requested_teams.map((team) => `team:${team.slug.toLowerCase()}`),
    ],
    headOwner: pull.head.label?.split(':')[0]?.toLowerCase(),
    headRepository: pull.head.repo,
    baseRepository: pull.base?.repo,
  }));
type FoundPull = z.output<typeof pullSchema>;

/** A deleted fork is gone from the answer; the head's label still names its owner. */
function isFork(pull: FoundPull, { owner, repository }: GitHubClient): boolean {
  const home = pull.baseRepository ?? `${owner}/${repository}`.toLowerCase();
  return pull.headRepository ? pull.headRepository !== home : pull.headOwner !== owner.toLowerCase();
}

// One that cannot be read fails the call: it might be the very one that is looked for.
const pullList = z.array(pullSchema);

function pulls(
  client: GitHubClient,
  query: { head?: string; per_page: number; page?: number },
  signal: AbortSignal | undefined,
): Promise<FoundPull[]> {
  return client.call({
    doing: 'list pull requests',
    schema: pullList,
    signal,
    send: (octokit, target) =>
      octokit.rest.pulls.list({ ...target, state: 'all', sort: 'created', direction: 'desc', ...query }),
  });
}

async function recentPulls(
  client: GitHubClient,
  signal: AbortSignal | undefined,
): Promise<{ items: FoundPull[]; complete: boolean }> {
  const items: FoundPull[] = [];
  for (let page = 1; page <= RECENT_PAGES; page += 1) {
    const answer = await pulls(client, { per_page: PAGE, page }, signal);
    items.push(...answer);
    if (answer.length < PAGE) return { items, complete: true };
  }
  return { items, complete: false };
}

const hits = z.object({
  items: listOf(z.object({ number: issueNumber, body: z.string().nullish() })),
});

/** By the incident's own name, which stands in the marker; what was found is then read as a pull request. */
async function searchPulls(
  client: GitHubClient,
  incident: string,
  signal: AbortSignal | undefined,
): Promise<FoundPull[]> {
  const name = (incident.split(/[/:]/).at(-1) ?? '').replace(/[^A-Za-z0-9_.-]/g, ' ').slice(0, 80);
  const q = `repo:${client.owner}/${client.repository} is:pr in:body "${name}"`;
  const { items } = await client.call({
    doing: 'search pull requests',
    schema: hits,
    signal,
    send: (octokit, { headers, request }) =>
      octokit.request('GET /search/issues', { q, per_page: PAGE, headers, request }),
  });
  const marked = items.items.filter(({ body }) => hasIncidentMarker(body ?? '', incident)).slice(0, 10);
  return Promise.all(
    marked.map(({ number }) =>
      client.call({
        doing: `read pull request #${number}`,
        schema: pullSchema,
        signal,
        send: (octokit, target) => octokit.rest.pulls.get({ ...target, pull_number: number }),
      }),
    ),
  );
}
