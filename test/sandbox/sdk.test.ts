import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryDirectory, trial } from './support/sandbox.ts';

const sdk = pathToFileURL(createRequire(import.meta.url).resolve('@sentry/node')).href;

/** A program with the real SDK: two handled crashes, a message, and one crash that ends it. */
const PROGRAM = `
import Sentry from ${JSON.stringify(sdk)};
Sentry.init({ dsn: process.env.TEST_DSN, release: 'shop@1.2.0', environment: 'staging' });
Sentry.setUser({ id: '7', email: 'ada@example.org' });
Sentry.setTag('shop', 'berlin');
Sentry.addBreadcrumb({ category: 'cart', message: 'opened the cart', level: 'info' });
function totalOf(cart) {
  return cart.items.length;
}
for (let round = 0; round < 2; round += 1) {
  try {
    totalOf({});
  } catch (error) {
    Sentry.captureException(error);
  }
  // The SDK drops a crash that is like the one before it.
  if (round === 0) Sentry.captureMessage('stock is low: 3 left', 'warning');
}
await Sentry.flush(5000);
function checkout() {
  throw new RangeError('no payment method', { cause: new TypeError('card is undefined') });
}
setTimeout(checkout, 1);
`;

test('takes the crashes of a program with the real SDK and answers them through the API', async () => {
  const { sandbox, get, list } = await trial({ clock: Date.now });
  const program = join(await temporaryDirectory(), 'shop.mjs');
  await writeFile(program, PROGRAM);
  const { HTTP_PROXY, HTTPS_PROXY, http_proxy, https_proxy, ...env } = process.env;
  const ended = await promisify(execFile)(process.execPath, [program], {
    env: { ...env, TEST_DSN: sandbox.dsn() },
  }).catch((error: { code: number }) => error);
  expect(ended).toMatchObject({ code: 1 });

  const { body: issues } = await get('/api/0/organizations/pitstop/issues/?sort=freq&statsPeriod=14d');
  const byTitle = Object.fromEntries(issues.map((issue: { title: string }) => [issue.title, issue]));
  expect(Object.keys(byTitle).sort()).toEqual([
    'RangeError: no payment method',
    "TypeError: Cannot read properties of undefined (reading 'length')",
    'stock is low: 3 left',
  ]);
  const handled = byTitle["TypeError: Cannot read properties of undefined (reading 'length')"];
  expect(issues[0]).toEqual(handled);
  expect(handled).toMatchObject({
    count: '2',
    userCount: 1,
    level: 'error',
    isUnhandled: false,
    status: 'unresolved',
    substatus: 'new',
    metadata: { type: 'TypeError', function: 'totalOf', filename: expect.stringContaining('shop.mjs') },
  });
  expect(byTitle['RangeError: no payment method']).toMatchObject({ isUnhandled: true, level: 'fatal' });
  expect(byTitle['stock is low: 3 left']).toMatchObject({ level: 'warning', isUnhandled: false });
  expect(await list('is:unresolved error.unhandled:true')).toEqual([
    byTitle['RangeError: no payment method'].shortId,
  ]);

  const { body: event } = await get(`/api/0/organizations/pitstop/issues/${handled.id}/events/latest/`);
  expect(event.release).toMatchObject({ version: 'shop@1.2.0' });
  expect(event.tags).toEqual(
    expect.arrayContaining([
      { key: 'environment', value: 'staging' },
      { key: 'handled', value: 'yes' },
      { key: 'release', value: 'shop@1.2.0' },
      { key: 'shop', value: 'berlin' },
      { key: 'user', value: 'id:7' },
    ]),
  );
  const entries = Object.fromEntries(
    event.entries.map((entry: { type: string; data: unknown }) => [entry.type, entry.data]),
  );
  const crash = entries.exception.values.at(-1).stacktrace.frames.at(-1);
  expect(crash).toMatchObject({ function: 'totalOf', inApp: true, lineNo: 8 });
  expect(crash.context).toContainEqual([8, '  return cart.items.length;']);
  expect(entries.breadcrumbs.values).toContainEqual(
    expect.objectContaining({ category: 'cart', message: 'opened the cart' }),
  );

  const { body: chained } = await get(
    `/api/0/issues/${byTitle['RangeError: no payment method'].id}/events/latest/`,
  );
  const chain = chained.entries.find((entry: { type: string }) => entry.type === 'exception').data.values;
  expect(chain.map((value: { type: string }) => value.type)).toEqual(['TypeError', 'RangeError']);
});
