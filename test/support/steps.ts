import type { ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { expect } from 'vitest';
import type { TestClient, ToolResult } from './mcp.ts';
import type { Stage } from './stage.ts';

/** The person in front of a client: answers what was said last, and remembers what was asked. */
export interface Person {
  answer(message: string): ElicitResult;
  says(selection: string): void;
  does(action: 'decline' | 'cancel'): void;
  readonly asked: string[];
}

export function person(): Person {
  let next: ElicitResult = { action: 'accept', content: { selection: 'all' } };
  const asked: string[] = [];
  return {
    asked,
    answer(message) {
      asked.push(message);
      return next;
    },
    says(selection) {
      next = { action: 'accept', content: { selection } };
    },
    does(action) {
      next = { action };
    },
  };
}

/** Calls a tool that has to succeed. */
export async function works(
  client: TestClient,
  tool: string,
  args: Record<string, unknown> = {},
): Promise<ToolResult> {
  const answer = await client.call(tool, args);
  expect(answer.isError, `${tool}: ${answer.text}`).toBe(false);
  return answer;
}

export interface Failure {
  kind: string;
  message: string;
  hint: string;
}

/** Calls a tool that has to fail with this kind; the model sees the same sentence and next step as programs. */
export async function fails(
  client: TestClient,
  tool: string,
  args: Record<string, unknown>,
  kind: 'input' | 'refused' | 'upstream',
): Promise<Failure> {
  const answer = await client.call(tool, args);
  expect(answer.isError, `${tool} should fail: ${answer.text}`).toBe(true);
  const failure: Failure = answer.data;
  expect(failure.kind, answer.text).toBe(kind);
  expect(answer.text).toBe(`${kind}: ${failure.message}\nNext step: ${failure.hint}`);
  expect(failure.hint).toMatch(/^\S.{8,}/);
  return failure;
}

/** Lists exactly these issues and has the person choose all of them; the client's person must say `all`. */
export async function select(client: TestClient, issues: string[]): Promise<void> {
  await works(client, 'sentry_list_issues', { issues });
  const chosen = await works(client, 'triage_select');
  expect(chosen.data.selected).toEqual(issues);
}

/** The short id of the issue that crashed first time last. */
export async function newestIssue(client: TestClient): Promise<string> {
  const listed = await works(client, 'sentry_list_issues', { sort: 'new', top: 1, record: false });
  return listed.data.issues[0].shortId;
}

/** Selects and claims issues, each in a run of its own, with no paths unless given. */
export async function claim(client: TestClient, issues: string[], paths: string[] = []): Promise<void> {
  await select(client, issues);
  for (const issue of issues) await works(client, 'ledger_register', { issues: [issue], paths });
}

/** Makes the worktree of a claimed issue and answers its folder. */
export async function worktreeOf(client: TestClient, issue: string): Promise<string> {
  return (await works(client, 'worktree_create', { issue })).data.path;
}

/** What fix_commit is told where the words do not matter. */
export const WORDS = {
  root_cause: 'A new team has no contract yet.',
  fix: 'Such a team gets no contract discount.',
};

export const NO_TEST = 'Needs the timing hardware of the pit wall.';

/** The stage as a machine without a GitHub token sees it: a `gh` that is logged in has its settings elsewhere. */
export function withoutGitHub(stage: Stage): Pick<Stage, 'repository' | 'env'> {
  const { GITHUB_TOKEN: _, GH_TOKEN: __, ...env } = stage.env;
  return { repository: stage.repository, env: { ...env, GH_CONFIG_DIR: stage.folder } };
}
