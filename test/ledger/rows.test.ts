import { expect, test } from 'vitest';
import { storedRun } from '../../ledger/sqlite/rows.ts';
import { exclusive, ownerOf, START } from './plain-helpers.ts';

const WHOLE = {
  ...{ run: 'r1-ab12', session: 'alice-1', owner: ownerOf('alice'), incidents: ['sentry:acme/WEB-1'] },
  ...{ paths: exclusive('src/a.ts'), resources: [], lanes: [], base: 'a1', intent: '', fence: 1 },
  ...{ status: 'active', startedAt: START, renewedAt: START, expiresAt: START + 1, commits: [] },
};
const read = (run: object) => storedRun({ data: JSON.stringify(run) });

test('a run is read whole, also one of a format that knew no resources', () => {
  const { resources: _, lanes: __, ...older } = WHOLE;
  expect(read(WHOLE)).toEqual(WHOLE);
  expect(read(older)).toEqual(older);
});

test.each([
  ...['run', 'session', 'owner', 'incidents', 'paths', 'resources', 'lanes', 'fence', 'startedAt'].map(
    (part) => ({
      [part]: undefined,
    }),
  ),
  ...[{ renewedAt: undefined }, { expiresAt: undefined }, { commits: undefined }, { fence: '1' }],
  ...[
    { run: 1 },
    { session: null },
    { incidents: 'WEB-1' },
    { paths: [{ mode: 'exclusive' }] },
    { lanes: {} },
  ],
  ...[{ owner: { ...WHOLE.owner, pid: '4711' } }, { owner: { ...WHOLE.owner, host: 1 } }],
  ...[{ owner: { ...WHOLE.owner, label: undefined } }, { startedAt: true }, { commits: 1 }],
])('a run that has lost a part is damage: %j', (part) => {
  expect(() => read({ ...WHOLE, ...part })).toThrow(SyntaxError);
});
