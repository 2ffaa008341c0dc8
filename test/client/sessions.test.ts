import { afterAll, beforeAll, expect, test } from 'vitest';
import { pullsOf } from '../support/github.ts';
import type { Stage } from '../support/stage.ts';
import { does, isRefused, makesWorktree, proves, writesFix } from './support/agent.ts';
import { inRealClient, openTerminal, runHeadless, type Terminal } from './support/client.ts';
import { CONTRACT, changesInSentry, closeRaceDay, FORECAST, openRaceDay } from './support/race-day.ts';

const { issue, bug } = CONTRACT;

// One piece of work, told in order, by one person whose client is cleared, killed, resumed and forked meanwhile.
inRealClient('a session of the client keeps its work', (client) => {
  let stage: Stage;
  let terminal: Terminal;
  beforeAll(async () => {
    stage = await openRaceDay();
  });
  afterAll(async () => {
    await terminal?.close();
    await closeRaceDay(stage);
  });

  test('through /clear, which gives it another id in the same process', async () => {
    let worktree = '';
    terminal = await openTerminal(client, stage, {
      async *script() {
        yield* does('sentry_list_issues', { issues: [issue] });
        yield* does('triage_select');
        yield* does('ledger_register', { issues: [issue] });
        worktree = yield* makesWorktree(issue);
        const cleared = yield 'HALF WAY.';
        expect(cleared.conversation).not.toContain('Request: fix');
        expect(cleared.prompt).toContain('go on');
        yield* proves(issue, yield* writesFix(bug, worktree));
        yield 'COMMITTED.';
      },
    });
    await terminal.submit(`/sentry fix ${issue}`);
    await terminal.waitFor(/HALF WAY\./);
    await terminal.submit('/clear');
    await terminal.waitFor(/\(no content\)|^(?![\s\S]*HALF WAY)/);
    await terminal.submit('go on');
    await terminal.waitFor(/COMMITTED\./, 60);
  });

  test('through a killed process and --continue, without claiming again', async () => {
    terminal.kill('SIGKILL');
    await terminal.close();
    terminal = await openTerminal(client, stage, {
      home: terminal.home,
      args: ['--continue'],
      async *script(first) {
        expect(first.conversation).toContain('go on');
        yield* does('github_create_draft_pr', { issue, summary: 'New teams can order again.' });
        yield 'OFFERED.';
        yield* does('sentry_resolve', { issue });
        yield 'RESOLVED.';
      },
    });
    await terminal.submit('open the pull request');
    await terminal.waitFor(/OFFERED\./);
    expect(await pullsOf(stage, `fix/sentry-${issue.toLowerCase()}`)).toHaveLength(1);
  });

  test('but a fork of it is another session: what the first one holds stays held', async () => {
    const fork = await runHeadless(client, stage, {
      prompt: 'resolve the issue',
      home: terminal.home,
      args: ['--continue', '--fork-session'],
      async *script(first) {
        expect(first.conversation).toContain('open the pull request');
        yield* isRefused('sentry_resolve', { issue }, /is claimed by claude-code, pid \d+/);
        yield 'Not mine.';
      },
    });
    expect(fork.code).toBe(0);
    expect(changesInSentry(stage)).toEqual([]);
    await terminal.submit('resolve it');
    await terminal.waitFor(/RESOLVED\./);
    expect(changesInSentry(stage)).toHaveLength(1);
  });

  test('but a claim under which nothing was done ends with its process, and the resumed session hears so', async () => {
    await terminal.close();
    const claim = { issues: [FORECAST.issue] };
    terminal = await openTerminal(client, stage, {
      async *script() {
        yield* does('sentry_list_issues', claim);
        yield* does('triage_select');
        yield* does('ledger_register', claim);
        yield* makesWorktree(FORECAST.issue);
        yield 'NOTHING YET.';
      },
    });
    await terminal.submit(`/sentry fix ${FORECAST.issue}`);
    await terminal.waitFor(/NOTHING YET\./);
    await terminal.close();
    terminal = await openTerminal(client, stage, {
      home: terminal.home,
      args: ['--continue'],
      async *script() {
        const step = { issue: FORECAST.issue, no_test_reason: 'Needs the weather of that day.' };
        yield* isRefused(
          'fix_verify',
          step,
          /any more: run \S+ ended at \S+ \(.+ ago\): its session ended before anything was changed\.\s+Next step: Claim it again/,
        );
        yield* does('ledger_register', claim);
        yield* makesWorktree(FORECAST.issue);
        yield 'ON AGAIN.';
      },
    });
    await terminal.submit('go on');
    await terminal.waitFor(/ON AGAIN\./);
  });
});
