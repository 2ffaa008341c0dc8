import type { Stage } from './stage.ts';

export interface PullRequest {
  number: number;
  state: string;
  draft: boolean;
  title: string;
  body: string;
  head: { ref: string; sha: string };
  base: { ref: string };
  requested_reviewers: { login: string }[];
  requested_teams: { slug: string }[];
  labels: { name: string }[];
}

/** Asks the stage's GitHub, as a person with a browser would look at it. */
export async function github(stage: Stage, path: string, method = 'GET', body?: unknown): Promise<unknown> {
  const answer = await fetch(`${stage.sandbox.githubUrl}/repos/pitstop/race-day${path}`, {
    method,
    headers: { authorization: `Bearer ${stage.sandbox.githubToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Every pull request of a branch, whatever became of it. */
export async function pullsOf(stage: Stage, branch: string): Promise<PullRequest[]> {
  const all = (await github(stage, '/pulls?state=all&per_page=100')) as PullRequest[];
  return all.filter((pull) => pull.head.ref === branch);
}
