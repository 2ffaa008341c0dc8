import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { type Handwritten, writtenByHand } from '../support/handwritten.ts';
import { masked } from '../support/masked.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { claim, fails, person, works } from '../support/steps.ts';

const [OWN, OTHERS, FREE] = ['RACE-DAY-1', 'RACE-DAY-2', 'RACE-DAY-3'] as const;

let stage: Stage;
let client: TestClient;
let other: TestClient;
let entries: Handwritten;

beforeAll(async () => {
  stage = await openStage();
  for (const name of ['one', 'two', 'three']) await stage.crash(crashIn(`src/${name}.mjs`));
  client = await connect(stage, { name: 'first-crew', answer: person().answer });
  other = await connect(stage, { name: 'second-crew', answer: person().answer });
  await claim(client, [OWN], ['src/one.mjs']);
  await claim(other, [OTHERS], ['src/orders/**']);
  entries = writtenByHand(stage);
});
afterAll(async () => {
  await client?.close();
  await other?.close();
  await stage?.close();
});

const update = (args: Record<string, unknown>) => works(client, 'ledger_update', { issue: OWN, ...args });
const paths = async (): Promise<string[]> => {
  const { data } = await works(client, 'ledger_status');
  const run = data.active.find((one: { own: boolean }) => one.own);
  return run.paths.map((path: { glob: string }) => path.glob);
};

test('adds and drops, and says what the claim covers now', async () => {
  const added = await update({ add: ['src/two.mjs', './docs/'] });
  expect(added.text).toBe('The claim of RACE-DAY-1 now covers: src/one.mjs, src/two.mjs, docs/**.');
  const paths = ['src/one.mjs', 'src/two.mjs', 'docs/**'];
  expect(added.data).toEqual({ issue: OWN, paths, shared: [], resources: [], ports: [] });
  const moved = await update({ add: ['src/three.mjs'], drop: ['src/two.mjs', 'docs/'] });
  expect(moved.data.paths).toEqual(['src/one.mjs', 'src/three.mjs']);
});

test('adding what is covered already changes nothing', async () => {
  const before = await update({ add: ['src/three.mjs'] });
  const after = await update({ add: ['src/three.mjs'] });
  expect(after).toEqual(before);
});

test('a resource is added and dropped beside paths; what another session reserved is refused', async () => {
  const added = await update({ add: ['port:05173', 'src/four.mjs'] });
  expect(added.data.resources).toEqual(['port:5173']);
  const failure = await fails(other, 'ledger_update', { issue: OTHERS, add: ['port:5173'] }, 'refused');
  expect(failure.message).toMatch(/port:5173 is held by first-crew, pid \d+ on \S+ since/);
  expect((await works(client, 'ledger_status')).text).toContain('resources port:5173');
  const dropped = await update({ drop: ['port:5173', 'src/four.mjs'] });
  expect(dropped.data.resources).toEqual([]);
  await works(other, 'ledger_update', { issue: OTHERS, add: ['port:5173'] });
  await works(other, 'ledger_update', { issue: OTHERS, drop: ['port:5173'] });
});

test('everything may be dropped; the issue stays claimed', async () => {
  const answer = await update({ drop: await paths() });
  expect(answer.text).toBe('The claim of RACE-DAY-1 now covers: no paths.');
  await update({ add: ['src/one.mjs'] });
});

test('a path that another session holds: refused, and nothing of the call is done', async () => {
  const failure = await fails(
    client,
    'ledger_update',
    { issue: OWN, add: ['src/new.mjs', 'src/orders/pricing.mjs'], drop: ['src/one.mjs'] },
    'refused',
  );
  expect(masked(`${failure.message}\n${failure.hint}`, stage)).toMatchInlineSnapshot(`
    "A file that this step needs is held. src/orders/pricing.mjs (held as src/orders/**) is held by second-crew, pid <pid> on <host> since <time> (live).
    Keep the work as it is and tell the person; repeat this step once the file is free, or do without it. Take another issue, or wait: second-crew, pid <pid> on <host> still works on it, and its claim ends with its session."
  `);
  expect(await paths()).toEqual(['src/one.mjs']);
  expect(failure.hint).not.toContain('Register again');
});

test('a path that somebody works on by hand', async () => {
  entries.add('the radio is mine', ['src/radio/**'], 'started');
  const failure = await fails(
    client,
    'ledger_update',
    { issue: OWN, add: ['src/radio/beacon.mjs'] },
    'refused',
  );
  entries.remove();
  expect(failure.message).toContain('src/radio/beacon.mjs (held as src/radio/**) is held by');
});

test('dropping what is not claimed is a mistake that is named', async () => {
  const failure = await fails(client, 'ledger_update', { issue: OWN, drop: ['src/on.mjs'] }, 'refused');
  expect(masked(failure.message, stage)).toBe('Run <run> does not claim src/on.mjs.');
  expect(failure.hint).toBe('It claims: sentry:pitstop/RACE-DAY-1, src/one.mjs.');
});

test.each([
  ['../x', 'leads out of the repository'],
  ['/x', 'is absolute'],
  ['!x', 'is a negation'],
])('what can be no path here: %s', async (path, sentence) => {
  const failure = await fails(client, 'ledger_update', { issue: OWN, add: [path] }, 'input');
  expect(failure.message).toContain(sentence);
  expect(await paths()).toEqual(['src/one.mjs']);
});

test('nothing to change', async () => {
  const failure = await fails(client, 'ledger_update', { issue: OWN }, 'input');
  expect(failure.message).toBe('Nothing to change: no path is named.');
  expect(failure.hint).toBe('Name at least one in `add`, `shared` or `drop`.');
});

test('an issue that is somebody else’s, nobody’s, or none', async () => {
  const theirs = await fails(client, 'ledger_update', { issue: OTHERS, add: ['x'] }, 'refused');
  expect(masked(theirs.message, stage)).toBe(
    'RACE-DAY-2 is claimed by second-crew, pid <pid> on <host> since <time>.',
  );
  const nobodys = await fails(client, 'ledger_update', { issue: FREE, add: ['x'] }, 'refused');
  expect(nobodys).toMatchObject({
    message: `${FREE} is not claimed by this session.`,
    hint: 'Claim it with ledger_register.',
  });
  await fails(client, 'ledger_update', { issue: 'a b', add: ['x'] }, 'input');
  const unknown = await fails(client, 'ledger_update', { issue: OWN, paths: ['x'] }, 'input');
  expect(unknown.hint).toBe('Expected arguments: issue, add, shared, drop.');
});

test('on the command line, for the session that holds it', async () => {
  const done = await cli(stage, ['ledger-update', OWN, '--add', 'x.mjs', '--json']);
  expect(done.code).toBe(3);
  expect(done.data.error.message).toContain(`${OWN} is claimed by first-crew`);
});
