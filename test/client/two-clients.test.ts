import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineerFix } from '../../src/sandbox/sample-app/engineer.ts';
import { pullsOf } from '../support/github.ts';
import type { Stage } from '../support/stage.ts';
import { does, isRefused, makesWorktree, proves, writesFix } from './support/agent.ts';
import { inRealClient, openTerminal, runHeadless, type Script, startHeadless } from './support/client.ts';
import { CONTRACT, closeRaceDay, FORECAST, openRaceDay } from './support/race-day.ts';

inRealClient('two clients at once in one repository', (client) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openRaceDay({ unattended: 'draft-pr' });
  });
  afterAll(() => closeRaceDay(stage));

  test('share the issues, each in its own worktree; neither takes or touches what the other holds', async () => {
    const held = moment<string>();
    const over = moment<void>();
    let fix: EngineerFix | undefined;
    const first = await startHeadless(client, stage, {
      prompt: '/sentry top 1',
      async *script() {
        yield* does('sentry_list_issues', { top: 2 });
        yield* does('triage_select', { selection: '1' });
        yield* does('ledger_register', { issues: [CONTRACT.issue], intent: 'contracts' });
        const worktree = yield* makesWorktree(CONTRACT.issue);
        fix = yield* writesFix(CONTRACT.bug, worktree);
        held.comes(worktree);
        yield { text: 'That is enough for today.', after: over.came };
      },
    });
    const theirs = await first.until(held.came);
    await runHeadless(client, stage, { prompt: '/sentry top 2', script: second(theirs) });
    over.comes();
    const { home, session } = await first.done;
    await runHeadless(client, stage, {
      prompt: 'go on',
      home,
      args: ['--resume', session],
      async *script() {
        if (!fix) throw new Error('The first client wrote no fix.');
        yield* proves(CONTRACT.issue, fix);
        yield* does('github_create_draft_pr', {
          issue: CONTRACT.issue,
          summary: 'New teams can order again.',
        });
        yield 'Done.';
      },
    });

    for (const { issue, file } of [CONTRACT, FORECAST]) {
      const branch = `fix/sentry-${issue.toLowerCase()}`;
      expect(await pullsOf(stage, branch)).toMatchObject([{ draft: true }]);
      expect(await stage.git('diff', '--name-only', `main...${branch}`)).toContain(file);
    }
    expect(await stage.git('status', '--porcelain')).toBe('');
  });

  const second = (theirs: string): Script =>
    async function* () {
      expect(yield* does('sentry_list_issues', { top: 2 })).toMatch(
        new RegExp(`${CONTRACT.issue}.*claude-code`),
      );
      yield* does('triage_select', { selection: 'all' });
      const both = { issues: [CONTRACT.issue, FORECAST.issue] };
      yield* isRefused('ledger_register', both, /RACE-DAY-1.* is held by claude-code, pid \d+/);
      yield* isRefused('worktree_create', { issue: FORECAST.issue }, /not claimed/);
      yield* does('ledger_register', { issues: [FORECAST.issue] });
      yield* isRefused('sentry_resolve', { issue: CONTRACT.issue }, /is claimed by claude-code/);
      const worktree = yield* makesWorktree(FORECAST.issue);
      const inTheirs = { file_path: join(theirs, 'notes.txt'), content: 'mine now' };
      yield* isRefused('Write', inTheirs, /worktree/);
      const theirFile = join(worktree, CONTRACT.file);
      yield* does('Read', { file_path: theirFile });
      yield* isRefused('Write', { file_path: theirFile, content: '// mine' }, /claimed|held/);
      yield* isRefused('Bash', { command: 'git stash' }, /stash/);
      yield* proves(FORECAST.issue, yield* writesFix(FORECAST.bug, worktree));
      yield* does('github_create_draft_pr', {
        issue: FORECAST.issue,
        summary: 'Empty forecasts are read again.',
      });
      yield* does('ledger_complete', { note: 'done' });
      yield 'Done.';
    };
});

inRealClient('a client that is killed in the middle', (client) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openRaceDay();
  });
  afterAll(() => closeRaceDay(stage));

  test('leaves its work to another, who takes it up as it lies there', async () => {
    const { issue, bug } = CONTRACT;
    let folder = '';
    let fix: EngineerFix | undefined;
    const killed = await openTerminal(client, stage, {
      async *script() {
        yield* does('sentry_list_issues', { issues: [issue] });
        yield* does('triage_select');
        yield* does('ledger_register', { issues: [issue] });
        folder = yield* makesWorktree(issue);
        fix = yield* writesFix(bug, folder);
        yield 'HALF WAY.';
      },
    });
    await killed.submit(`/sentry fix ${issue}`);
    await killed.waitFor(/HALF WAY\./);
    killed.kill('SIGKILL');
    await killed.close();

    const heir = await openTerminal(client, stage, {
      async *script() {
        yield* does('sentry_list_issues', { issues: [issue] });
        yield* does('triage_select');
        expect(yield* does('ledger_status')).toContain('whose session is gone (free for the next claim)');
        yield* does('ledger_register', { issues: [issue] });
        expect(yield* makesWorktree(issue)).toBe(folder);
        if (!fix) throw new Error('The first client wrote no fix.');
        yield* proves(issue, fix);
        yield* does('github_create_draft_pr', { issue, summary: 'New teams can order again.' });
        yield* does('sentry_resolve', { issue });
        yield 'ALL DONE.';
      },
    });
    try {
      await heir.submit(`/sentry fix ${issue}`);
      await heir.waitFor(/ALL DONE\./, 60);
    } finally {
      await heir.close();
    }
  });
});

/** Something that one client does and another waits for. */
function moment<T>() {
  const { promise, resolve } = Promise.withResolvers<T>();
  return { came: promise, comes: resolve };
}
