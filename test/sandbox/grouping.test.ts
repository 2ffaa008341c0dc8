import { expect, test } from 'vitest';
import { errorEvent, type Json, trial } from './support/sandbox.ts';

/** The short ids of the issues that events end up in, in the order sent. */
async function groupsOf(...events: Record<string, unknown>[]): Promise<string[]> {
  const { crash, get } = await trial();
  const groups = [];
  for (const event of events) {
    const { body } = await crash(event);
    const { body: found } = await get(`/api/0/organizations/pitstop/eventids/${body.id}/`);
    groups.push(found.groupId);
  }
  return groups;
}

const one = (functions: string[]) => errorEvent('TypeError', 'x is undefined', functions);

function withFrames(frames: Json[]): Record<string, unknown> {
  return { exception: { values: [{ type: 'Error', value: 'boom', stacktrace: { frames } }] } };
}

test('same type and in-app functions: one issue, whatever the message and the lines', async () => {
  const moved = errorEvent('TypeError', 'y is undefined', ['main', 'total']);
  const [frame] = (moved.exception as Json).values[0].stacktrace.frames;
  frame.lineno = 999;
  expect(await groupsOf(one(['main', 'total']), moved)).toEqual(['1', '1']);
});

test('another type or another function: another issue', async () => {
  const other = errorEvent('RangeError', 'x is undefined', ['main', 'total']);
  expect(await groupsOf(one(['main', 'total']), other, one(['main', 'sum']))).toEqual(['1', '2', '3']);
});

test('frames of libraries do not split an issue', async () => {
  const library = { function: 'each', filename: '/app/node_modules/lodash/each.js' };
  const own = { function: 'total', filename: '/app/src/cart.js' };
  expect(await groupsOf(withFrames([own]), withFrames([own, library]))).toEqual(['1', '1']);
});

test('without in-app frames all frames decide, without frames the message', async () => {
  const each = { function: 'each', filename: '/app/node_modules/lodash/each.js' };
  const map = { function: 'map', filename: '/app/node_modules/lodash/map.js' };
  const bare = (value: string) => ({ exception: { values: [{ type: 'Error', value }] } });
  expect(
    await groupsOf(
      withFrames([each]),
      withFrames([map]),
      bare('order 17 of 2026-01-02 is lost'),
      bare('order 18 of 2026-01-03 is lost'),
      bare('order 17 is found'),
    ),
  ).toEqual(['1', '2', '3', '3', '4']);
});

test('recursion of any depth is one issue', async () => {
  expect(await groupsOf(one(['main', 'walk', 'walk']), one(['main', 'walk', 'walk', 'walk']))).toEqual([
    '1',
    '1',
  ]);
});

test('a fingerprint decides, and {{ default }} splits further', async () => {
  const given = (fingerprint: string[], name: string) => ({ ...one(['main', name]), fingerprint });
  expect(
    await groupsOf(
      given(['payments'], 'total'),
      given(['payments'], 'sum'),
      given(['{{ default }}', 'eu'], 'total'),
      given(['{{default}}', 'us'], 'total'),
      given(['{{ default }}'], 'total'),
      one(['main', 'total']),
    ),
  ).toEqual(['1', '1', '2', '3', '4', '4']);
});

test('messages: numbers and ids do not split, a template joins its uses', async () => {
  expect(
    await groupsOf(
      { message: 'user 7 paid 3.50 from 10.0.0.1' },
      { message: 'user 8 paid 4.75 from 10.0.0.2' },
      { message: 'user 8 left' },
      { logentry: { message: 'hello %s', formatted: 'hello ada', params: ['ada'] } },
      { logentry: { message: 'hello %s', formatted: 'hello bob', params: ['bob'] } },
    ),
  ).toEqual(['1', '1', '2', '3', '3']);
});

test('short ids count on in Crockford base 32', async () => {
  const { crash, list } = await trial();
  for (let index = 0; index < 34; index += 1)
    await crash(one([`f${'abcdefghijklmnopqrstuvwxyz'[index % 26]}${index}`]));
  const ids = await list('', '&sort=new&limit=100');
  expect(ids.slice(0, 4)).toEqual(['PITSTOP-12', 'PITSTOP-11', 'PITSTOP-10', 'PITSTOP-Z']);
  expect(ids).toHaveLength(34);
});
