import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stage } from '../support/stage.ts';
import { does } from './support/agent.ts';
import { inRealClient, runHeadless, type Seen } from './support/client.ts';
import { CONTRACT, closeRaceDay, openRaceDay } from './support/race-day.ts';
import { tokensOf } from './support/tokens.ts';

inRealClient('what the model is shown of Pitcrew', (client) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openRaceDay();
  });
  afterAll(() => closeRaceDay(stage));

  test('before the first call is small: tools, instructions and the skill', async () => {
    let before: Seen | undefined;
    const run = await runHeadless(client, stage, {
      prompt: '/sentry top 3',
      async *script(first) {
        before = first;
        yield* does('sentry_list_issues', { top: 3 });
        yield* does('sentry_latest_event', { issue: CONTRACT.issue });
        yield 'Seen.';
      },
    });
    if (!before) throw new Error('The model was asked nothing.');
    const ours = before.tools.filter(
      ({ name }) => name.includes('__pitcrew__') || name.includes('_pitcrew_'),
    );
    const skill = before.prompt.slice(before.prompt.indexOf('# Sentry:'));
    const instructions =
      /## plugin:pitcrew:pitcrew\n[\s\S]+?(?=\n\nThe following skills)/.exec(before.system)?.[0] ?? '';
    const rows = [
      { shown: `${ours.length} tools of ours`, tokens: tokensOf(JSON.stringify(ours)), most: 4000 },
      { shown: 'instructions of the server', tokens: tokensOf(instructions), most: 600 },
      { shown: 'skill, with its request', tokens: tokensOf(skill), most: 2200 },
      ...run.model.results().map(({ name, text }) => ({ shown: name, tokens: tokensOf(text), most: 1500 })),
      {
        shown: "the client's own system text and tools",
        tokens: tokensOf(before.system) + tokensOf(JSON.stringify(before.tools)),
        most: Number.POSITIVE_INFINITY,
      },
    ];
    console.table(rows);
    // Every tool at once: none of them hides behind a search.
    expect(ours.map(({ name }) => name)).toContain('mcp__plugin_pitcrew_pitcrew__sentry_list_issues');
    expect(ours.length).toBeGreaterThanOrEqual(16);
    expect(before.toolNames.join()).not.toContain('person_prompt');
    expect(instructions).toContain('Order of work');
    expect(skill).toContain('Request: top 3');
    for (const { shown, tokens, most } of rows) expect(tokens, shown).toBeLessThanOrEqual(most);
    for (const { tokens, shown } of rows) expect(tokens, shown).toBeGreaterThan(40);
  });

  test('nothing of the keys that the server works with', async () => {
    const run = await runHeadless(client, stage, {
      prompt: '/sentry top 3',
      async *script() {
        yield* does('sentry_list_issues', { top: 3 });
        yield 'Seen.';
      },
    });
    const everything = JSON.stringify(run.model.exchanges) + JSON.stringify(run.events) + run.stderr;
    expect(everything).toContain(CONTRACT.issue);
    for (const token of [stage.sandbox.token, stage.sandbox.githubToken])
      expect(everything).not.toContain(token);
  });
});
