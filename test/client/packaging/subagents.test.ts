import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stage } from '../../support/stage.ts';
import { does, makesWorktree } from '../support/agent.ts';
import { call, inRealClient, runHeadless, type Script } from '../support/client.ts';
import { CONTRACT, closeRaceDay, FORECAST, openRaceDay } from '../support/race-day.ts';

const OURS = 'mcp__plugin_pitcrew_pitcrew__';

/** What the client itself offers to every agent beside the tools that it was given. */
const own = (names: readonly string[]): string[] =>
  names.filter((name) => name !== 'DeferredToolPlaceholder').sort();

inRealClient('subagents', (client) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openRaceDay({ unattended: 'draft-pr' });
  });
  afterAll(() => closeRaceDay(stage));

  test('the investigator cannot write, whatever it tries; the fixer writes in one worktree only', async () => {
    const offered: Record<string, string[]> = {};
    const rooms: string[] = [];
    const investigator: Script = async function* (first) {
      offered.investigator = own(first.toolNames);
      const tried = yield {
        calls: [
          call('Bash', { command: 'touch written' }),
          call('Write', { file_path: join(stage.repository, 'written'), content: 'x' }),
          call('sentry_resolve', { issue: CONTRACT.issue }),
        ],
      };
      expect(tried.results.map(({ isError }) => isError)).toEqual([true, true, true]);
      expect(yield* does('sentry_latest_event', { issue: CONTRACT.issue })).toContain('pricing.mjs');
      yield 'INVESTIGATED.';
    };
    const fixer: Script = async function* (first) {
      offered.fixer = own(first.toolNames);
      const [mine = '', other = ''] = rooms;
      const write = (folder: string) =>
        call('Write', { file_path: join(folder, 'test/new.test.mjs'), content: 'x\n' });
      const tried = yield { calls: [write(mine), write(other), write(stage.repository)] };
      expect(tried.results.map(({ isError }) => isError)).toEqual([false, true, true]);
      expect(tried.results[1]?.text).toContain('this subagent works in');
      const shell = yield { calls: [call('Bash', { command: `touch ${other}/x` })] };
      expect(shell.last.isError).toBe(true);
      yield 'FIXED.';
    };
    const agent = (kind: string, prompt: string) =>
      call('Agent', { description: kind, prompt, subagent_type: `pitcrew:${kind}` });
    await runHeadless(client, stage, {
      prompt: '/sentry top 2',
      permissions: 'bypass',
      others: [
        { when: (seen) => seen.prompt.includes('INVESTIGATE THIS'), script: investigator },
        { when: (seen) => seen.prompt.includes('MEND THIS'), script: fixer },
      ],
      async *script() {
        yield* does('sentry_list_issues', { top: 2 });
        yield* does('triage_select', { selection: 'all' });
        const issues = [CONTRACT.issue, FORECAST.issue];
        yield* does('ledger_register', { issues });
        for (const issue of issues) rooms.push(yield* makesWorktree(issue));
        yield { calls: [agent('investigator', 'INVESTIGATE THIS'), agent('fixer', 'MEND THIS')] };
        yield 'WAITING.';
        yield 'DONE.';
        yield 'DONE.';
      },
    });
    expect(offered.investigator).toEqual(
      [
        'Glob',
        'Grep',
        'Read',
        ...['github_search_issues', 'ledger_status', 'sentry_issue_stats', 'sentry_latest_event'].map(
          (name) => OURS + name,
        ),
      ].sort(),
    );
    expect(offered.fixer).toEqual(
      [
        'Edit',
        'Glob',
        'Grep',
        'Read',
        'Write',
        ...['fix_verify', 'ledger_status', 'sentry_latest_event'].map((name) => OURS + name),
      ].sort(),
    );
    expect(await readFile(join(rooms[0] ?? '', 'test/new.test.mjs'), 'utf8')).toBe('x\n');
    for (const path of [join(rooms[1] ?? '', 'test/new.test.mjs'), join(stage.repository, 'written')])
      await expect(readFile(path)).rejects.toThrow();
  });
});
