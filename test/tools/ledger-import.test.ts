import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { fails, person, select, works } from '../support/steps.ts';

let stage: Stage;
let client: TestClient;

beforeAll(async () => {
  stage = await openStage();
  await stage.crash(crashIn('src/one.mjs'));
  client = await connect(stage, { name: 'first-crew', answer: person().answer });
  await select(client, ['RACE-DAY-1']);
});
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

/** The command's words and data: a model is not offered it. */
async function imports(...args: string[]) {
  const json = await cli(stage, ['ledger', 'import', ...args, '--json']);
  const text = (await cli(stage, ['ledger', 'import', ...args.filter((word) => word !== '--write')])).stdout;
  return { data: json.data, text };
}

const put = (file: string, text: string): void => {
  const path = join(stage.repository, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
const utc = (hoursAgo: number): string =>
  `${new Date(Date.now() - hoursAgo * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const OLD = (): string =>
  [
    '# Active runs',
    '',
    '## Active',
    `- **[${utc(0.5)}] /sentry - orders are slow**`,
    '  - Paths: `src/one.mjs`',
    '  - Status: started',
    '### payments - rewrite',
    `- **[${utc(30)}]** Source: /plan`,
    '- **Paths:** `src/payments/**`',
    '- **Status:** started',
    '### something else',
    '- Status: who knows',
    '',
    '## Recently completed',
    `- **[${utc(50)}] /fix - done one**`,
    '  - Status: completed',
    '',
    '## Active',
    `- **[${utc(1)}] /sentry - a second section of that name**`,
    '  - Paths: `docs/**`',
    '  - Status: started',
    '',
  ].join('\r\n');

test('says what each entry counts as, and writes nothing', async () => {
  put('docs/runs.md', OLD());
  const answer = await imports('docs/runs.md');
  expect(answer.data.counts).toEqual({ active: 2, stale: 1, unclear: 1, closed: 1 });
  expect(answer.text).toContain('orders are slow; paths src/one.mjs');
  expect(answer.text).toContain('1 not understood: shown');
  expect(answer.text).toContain('Nothing was written.');
  await works(client, 'ledger_register', { issues: ['RACE-DAY-1'], paths: ['src/one.mjs'] });
  await works(client, 'ledger_complete', { status: 'aborted' });
});

test('with write, what is not history counts from now on; twice changes nothing more; the source stays', async () => {
  const before = readFileSync(join(stage.repository, 'docs/runs.md'), 'utf8');
  expect((await imports('docs/runs.md', '--write')).data.added).toBe(4);
  const failure = await fails(
    client,
    'ledger_register',
    { issues: ['RACE-DAY-1'], paths: ['src/one.mjs'] },
    'refused',
  );
  expect(failure.message).toContain('orders are slow');
  const again = await imports('docs/runs.md', '--write');
  expect(again.data.added).toBe(0);
  expect(readFileSync(join(stage.repository, 'docs/runs.md'), 'utf8')).toBe(before);
  const own = await imports();
  expect(own.data.counts).toEqual({ active: 2, stale: 1, unclear: 1, closed: 0 });
  expect(own.text).toContain('nothing needs to be moved');
});

test('deeper headings keep their titles, and rows of a table are listed as not understood; both are taken over once', async () => {
  put(
    'docs/deep.md',
    [
      '## Active',
      '### team red',
      `#### kim: the till`,
      `- **[${utc(0.2)}]** Source: kim`,
      '- **Paths:** `src/till.mjs`',
      '- **Status:** started',
      `| ${utc(0.3)} | lee: the radio | \`src/radio.mjs\` | started |`,
      '',
    ].join('\n'),
  );
  const { data, text } = await imports('docs/deep.md');
  expect(data.counts).toEqual({ active: 1, stale: 0, unclear: 1, closed: 0 });
  expect(text).toMatch(/live: .*\n {2}- \S+ kim: the till; paths src\/till\.mjs\n/);
  expect(text).toMatch(
    /not understood: .*\n {2}- \S+ \S+ \S+ UTC · lee: the radio · src\/radio\.mjs · started; /,
  );
  expect((await imports('docs/deep.md', '--write')).data.added).toBe(2);
  expect((await imports('docs/deep.md', '--write')).data.added).toBe(0);
  const titles = (await imports()).data.entries.map(({ title }: { title: string }) => title);
  expect(titles).toEqual(
    expect.arrayContaining(['kim: the till', expect.stringContaining('lee: the radio')]),
  );
});

test('nothing is added to a list in UTF-16, where nobody could read it', async () => {
  const list = join(stage.repository, '.claude/active-runs.md');
  const before = readFileSync(list);
  const wide = Buffer.from('\ufeff# Active runs\n\n## Active\n', 'utf16le');
  writeFileSync(list, wide);
  const { code, data } = await cli(stage, ['ledger', 'import', 'docs/runs.md', '--write', '--json']);
  expect([code, data.error.message]).toEqual([2, '.claude/active-runs.md is not UTF-8 text.']);
  expect(readFileSync(list)).toEqual(wide);
  writeFileSync(list, before);
});

test('3,000 lines are read whole', async () => {
  const many = Array.from(
    { length: 1_000 },
    (_, at) =>
      `- **[2026-05-${String(1 + (at % 28)).padStart(2, '0')} 10:00] /fix - number ${at}**\n  - Paths: \`src/${at}.ts\`\n  - Status: completed`,
  );
  put('docs/many.md', `## Recently completed\n${many.join('\n')}\n`);
  const { data } = await imports('docs/many.md');
  expect(data.counts).toEqual({ active: 0, stale: 0, unclear: 0, closed: 1_000 });
  expect(data.entries).toHaveLength(1_000);
});

test.each([
  ['nothing.md', 'There is no nothing.md here.'],
  ['../outside.md', 'There is no ../outside.md here.'],
  ['docs', 'docs is no file.'],
  ['/etc/passwd', '/etc/passwd is outside the repository.'],
])('%s cannot be read', async (file, sentence) => {
  const { code, data } = await cli(stage, ['ledger', 'import', file, '--json']);
  expect([code, data.error.message]).toEqual([2, sentence]);
});
