import { join } from 'node:path';
import { PitcrewError } from '../../src/core/errors.ts';
import { connect, type Data, type PitcrewClient, ToolRefusal } from './client.ts';
import type { Engineer } from './engineers.ts';
import { quote, say } from './report.ts';
import type { Stage } from './stage.ts';

export interface CrewResult {
  issues: IssueResult[];
  refused: { shortId: string; holder: string; reason: string }[];
  paths: [string, string][];
}

export interface IssueResult {
  shortId: string;
  outcome: 'fixed' | 'failed';
  /** Why it failed. */
  reason?: string;
  commit: string | null;
  pullRequest: string | null;
  /** Exit codes of the reproducing test: on the base, and with the fix. */
  proof: { before: number; after: number } | null;
}

interface Row {
  shortId: string;
  title: string;
}

/** The way of `/sentry top N`, call by call, as an agent makes them. */
export async function runCrew(stage: Stage, engineer: Engineer, top: number): Promise<CrewResult> {
  const colleague = await colleagueAtWork(stage, top);
  const client = await connect(
    stage,
    'pitcrew-demo',
    () => `top ${top}`,
    (message) => say(`    ... ${message}`),
  );
  try {
    say(`\n/sentry top ${top}`);
    const listed = await client.call('sentry_list_issues', { top });
    quote(listed.text);
    say('\nThe person is asked');
    const selected = await client.call('triage_select', {});
    quote(selected.text);
    const { claimed, refused } = await claim(client, strings(selected.data.selected), colleague.pid);
    const rows = rowsOf(listed.data);
    const issues: IssueResult[] = [];
    for (const shortId of claimed) {
      const row = rows.find((one) => one.shortId === shortId) ?? { shortId, title: '' };
      issues.push(await fixOne(client, engineer, row));
    }
    say('\nThe end of the work');
    const fixed = issues.filter(({ outcome }) => outcome === 'fixed').length;
    quote((await client.call('ledger_complete', { note: `${fixed} fixed in the demo` })).text);
    return { issues, refused, paths: pathsOf(stage, String(listed.data.report), issues) };
  } finally {
    await client.close();
    await colleague.close();
  }
}

/** Another live session, which claims the third issue of the list before we come; of a short list the last, of one the next. */
async function colleagueAtWork(stage: Stage, top: number): Promise<PitcrewClient> {
  say("\nA colleague's session claims one of the issues first");
  const theirs = Math.max(2, Math.min(3, top));
  const colleague = await connect(stage, 'colleague', () => String(theirs));
  await colleague.call('sentry_list_issues', { top: theirs });
  const selected = await colleague.call('triage_select', {});
  const claimed = await colleague.call('ledger_register', {
    issues: strings(selected.data.selected),
    intent: 'already looking into it',
  });
  quote(claimed.text);
  return colleague;
}

/** Claims what was selected; what another session holds is refused, with its holder, and left out. */
async function claim(client: PitcrewClient, selected: string[], holderPid: number | null) {
  say('\nClaiming the selected issues');
  const claimed: string[] = [];
  const refused: CrewResult['refused'] = [];
  for (const shortId of selected) {
    try {
      await client.call('ledger_register', { issues: [shortId], intent: 'demo' });
      claimed.push(shortId);
    } catch (error) {
      if (!(error instanceof ToolRefusal)) throw error;
      quote(error.message);
      const holder = /held by ([^;]*?) since/.exec(error.message)?.[1] ?? `pid ${holderPid ?? 'unknown'}`;
      refused.push({
        shortId,
        holder,
        reason: sentenceOf(error),
      });
    }
  }
  say(`    claimed: ${claimed.join(', ')}`);
  return { claimed, refused };
}

/** One issue to its end; what the engineer or a tool refuses is the end of this one only. */
async function fixOne(client: PitcrewClient, engineer: Engineer, row: Row): Promise<IssueResult> {
  say(`\n${row.shortId}: ${row.title}`);
  const failed = {
    shortId: row.shortId,
    outcome: 'failed' as const,
    commit: null,
    pullRequest: null,
    proof: null,
  };
  try {
    return (
      (await fix(client, engineer, row)) ?? { ...failed, reason: 'No attempt of the engineer was proven.' }
    );
  } catch (error) {
    if (!(error instanceof ToolRefusal || error instanceof PitcrewError)) throw error;
    quote(error instanceof PitcrewError ? `${error.message}\nNext step: ${error.hint}` : error.message);
    return { ...failed, reason: sentenceOf(error) };
  }
}

async function fix(
  client: PitcrewClient,
  engineer: Engineer,
  { shortId, title }: Row,
): Promise<IssueResult | undefined> {
  const worktree = await client.call('worktree_create', { issue: shortId });
  const evidence = await client.call('sentry_latest_event', { issue: shortId });
  quote(evidence.text);
  quote((await client.call('github_search_issues', { issue: shortId })).text);
  const folder = String(worktree.data.path);
  const job = await engineer.take(crashOf(evidence.data, title), evidence.text, folder);
  for (const attempt of job.attempts) {
    say(`  ${engineer.name}: ${attempt.description}`);
    await attempt.apply(folder);
    const verified = await verify(client, shortId, job);
    if (!verified) continue;
    const commit = await client.call('fix_commit', {
      issue: shortId,
      files: job.files,
      root_cause: job.rootCause,
      fix: job.fix,
    });
    quote(commit.text);
    const pull = await client.call('github_create_draft_pr', { issue: shortId, summary: job.fix });
    quote(pull.text);
    quote((await client.call('sentry_resolve', { issue: shortId })).text);
    return {
      shortId,
      outcome: 'fixed',
      commit: String(commit.data.sha),
      pullRequest: urlOf(pull.data),
      proof: verified,
    };
  }
  return undefined;
}

/** The sentence of a tool's refusal or an engineer's error, without what follows it. */
const sentenceOf = ({ message }: Error): string => (message.split('\n')[0] ?? '').replace(/^[a-z]+: /, '');

async function verify(
  client: PitcrewClient,
  issue: string,
  job: { testCommand: string; testFiles: string[] },
): Promise<{ before: number; after: number } | undefined> {
  try {
    const answer = await client.call('fix_verify', {
      issue,
      test: job.testCommand,
      test_files: job.testFiles,
    });
    quote(answer.text);
    const proof = record(answer.data.proof);
    return { before: Number(record(proof.before).exitCode), after: Number(record(proof.after).exitCode) };
  } catch (error) {
    if (!(error instanceof ToolRefusal)) throw error;
    quote(error.message);
    return undefined;
  }
}

const record = (value: unknown): Data => (typeof value === 'object' && value !== null ? { ...value } : {});
const list = (value: unknown): Data[] => (Array.isArray(value) ? value.map(record) : []);
const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const rowsOf = (data: Data): Row[] =>
  list(data.issues).map((issue) => ({ shortId: String(issue.shortId), title: String(issue.title) }));

function urlOf(data: Data): string | null {
  const { url } = record(data.pullRequest);
  return typeof url === 'string' ? url : null;
}

/** What the scripted engineer recognises a crash by: the exception, and the file that it happened in. */
function crashOf(data: Data, title: string) {
  const exception = list(data.exceptions).at(0) ?? {};
  const frame = record(data.crashFrame);
  const file = frame.file ?? frame.path;
  return {
    type: String(exception.type ?? ''),
    value: String(exception.value ?? ''),
    title,
    ...(typeof frame.function === 'string' ? { function: frame.function } : {}),
    ...(typeof file === 'string' ? { file } : {}),
  };
}

function pathsOf(stage: Stage, report: string, issues: IssueResult[]): [string, string][] {
  return [
    ['repository', stage.repository],
    ['triage report', join(stage.repository, report)],
    ['ledger view', join(stage.repository, '.claude/active-runs.md')],
    ['PR bodies', join(stage.repository, '.pitcrew/pull-requests')],
    ['worktrees', join(stage.repository, '.pitcrew/worktrees')],
    ...issues.flatMap((issue): [string, string][] =>
      issue.pullRequest ? [[issue.shortId, issue.pullRequest]] : [],
    ),
  ];
}
