import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { scheduledPrompts } from '../../src/core/scheduled-prompts.ts';

const folder = mkdtempSync(join(tmpdir(), 'pitcrew-scheduled-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each<[string, string | undefined, string[]]>([
  ['no file', undefined, []],
  [
    'the client’s form',
    '{"tasks":[{"id":"a","cron":"* * * * *","prompt":" /sentry fix X\\n"},{"id":"b"}]}',
    ['/sentry fix X'],
  ],
  ['another form', '{"tasks":{"prompt":"x"}}', []],
  ['a list', '["x"]', []],
  ['nothing', 'null', []],
  ['half a file', '{"tasks":[{"prompt":"x"', []],
])('%s', (_name, text, prompts) => {
  mkdirSync(join(folder, '.claude'), { recursive: true });
  if (text !== undefined) writeFileSync(join(folder, '.claude', 'scheduled_tasks.json'), text);
  expect([...scheduledPrompts(folder)]).toEqual(prompts);
});
