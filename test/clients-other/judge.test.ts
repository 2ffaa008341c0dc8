import { expect, test } from 'vitest';
import type { Turn } from '../../scripts/clients/conversation.ts';
import { callsOf, toolsOf, wasTyped } from '../../scripts/clients/judge.ts';

const LIST = "|1|RACE-DAY-1|error|3|3|52s|17|TypeError: Cannot read properties of undefined (reading 'te…|";
const turn = (part: Partial<Turn>): Turn => ({ tools: [], results: [], typed: '', ...part });
const tool = (name: string) => ({ name, json: `{"name":"${name}"}` });

test('a tool counts under the names that clients give it, and one that is not shown is named', () => {
  const turns = [
    turn({ tools: [] }),
    turn({ tools: [tool('mcp_pitcrew_sentry_resolve'), tool('ledger_status'), tool('bash')] }),
  ];
  const found = toolsOf(turns, ['sentry_resolve', 'ledger_status', 'ledger_update']);
  expect(found).toMatchObject({ seen: 2, missing: ['ledger_update'] });
  expect(found.tokens).toBeGreaterThan(0);
  expect(toolsOf([turn({ tools: [tool('bash')] })], ['ledger_status'])).toMatchObject({ seen: 0, tokens: 0 });
});

test('refusals are found as plain text and inside of JSON', () => {
  const results = [
    `<untrusted_context>\n${LIST}\n</untrusted_context>`,
    'Wall time: 0.1 seconds\nOutput:\nrefused: There is nobody to ask.\nNext step: Ask.',
    '[{"text":"refused: RACE-DAY-1 is not claimed.\\nNext step: Claim it."}]',
  ];
  expect(callsOf([turn({ results: results.slice(0, 1) }), turn({ results })])).toEqual({
    list: results[0],
    refusals: ['refused: There is nobody to ask.', 'refused: RACE-DAY-1 is not claimed.'],
  });
});

test('a client that answers in place of the server is not taken for it', () => {
  const instead = 'MCP tool call requires approval, but approval policy is never';
  expect(callsOf([turn({ results: [`Output:\n${instead}`, instead, instead] })])).toEqual({
    instead,
    refusals: [],
  });
  expect(callsOf([turn({})])).toEqual({ refusals: [] });
});

test('a prompt has arrived when all of its parts were typed in one turn', () => {
  const turns = [turn({ typed: '# Sentry\n\nRequest: top 2' })];
  expect(wasTyped(turns, ['# Sentry', 'top 2'])).toBe(true);
  expect(wasTyped(turns, ['# Sentry', 'top 3'])).toBe(false);
});
