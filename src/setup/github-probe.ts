import * as z from 'zod';
import type { GitHubClient } from '../github/client.ts';

export interface GitHubRepository {
  defaultBranch?: string;
  archived: boolean;
  /** Whether the token's owner may push; undefined where GitHub does not say. */
  mayPush?: boolean;
}

/** What GitHub says about the client's repository. Throws a GitHubError as the client does. */
export async function askGitHub(client: GitHubClient, signal: AbortSignal): Promise<GitHubRepository> {
  const said = await client.call({
    doing: 'look at the repository',
    schema,
    send: (octokit, target) => octokit.rest.repos.get({ ...target }),
    signal,
  });
  return {
    archived: said.archived ?? false,
    ...(said.default_branch === undefined ? {} : { defaultBranch: said.default_branch }),
    ...(said.permissions?.push === undefined ? {} : { mayPush: said.permissions.push }),
  };
}

const flag = z.boolean().optional().catch(undefined);
const schema = z.object({
  default_branch: z.string().min(1).optional().catch(undefined),
  archived: flag,
  permissions: z.object({ push: flag }).optional().catch(undefined),
});
