import type { Tool } from './define.ts';
import { fixApprove } from './fix-approve.ts';
import { fixCommit } from './fix-commit.ts';
import { fixVerify } from './fix-verify.ts';
import { githubCreateDraftPr } from './github-create-draft-pr.ts';
import { githubSearchIssues } from './github-search-issues.ts';
import { ledgerComplete } from './ledger-complete.ts';
import { ledgerDoctor } from './ledger-doctor.ts';
import { ledgerHistory } from './ledger-history.ts';
import { ledgerImport } from './ledger-import.ts';
import { ledgerLane } from './ledger-lane.ts';
import { ledgerRegister } from './ledger-register.ts';
import { ledgerRelease } from './ledger-release.ts';
import { ledgerStatus } from './ledger-status.ts';
import { ledgerTakeover } from './ledger-takeover.ts';
import { ledgerTrim } from './ledger-trim.ts';
import { ledgerUpdate } from './ledger-update.ts';
import { sentryIssueStats } from './sentry-issue-stats.ts';
import { sentryLatestEvent } from './sentry-latest-event.ts';
import { sentryListIssues } from './sentry-list-issues.ts';
import { sentryResolve } from './sentry-resolve.ts';
import { triageSelect } from './triage-select.ts';
import { worktreeCreate } from './worktree-create.ts';
import { worktreeRemove } from './worktree-remove.ts';

/** Every tool that a model is offered, in the order of work. */
export const tools: readonly Tool[] = [
  sentryListIssues,
  sentryIssueStats,
  triageSelect,
  ledgerRegister,
  ledgerStatus,
  ledgerUpdate,
  ledgerTakeover,
  ledgerRelease,
  ledgerLane,
  ledgerHistory,
  ledgerDoctor,
  ledgerComplete,
  worktreeCreate,
  worktreeRemove,
  sentryLatestEvent,
  githubSearchIssues,
  fixVerify,
  fixApprove,
  fixCommit,
  githubCreateDraftPr,
  sentryResolve,
];

/**
 * Every command: the tools, and what only a person does, once in a long while. Every tool that is listed costs each
 * session of every client its tokens, so these are not. The command line and the reference are made from it.
 */
export const commands: readonly Tool[] = [...tools, ledgerImport, ledgerTrim];

export const findTool = (name: string): Tool | undefined => tools.find((tool) => tool.name === name);

/** The tool of a command: `sentry-list-issues` is `sentry_list_issues`. */
export const toolOfCommand = (command: string): Tool | undefined =>
  commands.find((tool) => tool.name.replaceAll('_', '-') === command);
