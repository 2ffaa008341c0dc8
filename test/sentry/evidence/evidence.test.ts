import { expect, test } from 'vitest';
import { parseEvent } from '../../../src/sentry/event.ts';
import { buildEvidence, groundAhead } from '../../../src/sentry/evidence/evidence.ts';
import * as events from './events.ts';
import { apiForm, checkoutWith, ISSUE } from './support.ts';

test.each([
  ['node', events.NODE_EVENT, events.NODE_FILES],
  ['chained python', events.PYTHON_EVENT, events.PYTHON_FILES],
  ['java', events.JAVA_EVENT, events.JAVA_FILES],
  ['native, threads only', events.NATIVE_EVENT, events.NATIVE_FILES],
  ['minified javascript', events.MINIFIED_EVENT, events.MINIFIED_FILES],
  ['message only', events.MESSAGE_EVENT, events.MESSAGE_FILES],
])('the evidence of a %s event, the same from both forms', async (_name, event, files) => {
  const checkout = await checkoutWith(files);
  const sent = await buildEvidence({ event: parseEvent(event), issue: ISSUE, checkout });
  const answered = await buildEvidence({ event: parseEvent(apiForm(event)), issue: ISSUE, checkout });
  expect(answered).toEqual(sent);
  expect(sent.text).toMatchSnapshot();
  expect(sent.declaredPaths).toMatchSnapshot();
});

test('a checkout that was prepared ahead leads to the same, and no file is read twice', async () => {
  const checkout = await checkoutWith(events.NODE_FILES);
  const reads: string[] = [];
  const counting = {
    ...checkout,
    read: (path: string) => {
      reads.push(path);
      return checkout.read(path);
    },
  };
  const parts = { event: parseEvent(events.NODE_EVENT), issue: ISSUE };
  const ahead = await buildEvidence({ ...parts, ground: groundAhead(counting) });
  expect(ahead).toEqual(await buildEvidence({ ...parts, checkout }));
  expect(reads.toSorted()).toEqual([...new Set(reads)].sort());
});

test('the release is compared once, for the files of the stack', async () => {
  const checkout = await checkoutWith(events.NODE_FILES);
  const parts = { event: parseEvent(events.NODE_EVENT), issue: ISSUE, checkout };
  const asked: (readonly string[])[] = [];
  const { declaredPaths } = await buildEvidence({
    ...parts,
    releaseNote: async (paths) => {
      asked.push(paths);
      return undefined;
    },
  });
  expect(asked).toEqual([declaredPaths]);
  const failing = buildEvidence({ ...parts, releaseNote: () => Promise.reject(new Error('git is gone')) });
  await expect(failing).rejects.toThrow('git is gone');
});

test('full detail adds variables, headers, contexts and extra, without their secrets', async () => {
  const checkout = await checkoutWith(events.NODE_FILES);
  const evidence = await buildEvidence({
    event: parseEvent(events.NODE_EVENT),
    issue: ISSUE,
    checkout,
    detail: 'full',
  });
  expect(evidence.text).toMatchSnapshot();
});

test('the data holds the same facts', async () => {
  const checkout = await checkoutWith(events.NODE_FILES);
  const { data, reason } = await buildEvidence({
    event: parseEvent(events.NODE_EVENT),
    issue: ISSUE,
    checkout,
  });
  expect(JSON.parse(JSON.stringify({ data, reason }))).toMatchSnapshot();
});

test('a line that is gone from the checkout is said, and the event own lines are shown', async () => {
  const files = {
    ...events.NODE_FILES,
    'src/users.ts': 'export const loadUser = (id) => find(id)?.name ?? null;\n',
  };
  const { text, data, suspects } = await buildEvidence({
    event: parseEvent(events.NODE_EVENT),
    issue: ISSUE,
    checkout: await checkoutWith(files),
    releaseNote: async () => 'Release shop-api@1.4.2 is 4 commits behind HEAD.',
    changedSince: ['src/users.ts'],
  });
  expect(data.lineGone).toBe(true);
  expect(text).toContain('Release shop-api@1.4.2 is 4 commits behind HEAD.');
  expect(text).toContain('The crashing line is not in this checkout any more');
  expect(text).toContain('> 5 |   return row.name.trim();');
  expect(text).toContain('differs from the checkout');
  expect(suspects[0]?.reasons).toContain('changed since the release');
});

test('of two files with one name, the one that holds the reported line is meant', async () => {
  const checkout = await checkoutWith({
    'a/src/cart.ts': 'one\ntwo\n  throw new Error("locked");\n',
    'b/src/cart.ts': 'one\n  throw new TypeError("open");\n',
  });
  const frame = {
    filename: 'src/cart.ts',
    function: 'f',
    lineno: 2,
    in_app: true,
    context_line: 'throw new Error("locked");',
  };
  const event = parseEvent({
    exception: { values: [{ type: 'Error', value: 'x', stacktrace: { frames: [frame] } }] },
  });
  const { data } = await buildEvidence({ event, issue: ISSUE, checkout });
  expect(data.crashFrame).toMatchObject({ localPath: 'a/src/cart.ts', localLine: 3, source: 'moved' });
});

test('without a checkout, frames are shown as reported', async () => {
  const { text, suspects, declaredPaths } = await buildEvidence({
    event: parseEvent(events.NODE_EVENT),
    issue: ISSUE,
  });
  expect(text).toContain('No checkout was given');
  expect(text).toContain('> at loadUser (/app/src/users.ts:5:14)');
  expect([suspects, declaredPaths]).toEqual([[], []]);
});

test('a built file leads to its source, without pretending that its lines are the same', async () => {
  const checkout = await checkoutWith({ 'src/users.ts': 'export const a = 1;\n' });
  const frame = { filename: '/app/dist/users.js', function: 'load', lineno: 913, in_app: true };
  const event = parseEvent({ platform: 'node', exception: [{ type: 'E', stacktrace: { frames: [frame] } }] });
  const { text, suspects, declaredPaths } = await buildEvidence({ event, issue: ISSUE, checkout });
  expect(text).toContain('> at load (/app/dist/users.js:913) → src/users.ts');
  expect(suspects).toEqual([{ path: 'src/users.ts', line: undefined, score: 50, reasons: ['crash frame'] }]);
  expect(declaredPaths).toEqual(['src/users.ts']);
});

test('the root cause is suspected before what wraps it; tests come last', async () => {
  const checkout = await checkoutWith({
    ...events.PYTHON_FILES,
    'tests/test_orders.py': 'could not be placed\n',
  });
  const { suspects } = await buildEvidence({
    event: parseEvent(events.PYTHON_EVENT),
    issue: ISSUE,
    checkout,
  });
  expect(suspects.map(({ path }) => path)).toEqual(['shop/store.py', 'shop/orders.py']);
});

test('of two files with one name, the one in the package of the rest of the stack is meant', async () => {
  const checkout = await checkoutWith({
    'services/export/lib/Row.pm': 'sub join_cells { 1 }\n',
    'services/import/lib/Row.pm': 'sub cells { 1 }\n',
    'services/import/lib/Import.pm': 'sub run { 1 }\n',
  });
  const frames = ['Import.pm', 'Row.pm'].map((name) => ({
    filename: `/app/lib/${name}`,
    lineno: 1,
    in_app: true,
  }));
  const event = parseEvent({ platform: 'perl', exception: [{ type: 'Die', stacktrace: { frames } }] });
  const { data } = await buildEvidence({ event, issue: ISSUE, checkout });
  expect(data.crashFrame?.localPath).toBe('services/import/lib/Row.pm');
});

test('a guard is suspected after what gave it the value', async () => {
  const checkout = await checkoutWith({
    'src/guard.ts':
      'export function ensure(value: unknown): void {\n  if (!value) throw new Error("no value");\n}\n',
    'src/order.ts':
      "import { ensure } from './guard.ts';\n\nexport function order(cart: Cart): void {\n  const sum = cart.sum();\n  ensure(sum);\n}\n",
  });
  const frames = [
    { filename: '/app/src/order.ts', function: 'order', lineno: 5, in_app: true },
    { filename: '/app/src/guard.ts', function: 'ensure', lineno: 2, in_app: true },
  ];
  const event = parseEvent({
    platform: 'node',
    exception: [{ type: 'Error', value: 'no value', stacktrace: { frames } }],
  });
  const { suspects, data } = await buildEvidence({ event, issue: ISSUE, checkout });
  expect(data.crashFrame?.localPath).toBe('src/guard.ts');
  expect(suspects.map(({ path, reasons }) => [path, reasons[0]])).toEqual([
    ['src/order.ts', 'gave what was refused'],
    ['src/guard.ts', 'crash frame, refused what it was given'],
  ]);
});
