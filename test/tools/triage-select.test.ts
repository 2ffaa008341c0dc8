import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { masked } from '../support/masked.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, PROGRAM, readText, type Stage } from '../support/stage.ts';
import { fails, type Person, person, works } from '../support/steps.ts';

const THREE = ['RACE-DAY-1', 'RACE-DAY-2', 'RACE-DAY-3'];

let stage: Stage;
let client: TestClient;
let somebody: Person;

beforeAll(async () => {
  stage = await openStage();
  await stage.crash(crashIn('src/one.mjs', { value: 'one | two\u202e `three`' }));
  await stage.crash(crashIn('src/two.mjs'));
  await stage.crash(crashIn('src/three.mjs'));
  somebody = person();
  client = await connect(stage, { answer: somebody.answer, env: { CLAUDE_CODE_ENTRYPOINT: 'cli' } });
});
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

const list = async (who: TestClient, issues = THREE): Promise<string> =>
  (await works(who, 'sentry_list_issues', { issues })).data.triage;
/** Whether the ledger knows a selection of an issue: the next step is refused without one. */
const isSelected = async (issue: string): Promise<boolean> => {
  const answer = await client.call('ledger_register', { issues: [issue], paths: [] });
  if (!answer.isError) await works(client, 'ledger_complete', { issue, status: 'aborted' });
  else expect(answer.text).toContain(`${issue} was not selected by a person.`);
  return !answer.isError;
};

// In order: what is selected stays so.
describe('a client that can ask', () => {
  test('without a triage there is nothing to ask about', async () => {
    const failure = await fails(client, 'triage_select', {}, 'input');
    expect(failure.message).toBe('This session has no triage yet.');
    expect(failure.hint).toBe('Make one with sentry_list_issues.');
    const unknown = await fails(client, 'triage_select', { triage: '20261121-abcdef' }, 'input');
    expect(unknown.message).toBe('There is no triage "20261121-abcdef".');
    expect(somebody.asked).toEqual([]);
  });

  test('the question shows the rows, as inert text', async () => {
    await list(client);
    somebody.says('skip');
    await works(client, 'triage_select');
    expect(somebody.asked.at(-1)).toMatchInlineSnapshot(`
      "Which Sentry issues should be worked on?

      1. RACE-DAY-1  TypeError: one | two \`three\`
      2. RACE-DAY-2  TypeError: src/two.mjs is broken
      3. RACE-DAY-3  TypeError: src/three.mjs is broken"
    `);
  });

  test('skip selects nothing', async () => {
    const answer = await works(client, 'triage_select');
    expect(answer.text).toBe('The person chose to skip: nothing is selected. Stop here.');
    expect(answer.data).toMatchObject({ selected: [], by: 'person', how: 'elicitation' });
    expect(await isSelected(THREE[0] ?? '')).toBe(false);
  });

  test.each([
    ['decline', /[Tt]he person declined to choose: nothing is selected\./],
    ['cancel', /The person closed the question: nothing is selected\./],
  ] as const)('%s selects nothing and is refused', async (action, sentence) => {
    somebody.does(action);
    const failure = await fails(client, 'triage_select', {}, 'refused');
    expect(failure.message).toMatch(sentence);
    expect(failure.hint).toBe(
      'Stop here and tell them how to go on: triage_select asks again when they want to.',
    );
    expect(await isSelected(THREE[0] ?? '')).toBe(false);
  });

  test.each([
    ['4', 'the table has no such row'],
    ['0', 'the table has no such row'],
    ['3-1', 'the range runs backwards'],
    ['top', 'top needs a number from 1 up'],
    ['1 all', 'it stands alone or not at all'],
    ['the first one', 'it is no number, range or short id of this table'],
    ['', 'nothing is chosen'],
    ['RACE-DAY-9', 'it is no number, range or short id of this table'],
  ])('an answer that is not understood selects nothing: %j', async (text, why) => {
    somebody.says(text);
    const failure = await fails(client, 'triage_select', {}, 'input');
    expect(failure.message).toContain(`is not understood: ${why}.`);
    expect(failure.hint).toBe(
      'Answer with rows 1 to 3 such as `1,2` or `1-3`, `all`, `top 3`, short ids, or `skip`.',
    );
    expect(await isSelected(THREE[0] ?? '')).toBe(false);
  });

  test('only what the person chose may be claimed; what the model wants does not count', async () => {
    somebody.says('2');
    const answer = await works(client, 'triage_select', { selection: 'all' });
    expect(masked(answer.text, stage)).toMatchInlineSnapshot(`
      "Selected by person (elicitation): RACE-DAY-2.
      Next: ledger_register with these issues."
    `);
    expect(answer.data).toEqual({
      triage: expect.stringMatching(/^\d{8}-[0-9a-f]{6}$/),
      selected: ['RACE-DAY-2'],
      by: 'person',
      how: 'elicitation',
    });
    expect(await isSelected('RACE-DAY-2')).toBe(true);
    expect(await isSelected('RACE-DAY-1')).toBe(false);
    const again = await works(client, 'triage_select');
    expect(again.data).toEqual(answer.data);
  });

  test.each(['skip', 'decline'] as const)('a later %s takes the choice back', async (answer) => {
    somebody.says('2');
    await works(client, 'triage_select');
    expect(await isSelected('RACE-DAY-2')).toBe(true);
    if (answer === 'skip') somebody.says('skip');
    else somebody.does('decline');
    await client.call('triage_select');
    expect(await isSelected('RACE-DAY-2')).toBe(false);
  });

  test.each([
    ['1,3', ['RACE-DAY-1', 'RACE-DAY-3']],
    ['top 2', ['RACE-DAY-1', 'RACE-DAY-2']],
    ['2 - 3', ['RACE-DAY-2', 'RACE-DAY-3']],
    ['race-day-3, 1', ['RACE-DAY-1', 'RACE-DAY-3']],
    ['all', THREE],
  ])('the grammar: %s', async (text, selected) => {
    somebody.says(text);
    expect((await works(client, 'triage_select')).data.selected).toEqual(selected);
  });

  test('the newest triage of the session is asked about, or the one that is named', async () => {
    const first = await list(client, ['RACE-DAY-3']);
    await list(client, ['RACE-DAY-1', 'RACE-DAY-2']);
    somebody.says('1');
    expect((await works(client, 'triage_select')).data.selected).toEqual(['RACE-DAY-1']);
    expect((await works(client, 'triage_select', { triage: first })).data.selected).toEqual(['RACE-DAY-3']);
  });

  test('a triage that the filters left empty has nothing to choose from', async () => {
    await works(client, 'sentry_list_issues', { query: 'is:unresolved level:fatal' });
    const failure = await fails(client, 'triage_select', {}, 'input');
    expect(failure.message).toBe('The triage has no issues to choose from.');
    expect(failure.hint).toBe('List again with other filters.');
  });

  test('what is no argument of it', async () => {
    const failure = await fails(client, 'triage_select', { approve: true }, 'input');
    expect(failure.message).toContain('Unrecognized key: "approve"');
    const long = await fails(client, 'triage_select', { selection: '1'.repeat(201) }, 'input');
    expect(long.message).toContain('selection: ');
  });
});

describe('where nobody can be asked', () => {
  test('it is refused, with the command that a person can run, and an argument changes nothing', async () => {
    const mute = await connect(stage, { name: 'mute' });
    const triage = await list(mute);
    const failure = await fails(mute, 'triage_select', { selection: 'all' }, 'refused');
    expect(failure.message).toBe(
      'There is nobody to ask here (this client shows no questions of a server), so nothing is selected and no issue may be worked on.',
    );
    expect(failure.hint).toBe(
      `Ask the person to run \`node ${PROGRAM} triage-select --triage ${triage}\` in a terminal of their own, or to set \`unattended: draft-pr\` in pitcrew.yml.`,
    );
    await mute.close();
  });

  test('a headless session, whose client closes the question by itself, counts as nobody', async () => {
    const absent = person();
    absent.does('cancel');
    const headless = await connect(stage, {
      answer: absent.answer,
      env: { CLAUDE_CODE_ENTRYPOINT: 'sdk-cli' },
    });
    await list(headless);
    const failure = await fails(headless, 'triage_select', {}, 'refused');
    expect(failure.message).toContain('There is nobody to ask here');
    await headless.close();
  });

  test('a no that Codex gives by itself is nobody’s: nothing is selected, and no earlier choice is taken back', async () => {
    const automatic = person();
    const codex = await connect(stage, { name: 'codex-mcp-client', answer: automatic.answer });
    const triage = await list(codex);
    automatic.says('1');
    await works(codex, 'triage_select');
    automatic.does('decline');
    const failure = await fails(codex, 'triage_select', { selection: 'all' }, 'refused');
    expect(failure.message).toContain('There is nobody to ask here (Codex is set to ask nobody)');
    expect(failure.hint).toContain(
      `node ${PROGRAM} triage-select --triage ${triage}\` in a terminal of their own`,
    );
    await works(codex, 'ledger_register', { issues: ['RACE-DAY-1'], paths: [] });
    await works(codex, 'ledger_complete', { issue: 'RACE-DAY-1', status: 'aborted' });
    await codex.close();
  });

  test('a command without a terminal does not take its answer from a pipe', async () => {
    const listed = await cli(stage, ['sentry-list-issues', '--issues', 'RACE-DAY-1,RACE-DAY-2', '--json']);
    const done = await cli(stage, ['triage-select', '--selection', 'all', '--json']);
    expect(done.code).toBe(3);
    expect(done.data.error).toMatchObject({
      kind: 'refused',
      hint: expect.stringContaining(`triage-select --triage ${listed.data.triage}`),
    });
  });
});

describe('unattended: draft-pr in pitcrew.yml', () => {
  let mute: TestClient;
  beforeAll(async () => {
    const file = join(stage.repository, 'pitcrew.yml');
    await writeFile(file, `${await readText(file)}unattended: draft-pr\n`);
    const early = await connect(stage, { name: 'too-early' });
    await list(early);
    const failure = await fails(early, 'triage_select', { selection: 'all' }, 'refused');
    expect(failure.message, 'what is not committed is no policy').toContain('nobody to ask here');
    await early.close();
    await stage.git('commit', '--quiet', '--all', '--message', 'unattended');
    mute = await connect(stage, { name: 'night-shift' });
  });
  afterAll(() => mute?.close());

  test('policy selects what the argument says, and it is on record as policy', async () => {
    await list(mute);
    const answer = await works(mute, 'triage_select', { selection: 'top 2' });
    expect(answer.text).toBe(
      'Selected by policy (pitcrew.yml): RACE-DAY-1, RACE-DAY-2.\nNext: ledger_register with these issues.',
    );
    expect(answer.data).toMatchObject({ by: 'policy', how: 'pitcrew.yml' });
    await works(mute, 'ledger_register', { issues: ['RACE-DAY-1'], paths: [] });
    await works(mute, 'ledger_complete', { status: 'aborted' });
  });

  test('it needs the argument, understood as an answer is, and `skip` is nobody’s choice but the policy’s', async () => {
    const missing = await fails(mute, 'triage_select', {}, 'input');
    expect(missing.message).toBe('An unattended run has to say which issues it takes.');
    await fails(mute, 'triage_select', { selection: 'top nine' }, 'input');
    const skipped = await works(mute, 'triage_select', { selection: 'skip' });
    expect(skipped.data).toMatchObject({ selected: [], by: 'policy' });
    expect(skipped.text).not.toContain('The person');
  });

  test('a client that declines by itself has asked nobody: then it is the policy that selects', async () => {
    const automatic = person();
    automatic.does('decline');
    const codex = await connect(stage, { name: 'codex-mcp-client', answer: automatic.answer });
    await list(codex);
    const answer = await works(codex, 'triage_select', { selection: 'top 1' });
    expect(answer.data).toMatchObject({ selected: ['RACE-DAY-1'], by: 'policy' });
    await codex.close();
  });

  test('a person who can be asked is asked all the same', async () => {
    const attended = person();
    attended.says('3');
    const present = await connect(stage, { answer: attended.answer });
    await list(present);
    const answer = await works(present, 'triage_select', { selection: 'all' });
    expect(answer.data).toMatchObject({ selected: ['RACE-DAY-3'], by: 'person' });
    await present.close();
  });
});

test('a dialog of four lines names every candidate that it can, and counts the others', async () => {
  const many = Array.from({ length: 22 }, (_, at) => `src/many-${at}.mjs`);
  for (const file of many) await stage.crash(crashIn(file));
  const asked = person();
  const env = { CLAUDE_CODE_ENTRYPOINT: 'cli' };
  const code = await connect(stage, { name: 'claude-code', answer: asked.answer, env });
  try {
    for (const [top, last] of [
      [4, /^1 RACE-DAY-\w+, 2 RACE-DAY-\w+, 3 RACE-DAY-\w+, 4 RACE-DAY-\w+$/],
      [25, / and 1\d more$/],
    ] as const) {
      await works(code, 'sentry_list_issues', { top });
      asked.says('skip');
      await works(code, 'triage_select');
      const lines = asked.asked.at(-1)?.split('\n') ?? [];
      expect(lines[0]).toBe('Which Sentry issues of the table should be worked on?');
      expect(lines.length).toBeLessThanOrEqual(4);
      expect(lines.at(-1)).toMatch(last);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(72);
    }
  } finally {
    await code.close();
  }
});
