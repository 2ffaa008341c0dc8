import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { GuardCommand, Run, Steps } from '../../ledger/ledger.ts';
import type { Config } from '../config/config.ts';
import { defusedLine } from '../core/defuse.ts';
import { incidentSlug } from '../core/incident.ts';
import { readFileAt } from '../git/export-tree.ts';
import type { Fence } from '../git/fence.ts';
import { writePatch } from '../git/patch.ts';
import { type Pushed, pushBranch } from '../git/push.ts';
import { readCommit } from '../git/read-commit.ts';
import { remoteUrl } from '../git/remote.ts';
import { checkoutAt, defaultBase, type Repository } from '../git/repository.ts';
import type { GitHubClient } from '../github/client.ts';
import { CODE_OWNERS_PATHS, type Owners, ownersOf } from '../github/code-owners.ts';
import { defaultBranch } from '../github/default-branch.ts';
import { findPullRequests } from '../github/find-pull-requests.ts';
import { REGION_END } from '../github/marker.ts';
import { type PullRequestBodyParts, pullRequestBody } from '../github/pull-request-body.ts';
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
  /** What an earlier call offered; its commit is the one that a push may replace. */
  earlier: Steps['pull_request'] | undefined;
  /** The claim under which it is offered. */
  run: Pick<Run, 'run' | 'fence'>;
  /** Throws when the claim is no longer in force; asked right before each effect. */
  guard: (effect: GuardCommand['effect']) => Promise<void>;
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
  outcome: 'created' | 'existing' | 'patch' | 'refused';
  /** Why it ended as a patch although there is a GitHub. */
  unpushed?: string;
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
  const body = withApproved(request.proof.approved, {
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
  await writeWhole(bodyPath, body);
  const bodyFile = relative(repository.mainCheckout, bodyPath);
  const patchFile = bodyPath.replace(/\.md$/, '.patch');
  if (!request.github) return asPatch(request, patchFile, bodyFile);
  if ((await remoteUrl(checkout, 'origin')) === undefined) {
    return { ...(await asPatch(request, patchFile, bodyFile)), unpushed: NO_ORIGIN };
  }

  const closed = await closedByPerson(request.github, request);
  if (closed) return closed;
  request.onProgress(`Pushing ${commit.branch}`);
  const { earlier } = request;
  const pushed = await pushBranch({
    worktree: checkout,
    branch: commit.branch,
    sha: commit.sha,
    fence: fenceOf(request),
    guard: () => request.guard('push'),
    ...(earlier?.number !== undefined && earlier.branch === commit.branch
      ? { expectedRemote: earlier.sha }
      : {}),
  });
  request.onProgress('Opening the draft pull request');
  const base = await baseBranch(request);
  const reviewers = await reviewersOf(request);
  await request.guard('pull_request');
  const pull = await createDraftPullRequest(
    request.github,
    {
      incident: request.incident,
      title: commit.subject,
      body,
      head: commit.branch,
      base,
      labels: request.config.github.labels,
      reviewers,
    },
    request.signal,
  );
  return {
    outcome: pull.outcome,
    step: {
      number: pull.number,
      url: pull.url,
      draft: pull.draft,
      branch: commit.branch,
      sha: commit.sha,
      ...(pull.outcome === 'refused' ? { refused: true } : {}),
    },
    bodyFile,
    notes: [
      ...(pushed.unfenced === undefined ? [] : [unfencedNote(pushed)]),
      ...(pull.reviewersRequested.length > 0
        ? [`Review asked from ${pull.reviewersRequested.join(', ')}.`]
        : []),
      ...pull.notes,
    ],
  };
}

const NO_ORIGIN = 'There is no remote called origin to push to.';

/** A run's id ends with the mark of its ledger: `r7-3kq9x`. */
function fenceOf({ incident, run }: PublishRequest): Fence {
  return { incident, number: run.fence, run: run.run, ledger: run.run.slice(run.run.lastIndexOf('-') + 1) };
}

const unfencedNote = ({ remote, unfenced }: Pushed): string =>
  `${remote} takes no fence beside the branch (${unfenced}): only the branch's own state kept sessions with another ledger from overwriting each other.`;

/** What a person allowed stands in a section of its own, where nothing that an agent wrote can stand. */
function withApproved(approved: readonly string[] = [], parts: PullRequestBodyParts): string {
  const body = pullRequestBody(parts);
  if (approved.length === 0) return body;
  const most = 20;
  const lines = approved
    .slice(0, most)
    .map((finding) => `* ${defusedLine(finding, 200).replace(/[\\`*_~[\]|$]/g, '\\$&')}`);
  const more = approved.length > most ? [`* and ${approved.length - most} more`] : [];
  const section = [
    '## Approved by a person',
    '',
    'Asked by Pitcrew, for exactly this change:',
    '',
    ...lines,
    ...more,
  ];
  const end = body.lastIndexOf(REGION_END);
  return `${body.slice(0, end)}${section.join('\n')}\n\n${body.slice(end)}`;
}

/** A person who closed the pull request decided against it: nothing is pushed then, not even the branch. */
async function closedByPerson(
  github: GitHubClient,
  { incident, commit, signal }: PublishRequest,
): Promise<Published | undefined> {
  const found = await findPullRequests(github, { incident, head: commit.branch }, signal);
  const [newest] = found;
  if (!newest || newest.merged || found.some((pull) => pull.state === 'open')) return undefined;
  const { number, url, draft } = newest;
  return {
    outcome: 'refused',
    step: { number, url, draft, branch: commit.branch, sha: commit.sha, refused: true },
    bodyFile: '',
    notes: [],
  };
}

/** Never half of it: a person may take the text from there. */
async function writeWhole(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${process.pid}.part`;
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function asPatch(request: PublishRequest, file: string, bodyFile: string): Promise<Published> {
  const checkout = await checkoutAt(request.repository, request.worktree.path);
  await request.guard('pull_request');
  await mkdir(dirname(file), { recursive: true });
  await writePatch({ worktree: checkout, base: request.worktree.base, sha: request.commit.sha, file });
  const patch = relative(request.repository.mainCheckout, file);
  return {
    outcome: 'patch',
    step: { draft: true, branch: request.commit.branch, sha: request.commit.sha, patch },
    bodyFile,
    notes: [`The patch is ${patch}; the text for a pull request is ${bodyFile}.`],
  };
}

async function baseBranch({ config, repository, github, signal }: PublishRequest): Promise<string> {
  if (config.github.base !== undefined) return config.github.base;
  const { ref } = await defaultBase(repository);
  if (ref.startsWith('origin/') || github === undefined) return ref.replace(/^origin\//, '');
  return defaultBranch(github, signal);
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
