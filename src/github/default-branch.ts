import * as z from 'zod';
import type { GitHubClient } from './client.ts';

/** The branch that pull requests go to unless somebody says otherwise. */
export async function defaultBranch(client: GitHubClient, signal?: AbortSignal): Promise<string> {
  const repository = await client.call({
    doing: 'read the repository',
    schema: z.object({ default_branch: z.string().min(1) }),
    signal,
    send: (octokit, target) => octokit.rest.repos.get({ ...target }),
  });
  return repository.default_branch;
}
