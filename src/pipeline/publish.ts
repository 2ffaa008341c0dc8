import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Steps } from '../../ledger/ledger.ts';
import type { Config } from '../config/config.ts';
import { refusedError } from '../core/errors.ts';
import { incidentSlug } from '../core/incident.ts';
import { readFileAt } from '../git/export-tree.ts';
import { writePatch } from '../git/patch.ts';
import { pushBranch } from '../git/push.ts';
import { readCommit } from '../git/read-commit.ts';
import { checkoutAt, defaultBase, type Repository } from '../git/repository.ts';
import type { GitHubClient } from '../github/client.ts';
import { CODE_OWNERS_PATHS, type Owners, ownersOf } from '../github/code-owners.ts';
import { pullRequestBody } from '../github/pull-request-body.ts';
import { createDraftPullRequest } from '../github/pull-requests.ts';
import type { RelatedIssue } from '../github/search-issues.ts';
import { partsOfMessage } from './fix-message.ts';

export interface PublishRequest {
  incident: string;
  shortId: string;
  title: string;
  permalink: string;
  summary: string;
  repository: Repository;
  config: Config;
  worktree: Steps['worktree'];
  commit: Steps['commit'];
  proof: Steps['proof'];
  related: RelatedIssue[];
  /** Absent: the work ends as a local branch and a patch file. */
  github: GitHubClient | undefined;
  signal: AbortSignal;
  onProgress: (message: string) => void;
}

export interface Published {
  step: Steps['pull_request'];
  /** The body as a file, relative to the main checkout. */
  bodyFile: string;
  outcome: 'created' | 'existing' | 'patch';
  notes: string[];
}

/**
 * Pushes the branch and opens a draft pull request, or writes a patch file where there is no GitHub. Safe to repeat
 * after being killed at any point: the push, the search for an existing pull request and the files all are.
 */
export async function publish(request: PublishRequest): Promise<Published> {
  const { repository, worktree, commit } = request;
  const checkout = await checkoutAt(repository, worktree.path);
  const { rootCause, fix } = partsOfMessage((await readCommit(checkout, commit.sha)).message);
  const body = pullRequestBody({
    incident: request.incident,
    shortId: request.shortId,
    permalink: request.permalink,
    title: request.title,
    summary: request.summary,
    rootCause,
    fix,
    proof: request.proof,
    related: request.related,
    files: commit.files,
  });
  const folder = join(repository.mainCheckout, '.pitcrew', 'pull-requests');
  const bodyPath = join(folder, `${incidentSlug(request.incident)}.md`);
  await mkdir(folder, { recursive: true });
  await writeFile(bodyPath, body);
  const bodyFile = relative(repository.mainCheckout, bodyPath);
  if (!request.github) return asPatch(request, bodyPath.replace(/\.md$/, '.patch'), bodyFile);

  request.onProgress(`Pushing ${commit.branch}`);
  await pushBranch({ worktree: checkout, branch: commit.branch });
  request.onProgress('Opening the draft pull request');
  const base = await baseBranch(request);
  const pull = await createDraftPullRequest(
    request.github,
    {
      incident: request.incident,
      title: commit.subject,
      body,
      head: commit.branch,
      base,
      labels: request.config.github.labels,
      reviewers: await reviewersOf(request),
    },
    request.signal,
  );
  if (pull.outcome === 'refused') {
    throw refusedError(
      `Pull request #${pull.number} for this issue was closed without being merged.`,
      `Ask the person whether it should be tried again; ${pull.url} says why it was closed.`,
    );
  }
  return {
    outcome: pull.outcome,
    step: { number: pull.number, url: pull.url, draft: pull.draft, branch: commit.branch },
    bodyFile,
    notes: [
      ...(pull.reviewersRequested.length > 0
        ? [`Review asked from ${pull.reviewersRequested.join(', ')}.`]
        : []),
      ...pull.notes,
    ],
  };
}

async function asPatch(request: PublishRequest, file: string, bodyFile: string): Promise<Published> {
  const checkout = await checkoutAt(request.repository, request.worktree.path);
  await mkdir(dirname(file), { recursive: true });
  await writePatch({ worktree: checkout, base: request.worktree.base, sha: request.commit.sha, file });
  const patch = relative(request.repository.mainCheckout, file);
  return {
    outcome: 'patch',
    step: { draft: true, branch: request.commit.branch, patch },
    bodyFile,
    notes: [`The patch is ${patch}; the text for a pull request is ${bodyFile}.`],
  };
}

async function baseBranch({ config, repository }: PublishRequest): Promise<string> {
  return config.github.base ?? (await defaultBase(repository)).ref.replace(/^origin\//, '');
}

/** Owners by the base commit's CODEOWNERS (a fix may not choose its own reviewers), and who pitcrew.yml names. */
async function reviewersOf({ repository, worktree, commit, config }: PublishRequest): Promise<Owners> {
  const texts = await Promise.all(
    CODE_OWNERS_PATHS.map((path) => readFileAt(repository, worktree.base, path)),
  );
  const text = texts.find((found) => found !== undefined);
  const owners = text === undefined ? { users: [], teams: [] } : ownersOf(text, commit.files);
  const configured = config.github.reviewers.map((name) => name.replace(/^@/, ''));
  return {
    users: [...new Set([...owners.users, ...configured.filter((name) => !name.includes('/'))])],
    teams: [...new Set([...owners.teams, ...configured.filter((name) => name.includes('/'))])],
  };
}
