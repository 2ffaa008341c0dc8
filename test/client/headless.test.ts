import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pullsOf } from '../support/github.ts';
import type { Stage } from '../support/stage.ts';
import { does, isRefused, makesWorktree, proves, writesFix } from './support/agent.ts';
import { inRealClient, runHeadless } from './support/client.ts';
import { CONTRACT, changesInSentry, closeRaceDay, FORECAST, openRaceDay } from './support/race-day.ts';

inRealClient('a run without a terminal', (client) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openRaceDay();
  });
  afterAll(() => closeRaceDay(stage));

  test('/sentry list shows the table and writes nothing', async () => {
    const run = await runHeadless(client, stage, {
      prompt: '/sentry list',
      async *script(first) {
        expect(first.prompt).toContain('Request: list');
        expect(yield* does('sentry_list_issues', { record: false })).toContain(`|1|${CONTRACT.issue}|`);
        yield 'Two issues.';
      },
    });
    expect(run).toMatchObject({ code: 0, result: { is_error: false, permission_denials: [] } });
    expect(existsSync(join(stage.repository, '.claude'))).toBe(false);
    expect(await stage.git('status', '--porcelain')).toBe('');
  });

  test('/sentry top 3 is the skill with its words, and ends at the table: nobody is there to choose', async () => {
    const run = await runHeadless(client, stage, {
      prompt: '/sentry top 3',
      async *script(first) {
        expect(first.prompt).toContain('Request: top 3');
        expect(yield* does('sentry_list_issues', { top: 3 })).toContain(`|2|${FORECAST.issue}|`);
        yield* isRefused('triage_select', {}, /nobody to ask here[\s\S]+Next step: .+in a terminal/);
        // What a hurried agent says in the person's place is no selection either.
        yield* isRefused('triage_select', { selection: 'all' }, /nobody to ask here/);
        yield* isRefused('ledger_register', { issues: [CONTRACT.issue] }, /not selected by a person/);
        yield 'Nothing was selected.';
      },
    });
    expect(run.init.mcp_servers).toMatchObject([{ name: 'plugin:pitcrew:pitcrew', status: 'connected' }]);
    expect(run.init).not.toHaveProperty('plugin_errors');
    expect(run).toMatchObject({ code: 0, result: { is_error: false, result: 'Nothing was selected.' } });
    expect(await stage.git('worktree', 'list')).not.toContain('\n');
  });

  test('/sentry fix X typed where nobody sits is no consent: a program can type too', async () => {
    await runHeadless(client, stage, {
      prompt: `/sentry fix ${CONTRACT.issue}`,
      async *script() {
        yield* does('sentry_list_issues', { issues: [CONTRACT.issue] });
        yield* isRefused('triage_select', {}, /nobody to ask here/);
        yield 'Nothing was selected.';
      },
    });
    expect(changesInSentry(stage)).toEqual([]);
  });
});

inRealClient('an unattended run, where pitcrew.yml lets it end at a draft', (client) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openRaceDay({ unattended: 'draft-pr' });
  });
  afterAll(() => closeRaceDay(stage));

  test('goes from the table to the draft pull request, and leaves the issue to a person', async () => {
    const run = await runHeadless(client, stage, {
      prompt: '/sentry top 1',
      async *script() {
        yield* does('sentry_list_issues', { top: 1 });
        expect(yield* does('triage_select', { selection: 'all' })).toContain('Selected by policy');
        yield* does('ledger_register', { issues: [CONTRACT.issue] });
        const worktree = yield* makesWorktree(CONTRACT.issue);
        expect(yield* does('sentry_latest_event', { issue: CONTRACT.issue })).toContain('pricing.mjs:20');
        yield* proves(CONTRACT.issue, yield* writesFix(CONTRACT.bug, worktree));
        yield* does('github_create_draft_pr', {
          issue: CONTRACT.issue,
          summary: 'New teams can order again.',
        });
        yield* isRefused('sentry_resolve', { issue: CONTRACT.issue }, /selected by policy, without a person/);
        yield* does('ledger_complete', { note: 'done' });
        yield 'Done.';
      },
    });
    expect(run).toMatchObject({ code: 0, result: { result: 'Done.', permission_denials: [] } });
    expect(await pullsOf(stage, `fix/sentry-${CONTRACT.issue.toLowerCase()}`)).toMatchObject([
      { draft: true, state: 'open' },
    ]);
    expect(changesInSentry(stage)).toEqual([]);
    expect(await readdir(join(stage.repository, '.claude'))).toContain('active-runs.md');
  });
});
