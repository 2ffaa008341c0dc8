import { getEncoding } from 'js-tiktoken';
import { parseEvent } from '../src/sentry/event.ts';
import { buildEvidence } from '../src/sentry/evidence/evidence.ts';
import type { SentryIssue } from '../src/sentry/issue.ts';
import { tools } from '../src/tools/registry.ts';
import { markdownTable } from '../src/triage/table.ts';
import { atMost, type Figure } from './figure.ts';

const encoding = getEncoding('o200k_base');
export const tokensOf = (text: string): number => encoding.encode(text).length;

/** Tokens as the model sees them (o200k): the list of tools, and the largest usual answers. */
export async function tokens(): Promise<Figure[]> {
  const listed = tools.map(({ name, description, inputSchema }) => ({
    name,
    description,
    input_schema: inputSchema,
  }));
  return [
    atMost(
      {
        name: `tokens of all ${tools.length} listed tools`,
        value: tokensOf(JSON.stringify(listed)),
        unit: 'tokens',
        detail: 'the official server: 5,437 for nine',
      },
      4000,
    ),
    atMost(
      {
        name: 'list of 25 issues',
        value: tokensOf(listOf25()),
        unit: 'tokens',
        detail: 'the official server: 3,292',
      },
      1500,
    ),
    atMost(
      {
        name: 'a 60-frame native crash',
        value: tokensOf(await evidenceOf(nativeCrash(60))),
        unit: 'tokens',
        detail: 'the official server: 3,201',
      },
      1300,
    ),
    atMost(
      {
        name: '250 frames and 64 KB extra',
        value: tokensOf(await evidenceOf(largeCrash())),
        unit: 'tokens',
        detail: 'the official server: 26,731',
      },
      4000,
    ),
  ];
}

export function listOf25(): string {
  const rows = Array.from({ length: 25 }, (_, at) => ({
    index: at + 1,
    issue: issueOf(at),
    score: { score: 80.5 - at },
  }));
  return markdownTable(rows, { now: Date.UTC(2026, 10, 21) });
}

const issueOf = (at: number): SentryIssue => ({
  id: String(6_900_000_000 + at),
  shortId: `CHECKOUT-WEB-${(at + 40).toString(36).toUpperCase()}`,
  title: `TypeError: Cannot read properties of undefined (reading 'shippingMethods${at}') while the cart is being restored`,
  level: 'error',
  count: 48_211 - at * 1531,
  userCount: 9120 - at * 211,
  lastSeen: Date.UTC(2026, 10, 21) - at * 3_600_000,
  permalink: `https://example.sentry.io/issues/${6_900_000_000 + at}/`,
  status: 'unresolved',
  statusDetails: {},
  project: {},
});

async function evidenceOf(event: unknown): Promise<string> {
  const issue = {
    shortId: 'NATIVE-1F',
    count: 812,
    userCount: 344,
    level: 'fatal',
    status: 'unresolved',
    permalink: 'https://example.sentry.io/issues/1/',
  };
  return (await buildEvidence({ event: parseEvent(event), issue })).text;
}

export const nativeCrash = (frames: number) => ({
  platform: 'native',
  level: 'fatal',
  release: 'editor@2.14.0',
  environment: 'production',
  exception: {
    values: [
      {
        type: 'EXC_BAD_ACCESS / KERN_INVALID_ADDRESS',
        value: 'Fatal Error: Segfault',
        stacktrace: {
          frames: Array.from({ length: frames }, (_, at) => ({
            function: `editor::workspace::Pane<Item>::update_layout_${at}(gpui::Window&, gpui::Context<Pane>&)`,
            filename: `crates/workspace/src/pane_${at % 12}.rs`,
            package: '/Applications/Editor.app/Contents/MacOS/editor',
            instruction_addr: `0x10${(0x4a31c0 + at * 64).toString(16)}`,
            lineno: 100 + at,
            in_app: at % 3 !== 0,
          })),
        },
      },
    ],
  },
});

const largeCrash = () => ({
  ...nativeCrash(250),
  platform: 'node',
  extra: Object.fromEntries(
    Array.from({ length: 64 }, (_, at) => [`state_${at}`, `value ${at} `.repeat(100).slice(0, 1000)]),
  ),
  breadcrumbs: {
    values: Array.from({ length: 100 }, (_, at) => ({
      timestamp: 1_763_000_000 + at,
      category: 'console',
      level: 'info',
      message: `step ${at} of the import finished`,
    })),
  },
});
