import { afterAll, beforeAll, expect, test } from 'vitest';
import { pullsOf } from '../support/github.ts';
import type { Stage } from '../support/stage.ts';
import { commitOf, does, isRefused, makesWorktree, proofOf, writesFix } from './support/agent.ts';
import { inRealClient, openTerminal, type Script } from './support/client.ts';
import { CONTRACT, changesInSentry, closeRaceDay, FORECAST, openRaceDay } from './support/race-day.ts';

const { issue, bug } = CONTRACT;
const branch = `fix/sentry-${issue.toLowerCase()}`;
const WORDS = { root_cause: 'A new team has no contract yet.', fix: 'It gets no contract discount.' };
const PR = { issue, summary: 'New teams could not order. Now they can.' };

/** An agent in a hurry: tries every step before the one that it needs, and then does it right. */
const hurried: Script = async function* (first) {
  expect(first.prompt).toContain(`Request: fix ${issue}`);
  yield* isRefused('triage_select', {}, /no triage yet/);
  yield* isRefused('worktree_create', { issue }, /not claimed by this session/);
  yield* isRefused(
    'person_prompt',
    { prompt: `/sentry fix ${FORECAST.issue}` },
    /No such tool|not found|no tool/i,
  );
  yield* does('sentry_list_issues', { issues: [issue] });
  yield* isRefused('ledger_register', { issues: [issue] }, /not selected by a person/);
  expect(yield* does('triage_select')).toContain(`Selected by person (typed): ${issue}.`);
  yield* isRefused('worktree_create', { issue }, /not claimed/);
  yield* isRefused('ledger_register', { issues: [FORECAST.issue] }, /not selected by a person/);
  yield* does('ledger_register', { issues: [issue] });

  yield* isRefused(
    'fix_verify',
    { issue, test: 'false', test_files: ['test/a.test.mjs'] },
    /has no worktree/,
  );
  yield* isRefused('fix_commit', { issue, files: ['a'], ...WORDS }, /has no worktree/);
  yield* isRefused('fix_approve', { issue }, /has no worktree/);
  yield* isRefused('github_create_draft_pr', PR, /has no worktree/);
  yield* isRefused('sentry_resolve', { issue }, /not proven/);
  const worktree = yield* makesWorktree(issue);
  yield* isRefused(
    'fix_verify',
    { issue, test: 'false', test_files: ['test/a.test.mjs'] },
    /no changes to prove/,
  );
  yield* isRefused('fix_commit', { issue, files: ['a'], ...WORDS }, /not verified/);

  const fix = yield* writesFix(bug, worktree);
  yield* isRefused('fix_verify', { issue, test: 'true', test_files: [fix.testFile] }, /Not proven/);
  yield* isRefused('fix_commit', commitOf(issue, fix), /proof .* was refused/);
  yield* isRefused('github_create_draft_pr', PR, /proof .* was refused/);
  expect(yield* does('fix_verify', proofOf(issue, fix))).toContain(`${issue} is proven`);
  yield* isRefused('github_create_draft_pr', PR, /not committed/);
  yield* isRefused('sentry_resolve', { issue }, /not committed/);
  yield* does('fix_commit', commitOf(issue, fix));
  yield* isRefused('sentry_resolve', { issue }, /not offered for review/);
  yield* does('github_create_draft_pr', PR);
  yield* isRefused('worktree_remove', { issue }, /worked on|merged/);
  expect(yield* does('sentry_resolve', { issue })).toMatch(/unresolved.* -> resolved/);
  expect(yield* does('ledger_complete', { note: 'done' })).toContain(`${issue}: fixed`);
  yield* isRefused('ledger_update', { issue, add: ['a.mjs'] }, /not claimed/);
  yield 'ALL DONE.';
};

inRealClient('/sentry fix, typed by a person', (client) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openRaceDay();
  });
  afterAll(() => closeRaceDay(stage));

  test('goes all the way to a resolved issue, and is refused at every step that comes too early', async () => {
    const terminal = await openTerminal(client, stage, { script: hurried });
    try {
      await terminal.submit(`/sentry fix ${issue}`);
      const shown = await terminal.waitFor(/ALL DONE\./, 100);
      // The typed words were the consent: no question came up.
      expect(shown).not.toContain('requests your input');
    } finally {
      await terminal.close();
    }
    const sha = await stage.git('rev-parse', branch);
    expect(await pullsOf(stage, branch)).toMatchObject([{ draft: true, state: 'open', head: { sha } }]);
    expect(await stage.git('ls-remote', 'origin', branch)).toContain(sha);
    expect(changesInSentry(stage)).toHaveLength(1);
    expect(await stage.git('status', '--porcelain')).toBe('');
    expect(await stage.git('stash', 'list')).toBe('');
  });
});
