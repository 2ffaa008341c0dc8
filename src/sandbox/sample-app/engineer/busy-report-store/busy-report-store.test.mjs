import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishReport } from '../src/reports/publish-report.mjs';
import { openStore } from '../src/reports/report-store.mjs';

const report = { id: 'r-1', title: 'Round 1', results: [{ car: '27', position: 1 }] };

test('a report is published when the store is free again', async () => {
  const store = openStore({ busyFor: 1 });
  const published = await publishReport(report, store, { publishAttempts: 3 });
  assert.deepEqual(published, { id: 'r-1', attempt: 2 });
  assert.equal(store.reports.get('r-1'), 'Round 1\n1. car 27');
});

test('a store that stays busy is given up after the last attempt', async () => {
  const store = openStore({ busyFor: 9 });
  await assert.rejects(publishReport(report, store, { publishAttempts: 3 }), { name: 'ReportPublishError' });
});
