import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineerFix } from '../../src/sandbox/sample-app/engineer.ts';
import type { Stage } from '../support/stage.ts';
import { does, isRefused, makesWorktree, proves, writesFix } from './support/agent.ts';
import { call, inRealClient, runHeadless, type Script } from './support/client.ts';
import { CONTRACT, closeRaceDay, openRaceDay } from './support/race-day.ts';

const { issue, bug } = CONTRACT;
const TASK = `Mend ${issue} in the folder you are told.`;

inRealClient('a subagent of the session', (client) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openRaceDay({ unattended: 'draft-pr' });
  });
  afterAll(() => closeRaceDay(stage));

  test('works on what its session holds, and is held by the same rules', async () => {
    let folder = '';
    let fix: EngineerFix | undefined;
    const subagent: Script = async function* () {
      const outside = { file_path: join(stage.repository, 'src/quick.mjs'), content: 'quick' };
      yield* isRefused('Write', outside, /worktree/);
      yield* isRefused('Bash', { command: 'git add -A' }, /git add/);
      fix = yield* writesFix(bug, folder);
      yield* proves(issue, fix);
      yield 'Mended and committed.';
    };
    const run = await runHeadless(client, stage, {
      prompt: '/sentry top 1',
      others: [
        {
          when: ({ conversation }) => conversation.includes(TASK) && !conversation.includes('Request:'),
          script: subagent,
        },
      ],
      async *script() {
        yield* does('sentry_list_issues', { top: 1 });
        yield* does('triage_select', { selection: 'all' });
        yield* does('ledger_register', { issues: [issue] });
        folder = yield* makesWorktree(issue);
        let seen = yield {
          calls: [call('Agent', { description: 'Mend it', prompt: TASK, subagent_type: 'general-purpose' })],
        };
        expect(seen.last.isError, seen.last.text).toBe(false);
        // It works in the background: the client tells when it is done.
        while (!seen.conversation.includes('Mended and committed.')) seen = yield 'Waiting for it.';
        yield* does('github_create_draft_pr', { issue, summary: 'New teams can order again.' });
        yield 'Done.';
      },
    });
    expect(fix).toBeDefined();
    expect(run.result).toMatchObject({ result: 'Done.' });
    expect(await stage.git('status', '--porcelain')).toBe('');
  });
});
