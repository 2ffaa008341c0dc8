import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineerFix } from '../../src/sandbox/sample-app/engineer.ts';
import { readText, type Stage } from '../support/stage.ts';
import { commitOf, does, isRefused, makesWorktree, proofOf, writesFix } from './support/agent.ts';
import { answerQuestion, inRealClient, openTerminal, type Terminal } from './support/client.ts';
import { CONTRACT, closeRaceDay, FORECAST, openRaceDay } from './support/race-day.ts';

const QUESTION = /Allow this unusual fix of RACE-DAY-/;
const RECIPE = 'FROM node:24\n';
const TABLE = 'src/weather/table.mjs';

// One session of a person, in a small terminal: each test goes on where the one before it ended.
inRealClient('a change that only a person can allow', (client) => {
  let stage: Stage;
  let terminal: Terminal;
  let folder = '';

  beforeAll(async () => {
    stage = await openRaceDay({ policy: { max_lines: 100 } });
    terminal = await openTerminal(client, stage, {
      size: { columns: 80, rows: 24 },
      async *script() {
        const { issue } = CONTRACT;
        yield* does('sentry_list_issues', { issues: [issue, FORECAST.issue] });
        yield* does('triage_select');
        yield* does('ledger_register', { issues: [issue, FORECAST.issue] });
        folder = yield* makesWorktree(issue);
        const fix = withFile(yield* writesFix(CONTRACT.bug, folder), 'Dockerfile');
        const recipe = join(folder, 'Dockerfile');
        yield* does('Write', { file_path: recipe, content: RECIPE });
        yield* isRefused(
          'fix_verify',
          proofOf(issue, fix),
          /protected-path: Dockerfile[\s\S]*ask with fix_approve/,
        );

        yield* isRefused(
          'fix_approve',
          { issue },
          /The person did not approve the change\.\s+Next step: Take it back/,
        );
        yield* isRefused('fix_verify', proofOf(issue, fix), /protected-path/);
        yield* isRefused('fix_commit', commitOf(issue, fix), /not verified/);
        yield 'DECLINED.';
        yield* isRefused('fix_approve', { issue }, /closed the question[\s\S]*Next step: Take it back/);
        yield 'CLOSED.';
        yield* isRefused('fix_approve', { issue }, /they typed something other than `approve`/);
        yield 'SOMETHING ELSE.';
        yield* isRefused('fix_approve', { issue }, /Files changed while the person was asked/);
        yield* isRefused('fix_verify', proofOf(issue, fix), /protected-path/);
        yield 'SWAPPED.';

        yield* does('Read', { file_path: recipe });
        yield* does('Write', { file_path: recipe, content: RECIPE });
        expect(yield* does('fix_approve', { issue })).toContain('The person approved this change');
        yield* does('Write', { file_path: recipe, content: 'FROM evil\n' });
        yield* isRefused('fix_verify', proofOf(issue, fix), /so it is void/);
        yield* does('Write', { file_path: recipe, content: RECIPE });
        yield* does('fix_verify', proofOf(issue, fix));
        yield* does('fix_commit', commitOf(issue, fix));
        yield* does('github_create_draft_pr', { issue, summary: 'New teams can order again.' });
        yield 'COMMITTED.';

        const worktree = yield* makesWorktree(FORECAST.issue);
        const large = withFile(yield* writesFix(FORECAST.bug, worktree), TABLE);
        yield* does('Write', { file_path: join(worktree, TABLE), content: 'export {};\n'.repeat(101) });
        const proof = proofOf(FORECAST.issue, large);
        yield* isRefused('fix_verify', proof, /too-many-lines/);
        yield* does('fix_approve', { issue: FORECAST.issue });
        yield* does('fix_verify', proof);
        yield* does('fix_commit', commitOf(FORECAST.issue, large));
        yield 'THE LARGE ONE TOO.';
      },
    });
  });
  afterAll(async () => {
    await terminal?.close();
    await closeRaceDay(stage);
  });

  test('is shown in the question, whole by a command, and a no keeps it out', async () => {
    await terminal.submit(`/sentry fix ${CONTRACT.issue} ${FORECAST.issue}`);
    const shown = await terminal.waitFor(QUESTION, 60);
    expect(shown).toMatch(/Allow this unusual fix of RACE-DAY-1\? 3 files, \+\d+ -\d+\./);
    expect(shown).toContain('- protected-path: Dockerfile is the recipe');
    expect(shown).toContain('Dockerfile +1 -0, src/orders/pricing.mjs +2 -1');
    expect(shown).toContain('Type approve to allow it');
    const [, base = '', tree = ''] = /All of it: git diff (\w+) (\w+)$/m.exec(shown) ?? [];
    const diff = await stage.git('diff', base, tree);
    expect(diff).toContain('+FROM node:24');
    expect(diff).toContain('+++ b/src/orders/pricing.mjs');
    await answerQuestion(terminal, QUESTION, 'decline');
    await terminal.waitFor(/DECLINED\./);
  });

  test('a closed question and other words allow nothing either', async () => {
    await terminal.submit('ask me again');
    await answerQuestion(terminal, QUESTION, 'cancel');
    await terminal.waitFor(/CLOSED\./);
    await terminal.submit('once more');
    await answerQuestion(terminal, QUESTION, { accept: 'do not approve' });
    await terminal.waitFor(/SOMETHING ELSE\./);
  });

  test('a yes to files that changed under the question is void', async () => {
    await terminal.submit('and now');
    await terminal.waitForDialog(QUESTION);
    await writeFile(join(folder, 'Dockerfile'), 'FROM evil\n');
    await answerQuestion(terminal, QUESTION, { accept: 'approve' });
    await terminal.waitFor(/SWAPPED\./);
  });

  test('a yes lets exactly this change through, and an edit after it is void', async () => {
    await terminal.submit('as it was');
    await answerQuestion(terminal, QUESTION, { accept: 'approve' });
    await terminal.waitFor(/COMMITTED\./, 60);
    const branch = `fix/sentry-${CONTRACT.issue.toLowerCase()}`;
    expect(await stage.git('show', `${branch}:Dockerfile`)).toBe(RECIPE.trim());
    const body = join(stage.repository, '.pitcrew/pull-requests/sentry-race-day-1.md');
    expect(await readText(body)).toMatch(/## Approved by a person[\s\S]*protected-path: Dockerfile/);
  });

  test('a change that is too large goes the same way', async () => {
    await terminal.submit('the other one');
    const shown = await terminal.waitFor(QUESTION, 60);
    expect(shown).toMatch(/too-many-lines: \d+ lines change; at most 100 may/);
    await answerQuestion(terminal, QUESTION, { accept: 'approve' });
    await terminal.waitFor(/THE LARGE ONE TOO\./, 60);
    expect(
      await stage.git('ls-tree', '--name-only', `fix/sentry-${FORECAST.issue.toLowerCase()}`, TABLE),
    ).toBe(TABLE);
  });
});

const withFile = (fix: EngineerFix, path: string): EngineerFix => ({ ...fix, files: [...fix.files, path] });
