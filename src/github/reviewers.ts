import * as z from 'zod';
import type { GitHubClient } from './client.ts';
import type { Owners } from './code-owners.ts';
import { GitHubError } from './github-error.ts';

export interface ReviewRequest {
  requested: string[];
  refused: string[];
  /** Why, for each that was refused or left out. */
  notes: string[];
}

/** GitHub takes no more requests than this for one pull request. */
const MOST_REVIEWERS = 15;

/**
 * Asks people and teams for a review. GitHub refuses a whole list for one name in it, so after a refusal each is
 * asked alone. Never throws for a refusal: a pull request without reviewers is still there, and the notes say why.
 */
export async function requestReviewers(
  client: GitHubClient,
  pull: { number: number; author: string | undefined },
  owners: Owners,
  signal?: AbortSignal,
): Promise<ReviewRequest> {
  const { candidates, notes } = candidatesOf(client, owners, pull.author);
  if (candidates.length === 0)
    return { requested: [], refused: notes.map(({ name }) => name), notes: notes.map(({ note }) => note) };
  const outcomes = await askAll(client, pull.number, candidates, signal);
  const refused = outcomes.filter(({ why }) => why !== undefined);
  return {
    requested: outcomes.filter(({ why }) => why === undefined).map(({ name }) => name),
    refused: [...refused, ...notes].map(({ name }) => name),
    notes: [
      ...refused.map(({ name, why }) => `${name} was not asked for a review: ${why}`),
      ...notes.map(({ note }) => note),
    ],
  };
}

interface Candidate {
  /** A login, or `organization/team`. */
  name: string;
  login?: string;
  slug?: string;
}
type Outcome = Candidate & { why?: string };

function candidatesOf(
  client: GitHubClient,
  { users, teams }: Owners,
  author: string | undefined,
): { candidates: Candidate[]; notes: { name: string; note: string }[] } {
  const people = users
    .filter((login) => /^[a-z0-9][\w-]{0,60}$/i.test(login) && login.toLowerCase() !== author?.toLowerCase())
    .map((login): Candidate => ({ name: login, login }));
  const groups = teams
    .filter((team) => /^[\w.-]{1,60}\/[\w.-]{1,100}$/.test(team))
    .map((team): Candidate => ({ name: team, slug: team.split('/')[1] ?? '' }));
  const isForeign = ({ name, slug }: Candidate) =>
    slug !== undefined && name.split('/')[0]?.toLowerCase() !== client.owner.toLowerCase();
  const all = [...people, ...groups];
  const own = all.filter((candidate) => !isForeign(candidate));
  return {
    candidates: own.slice(0, MOST_REVIEWERS),
    notes: [
      ...all.filter(isForeign).map(({ name }) => ({
        name,
        note: `${name} was not asked for a review: the team belongs to another organization`,
      })),
      ...own.slice(MOST_REVIEWERS).map(({ name }) => ({
        name,
        note: `${name} was not asked for a review: GitHub takes ${MOST_REVIEWERS} at most`,
      })),
    ],
  };
}

async function askAll(
  client: GitHubClient,
  number: number,
  candidates: Candidate[],
  signal: AbortSignal | undefined,
): Promise<Outcome[]> {
  const together = await ask(client, number, candidates, signal);
  if (!('failed' in together) || candidates.length === 1 || together.failed.status !== 422)
    return outcomesOf(candidates, together);
  const outcomes: Outcome[] = [];
  for (const candidate of candidates)
    outcomes.push(...outcomesOf([candidate], await ask(client, number, [candidate], signal)));
  return outcomes;
}

type Answer = { asked: Set<string> } | { failed: GitHubError };

/** GitHub leaves out without a word whom it does not take; only those in its answer were asked. */
const outcomesOf = (candidates: Candidate[], answer: Answer): Outcome[] =>
  candidates.map((candidate) => {
    if ('failed' in answer) return { ...candidate, why: answer.failed.message };
    const key = candidate.login?.toLowerCase() ?? `team:${candidate.slug?.toLowerCase()}`;
    return answer.asked.has(key) ? candidate : { ...candidate, why: 'GitHub left it out' };
  });

const answerSchema = z
  .object({
    requested_reviewers: z.array(z.object({ login: z.string() })).catch([]),
    requested_teams: z.array(z.object({ slug: z.string() })).catch([]),
  })
  .transform((pull) => ({
    asked: new Set([
      ...pull.requested_reviewers.map(({ login }) => login.toLowerCase()),
      ...pull.requested_teams.map(({ slug }) => `team:${slug.toLowerCase()}`),
    ]),
  }));

async function ask(
  client: GitHubClient,
  number: number,
  candidates: Candidate[],
  signal: AbortSignal | undefined,
): Promise<Answer> {
  try {
    return await client.call({
      doing: `ask for a review of pull request #${number}`,
      schema: answerSchema,
      signal,
      send: (octokit, target) =>
        octokit.rest.pulls.requestReviewers({
          ...target,
          pull_number: number,
          reviewers: candidates.flatMap(({ login }) => login ?? []),
          team_reviewers: candidates.flatMap(({ slug }) => slug ?? []),
        }),
    });
  } catch (error) {
    if (error instanceof GitHubError) return { failed: error };
    throw error;
  }
}
