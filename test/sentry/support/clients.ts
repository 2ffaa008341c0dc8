import type { Log } from '../../../src/core/log.ts';
import { openSentryClient, type SentryClient, type SentryClientOptions } from '../../../src/sentry/client.ts';
import type { FakeIssue } from './fake-sentry.ts';

/** Nothing real: long enough to be searched for in everything that comes out. */
export const TEST_TOKEN = `sntryu_${'0123456789abcdef'.repeat(4)}`;
export const NOW = Date.parse('2026-11-21T12:00:00Z');
const HOUR_MS = 3_600_000;

export interface RecordingLog extends Log {
  lines: string[];
}

export function recordingLog(): RecordingLog {
  const lines: string[] = [];
  const write = (message: string) => void lines.push(message);
  return { lines, debug: write, info: write, warn: write, error: write };
}

/** A client of the organization `acme` whose clock stands still. */
export const testClient = (url: string, options: Partial<SentryClientOptions> = {}): SentryClient =>
  openSentryClient({
    baseUrl: url,
    organization: 'acme',
    token: TEST_TOKEN,
    userAgent: 'pitcrew-test',
    clock: () => NOW,
    log: recordingLog(),
    ...options,
  });

/** An issue as Sentry lists it, seen an hour ago. */
export const fakeIssue = (number: number, fields: Record<string, unknown> = {}): FakeIssue => ({
  id: String(1000 + number),
  shortId: `NODE-EXPRESS-${number.toString(36).toUpperCase()}`,
  title: `TypeError: failure ${number}`,
  culprit: 'GET /orders',
  level: 'error',
  count: '10',
  userCount: 2,
  firstSeen: new Date(NOW - 48 * HOUR_MS).toISOString(),
  lastSeen: new Date(NOW - HOUR_MS).toISOString(),
  platform: 'node',
  metadata: { type: 'TypeError', value: `failure ${number}` },
  permalink: `https://acme.sentry.io/issues/${1000 + number}/`,
  status: 'unresolved',
  substatus: 'ongoing',
  statusDetails: {},
  project: { id: '2', slug: 'node' },
  ...fields,
});

/** An event with this many different in-app frames. */
export const fakeEvent = (inAppFrames: number): unknown => ({
  id: 'e'.repeat(32),
  entries: [
    {
      type: 'exception',
      data: {
        values: [
          {
            type: 'TypeError',
            value: 'x is not a function',
            stacktrace: {
              frames: Array.from({ length: inAppFrames + 2 }, (_, at) => ({
                filename: `src/file-${at}.ts`,
                function: `f${at}`,
                lineNo: at + 1,
                inApp: at < inAppFrames,
              })),
            },
          },
        ],
      },
    },
  ],
});
