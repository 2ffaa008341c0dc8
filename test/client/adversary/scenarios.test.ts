import { expect, test } from 'vitest';
import { replay } from '../../../evals/replay.ts';
import { parseScenario, readScenarios } from '../../../evals/scenario.ts';

const scenarios = await readScenarios();

test.each(scenarios)('the decisions of $name can be made as it says', async (scenario) => {
  expect((await replay(scenario)).problems).toEqual([]);
});

test('there are scenarios beside the skill', () => {
  expect(scenarios.length).toBeGreaterThanOrEqual(12);
});

const DECIDED = 'request: /sentry list\nissues: { A: pricing }\n';

test('a decision that the server would not have is a problem, and so is an answer that lacks what it should hold', async () => {
  const wrong = `---\n${DECIDED}decisions:\n  - call: sentry_list_issues\n    answers: no such words\n  - call: ledger_register\n    with: { issues: ["{A}"] }\n---\n`;
  const { problems } = await replay(parseScenario('wrong', wrong));
  expect(problems.join('\n')).toMatch(
    /No "no such words"[\s\S]*It was refused\. ledger_register said: refused: RACE-DAY-1/,
  );
});

test.each([
  ['no front part', 'Only prose.\n', /has no front part/],
  [
    'an unknown word of the world',
    `---\n${DECIDED}world: [raining]\ndecisions: [{ says: x }]\n---\n`,
    /world\.0/,
  ],
  ['no decisions', `---\n${DECIDED}---\n`, /decisions/],
])('a scenario with %s is refused by name', (_what, text, problem) => {
  expect(() => parseScenario('odd', text)).toThrow(problem);
});
