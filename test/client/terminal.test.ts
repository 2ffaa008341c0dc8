import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stage } from '../support/stage.ts';
import { does, isRefused } from './support/agent.ts';
import { answerQuestion, inRealClient, openTerminal, type Terminal } from './support/client.ts';
import { CONTRACT, closeRaceDay, FORECAST, openRaceDay } from './support/race-day.ts';

// One session of a person: each test goes on where the one before it ended.
inRealClient('a person in the terminal', (client) => {
  let stage: Stage;
  let terminal: Terminal;
  const QUESTION = /Which Sentry issues should be worked on\?/;

  beforeAll(async () => {
    stage = await openRaceDay();
    terminal = await openTerminal(client, stage, {
      async *script(first) {
        expect(first.prompt).toContain('Request: top 3');
        yield* does('sentry_list_issues', { top: 3 });
        yield* isRefused('triage_select', {}, /The person declined to choose/);
        yield* isRefused('ledger_register', { issues: [CONTRACT.issue] }, /not selected by a person/);
        expect((yield 'DECLINED.').prompt).toContain('ask me again');
        yield* isRefused('triage_select', {}, /The person closed the question/);
        yield* isRefused('ledger_register', { issues: [CONTRACT.issue] }, /not selected by a person/);
        expect((yield 'CANCELLED.').prompt).toContain('once more');
        expect(yield* does('triage_select')).toContain(
          `Selected by person (elicitation): ${FORECAST.issue}.`,
        );
        yield* isRefused('ledger_register', { issues: [CONTRACT.issue] }, /not selected by a person/);
        yield* does('ledger_register', { issues: [FORECAST.issue] });
        expect((yield 'ACCEPTED.').prompt).toContain('Request: list');
        expect(yield* does('sentry_list_issues', { record: false })).toContain(`|2|${FORECAST.issue}|`);
        yield 'LISTED.';
      },
    });
  });
  afterAll(async () => {
    await terminal?.close();
    await closeRaceDay(stage);
  });

  test('/sentry top 3 asks with the issues in the question, and a no selects nothing', async () => {
    await terminal.submit('/sentry top 3');
    const shown = await terminal.waitFor(QUESTION);
    expect(shown).toContain(`1. ${CONTRACT.issue}`);
    expect(shown).toContain(`2. ${FORECAST.issue}`);
    await answerQuestion(terminal, QUESTION, 'decline');
    await terminal.waitFor(/DECLINED\./);
  });

  test('a closed question selects nothing', async () => {
    await terminal.submit('ask me again');
    await answerQuestion(terminal, QUESTION, 'cancel');
    await terminal.waitFor(/CANCELLED\./);
  });

  test('an answer selects what it names, and nothing else may be claimed', async () => {
    await terminal.submit('once more');
    await answerQuestion(terminal, QUESTION, { accept: '2' });
    await terminal.waitFor(/ACCEPTED\./);
  });

  test('/sentry list shows the table', async () => {
    await terminal.submit('/sentry list');
    await terminal.waitFor(/LISTED\./);
  });
});
