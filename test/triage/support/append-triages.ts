import { join } from 'node:path';
import { readIssue } from '../../../src/sentry/issue.ts';
import { TRIAGE_DEFAULTS } from '../../../src/triage/rank.ts';
import { appendTriage, recordOutcome } from '../../../src/triage/report.ts';

// Run by report.test.ts as a process of its own: writes five triages and the outcome of an issue in each.
const [root = '', name = '', now = ''] = process.argv.slice(2);
const issue = readIssue(
  { id: '1', shortId: 'NODE-EXPRESS-1', title: 'x', permalink: 'https://sentry.io/1/' },
  () => '',
);
if (!issue) throw new Error('no issue');

for (let number = 0; number < 5; number++) {
  const triageId = `${name}-${number}`;
  const file = await appendTriage({
    root,
    triageId,
    now: Number(now),
    result: {
      rows: [{ index: 1, issue, event: 'not-asked' }],
      below: 0,
      dropped: [],
      listed: 1,
      hasMore: false,
      unreadable: 0,
      events: { fetched: 0, missing: 0, failed: 0, notNeeded: 0 },
      options: TRIAGE_DEFAULTS,
    },
  });
  await recordOutcome({
    file: join(root, file),
    triageId,
    shortId: 'NODE-EXPRESS-1',
    outcome: `fixed by ${triageId}`,
  });
}
