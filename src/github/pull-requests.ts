import * as z from 'zod';
import { automationIn, defusedLine } from '../core/defuse.ts';
import { inputError } from '../core/errors.ts';
import type { GitHubClient } from './client.ts';
import type { Owners } from './code-owners.ts';
import { findPullRequests, type PullRequest, pullSchema } from './find-pull-requests.ts';
import { GitHubError, noBaseError, noHeadError } from './github-error.ts';
import { hasIncidentMarker, REGION_BEGIN, replaceRegion } from './marker.ts';
import { requestReviewers } from './reviewers.ts';

export interface DraftPullRequest {
  incident: string;
  /** One line; cleaned here. */
  title: string;
  /** From `pullRequestBody`. */
  body: string;
  /** The pushed branch, in the same repository. */
  head: string;
  base: string;
  labels?: string[];
  reviewers: Owners;
}

export interface PullRequestOutcome {
  /** `refused`: a person closed the pull request of this incident without merging it. */
  outcome: 'created' | 'existing' | 'refused';
  number: number;
  url: string;
  state: 'open' | 'closed';
  draft: boolean;
  reviewersRequested: string[];
  reviewersRefused: string[];
  /** What a person should know: one sentence each. */
  notes: string[];
}

/**
 * Opens a draft pull request for an incident, or finds the one that is there. It can be called again after it was
 * killed at any point: an open pull request of the incident is brought up to date instead of a second one, a closed
 * one refuses, a merged one allows a new one that names it (the fault came back). Labels and reviewers that GitHub
 * does not take are told in `notes` and stop nothing.
 */
export async function createDraftPullRequest(
  client: GitHubClient,
  request: DraftPullRequest,
  signal?: AbortSignal,
): Promise<PullRequestOutcome> {
  checkBody(request);
  const found = await findPullRequests(client, request, signal);
  const settled = await settle(client, request, found, signal);
  if (settled) return settled;
  const created = await create(client, request, found, signal);
  if ('known' in created) {
    const again = await settle(client, request, created.known, signal);
    if (again) return again;
    throw created.failure;
  }
  const labelNotes = await addLabels(client, created.pull.number, request.labels ?? [], signal);
  const reviews = await requestReviewers(client, created.pull, request.reviewers, signal);
  return outcomeOf('created', created.pull, [...labelNotes, ...reviews.notes], reviews);
}

function checkBody({ incident, body }: DraftPullRequest): void {
  if (!hasIncidentMarker(body, incident) || !body.includes(REGION_BEGIN))
    throw inputError(
      'The pull request body does not start with the marker of its incident.',
      'Build it with pullRequestBody.',
    );
  const automation = automationIn(body);
  if (automation !== undefined)
    throw inputError(
      `The pull request body would close an issue or notify somebody: "${automation}".`,
      'Leave closing keywords and mentions out; a person decides what is closed.',
    );
}

/** The answer where pull requests of the incident decide it; `undefined` when a new one may be opened. */
async function settle(
  client: GitHubClient,
  request: DraftPullRequest,
  found: PullRequest[],
  signal: AbortSignal | undefined,
): Promise<PullRequestOutcome | undefined> {
  const open = found.find((pull) => pull.state === 'open');
  if (open) return takeExisting(client, request, open, found, signal);
  const [newest] = found;
  if (!newest || newest.merged) return undefined;
  return outcomeOf('refused', newest, [
    `Pull request #${newest.number} for this incident was closed without being merged: a person decided against it.`,
    `Read #${newest.number} first. To go on, reopen it, or offer the branch ${defusedLine(request.head, 200)} by hand.`,
  ]);
}

async function takeExisting(
  client: GitHubClient,
  request: DraftPullRequest,
  open: PullRequest,
  found: PullRequest[],
  signal: AbortSignal | undefined,
): Promise<PullRequestOutcome> {
  if (open.headBranch !== request.head)
    return outcomeOf('existing', open, [
      `Pull request #${open.number} of this incident is open from another branch, ${defusedLine(open.headBranch, 200)}; it was left as it is.`,
    ]);
  const body = withEarlier(request.body, found);
  const notes = await updateBody(client, open, { incident: request.incident, body }, signal);
  if (open.asked.length > 0 || (await hasReviews(client, open.number, signal)))
    return outcomeOf('existing', open, notes);
  // The run that opened it may have been killed before it asked anybody.
  const labelNotes = await addLabels(client, open.number, request.labels ?? [], signal);
  const reviews = await requestReviewers(client, open, request.reviewers, signal);
  return outcomeOf('existing', open, [...notes, ...labelNotes, ...reviews.notes], reviews);
}

async function updateBody(
  client: GitHubClient,
  open: PullRequest,
  { incident, body }: { incident: string; body: string },
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const updated = hasIncidentMarker(open.body, incident) ? replaceRegion(open.body, body) : undefined;
  if (updated === undefined)
    return [`The description of #${open.number} is not ours any more and was left as it is.`];
  if (updated === open.body) return [];
  await client.call({
    doing: `update pull request #${open.number}`,
    schema: z.unknown(),
    signal,
    send: (octokit, target) =>
      octokit.rest.pulls.update({ ...target, pull_number: open.number, body: updated }),
  });
  return [`The description of #${open.number} was brought up to date.`];
}

async function hasReviews(
  client: GitHubClient,
  number: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const reviews = await client
    .call({
      doing: `read the reviews of pull request #${number}`,
      schema: z.array(z.unknown()),
      signal,
      send: (octokit, target) =>
        octokit.rest.pulls.listReviews({ ...target, pull_number: number, per_page: 1 }),
    })
    // Somebody asked twice is better than a pull request that is not recorded.
    .catch((error: unknown) => {
      if (signal?.aborted) throw error;
      return [];
    });
  return reviews.length > 0;
}

/**
 * Opens it. Where GitHub says that there is one already, or where nobody knows whether it did what was asked,
 * `known` is what a second look finds.
 */
async function create(
  client: GitHubClient,
  request: DraftPullRequest,
  found: PullRequest[],
  signal: AbortSignal | undefined,
): Promise<{ pull: PullRequest } | { known: PullRequest[]; failure: GitHubError }> {
  try {
    const pull = await client.call({
      doing: 'open a draft pull request',
      schema: pullSchema,
      signal,
      send: (octokit, target) =>
        octokit.rest.pulls.create({
          ...target,
          title: defusedLine(request.title, MAX_TITLE) || defusedLine(request.incident, MAX_TITLE),
          body: withEarlier(request.body, found),
          head: request.head,
          base: request.base,
          draft: true,
        }),
    });
    return { pull };
  } catch (failure) {
    if (!(failure instanceof GitHubError)) throw failure;
    if (/PullRequest base invalid/.test(failure.message)) throw noBaseError(request.base, failure.status);
    if (/PullRequest head invalid/.test(failure.message))
      throw noHeadError(request.head, `${client.owner}/${client.repository}`, failure.status);
    if (!failure.outcomeUnknown && !/already exists/i.test(failure.message)) throw failure;
    return { known: await findPullRequests(client, request, signal), failure };
  }
}

/** GitHub takes 256 characters. */
const MAX_TITLE = 200;

/** Names the merged pull request that this incident had before: the fault came back. */
function withEarlier(body: string, found: PullRequest[]): string {
  const merged = found.find((pull) => pull.merged);
  if (!merged) return body;
  return body.replace(
    REGION_BEGIN,
    `${REGION_BEGIN}\n\n**This incident came back**: pull request #${merged.number} for it was merged before.`,
  );
}

async function addLabels(
  client: GitHubClient,
  number: number,
  labels: string[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  if (labels.length === 0) return [];
  try {
    await client.call({
      doing: `label pull request #${number}`,
      schema: z.unknown(),
      signal,
      send: (octokit, target) => octokit.rest.issues.addLabels({ ...target, issue_number: number, labels }),
    });
    return [];
  } catch (error) {
    if (error instanceof GitHubError) return [error.message];
    throw error;
  }
}

const outcomeOf = (
  outcome: PullRequestOutcome['outcome'],
  { number, url, state, draft }: PullRequest,
  notes: string[],
  reviews: { requested: string[]; refused: string[] } = { requested: [], refused: [] },
): PullRequestOutcome => ({
  outcome,
  number,
  url,
  state,
  draft,
  reviewersRequested: reviews.requested,
  reviewersRefused: reviews.refused,
  notes,
});
