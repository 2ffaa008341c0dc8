import type { Tool } from './define.ts';
import { fixApprove } from './fix-approve.ts';
import { fixCommit } from './fix-commit.ts';
import { fixVerify } from './fix-verify.ts';
import { githubCreateDraftPr } from './github-create-draft-pr.ts';
import { githubSearchIssues } from './github-search-issues.ts';
import { ledgerComplete } from './ledger-complete.ts';
import { ledgerRegister } from './ledger-register.ts';
import { ledgerStatus } from './ledger-status.ts';
import { ledgerUpdate } from './ledger-update.ts';
import { sentryIssueStats } from './sentry-issue-stats.ts';
import { sentryLatestEvent } from './sentry-latest-event.ts';
import { sentryListIssues } from './sentry-list-issues.ts';
import { sentryResolve } from './sentry-resolve.ts';
import { triageSelect } from './triage-select.ts';
import { worktreeCreate } from './worktree-create.ts';
import { worktreeRemove } from './worktree-remove.ts';

/** Every tool, in the order of work. The MCP server, the command line and the reference are made from it. */
export const tools: readonly Tool[] = [
  sentryListIssues,
  sentryIssueStats,
  triageSelect,
  ledgerRegister,
  ledgerStatus,
  ledgerUpdate,
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

export const findTool = (name: string): Tool | undefined => tools.find((tool) => tool.name === name);

/** The tool of a command: `sentry-list-issues` is `sentry_list_issues`. */
export const toolOfCommand = (command: string): Tool | undefined =>
  command.includes('_') ? undefined : findTool(command.replaceAll('-', '_'));
