import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasIncidentMarker, REGION_BEGIN, REGION_END, replaceRegion } from '../../src/github/marker.ts';
import {
  MAX_PULL_REQUEST_BODY,
  type PullRequestBodyParts,
  pullRequestBody,
} from '../../src/github/pull-request-body.ts';
import { actedOn, HOSTILE } from './vendor-rules.ts';

const PARTS: PullRequestBodyParts = {
  incident: 'sentry:acme/CART-3',
  shortId: 'CART-3',
  permalink: 'https://acme.sentry.io/issues/4711/?project=1&referrer=a(b)',
  title: "TypeError: Cannot read properties of undefined (reading 'total')",
  summary:
    'Customers with an empty cart saw an error page at the checkout.\n\nThe total of an empty cart is now 0.',
  rootCause: '`applyDiscount` takes the first line of the cart, which an empty cart does not have.',
  fix: 'Sum over the lines instead:\n\n```ts\nconst total = sum(lines.map((line) => line.total));\n```',
  proof: {
    verdict: 'proven',
    reason: '',
    before: {
      name: 'reproducing test',
      command: 'npx vitest run test/discount.test.ts',
      exitCode: 1,
      durationMs: 1834,
      timedOut: false,
      judgement: 'Failed with the message of the incident.',
      tail: "FAIL test/discount.test.ts\nTypeError: Cannot read properties of undefined (reading 'total')",
    },
    after: {
      name: 'reproducing test',
      command: 'npx vitest run test/discount.test.ts',
      exitCode: 0,
      durationMs: 1650,
      timedOut: false,
      tail: '1 passed',
    },
    checks: [
      {
        name: 'types',
        command: 'npm run typecheck',
        exitCode: 0,
        durationMs: 4200,
        timedOut: false,
        tail: '',
      },
      { name: 'tests', command: 'npm test', exitCode: 0, durationMs: 9100, timedOut: false, tail: 'ok' },
    ],
  },
  related: [
    {
      number: 12,
      title: 'Checkout broken | fixes #3 for @ann',
      state: 'closed',
      url: 'https://github.com/acme/shop/issues/12',
      updatedAt: '2026-11-01T00:00:00Z',
      score: 80,
      confidence: 'High',
      reasons: ['same message in its title', 'names the crash function applyDiscount'],
    },
  ],
  files: ['src/cart/discount.ts', 'test/discount.test.ts'],
};

describe('a body', () => {
  test('of a proven fix', () => {
    expect(pullRequestBody(PARTS)).toMatchSnapshot();
  });

  test('of an unproven fix without related issues', () => {
    const proof = {
      verdict: 'unproven' as const,
      reason: 'The fault needs a printer.',
      checks: [
        { name: 'tests', command: 'npm test', exitCode: 124, durationMs: 600_000, timedOut: true, tail: '' },
      ],
    };
    expect(
      pullRequestBody({ ...PARTS, permalink: 'javascript:alert(1)', proof, related: [] }),
    ).toMatchSnapshot();
  });

  test('is refused for a refused proof and for a missing analysis', () => {
    const proof = {
      ...PARTS.proof,
      verdict: 'refused' as const,
      reason: 'The test fails after the fix too.',
    };
    expect(() => pullRequestBody({ ...PARTS, proof })).toThrow(/refused: The test fails after the fix too/);
    for (const part of ['summary', 'rootCause', 'fix'])
      expect(() => pullRequestBody({ ...PARTS, [part]: ' \n' })).toThrow(`needs a text for ${part}`);
  });

  test('of enormous parts still fits and keeps its sections', () => {
    const huge = '@ann fixes #1\n'.repeat(20_000);
    const check = { ...PARTS.proof.checks[0]!, command: huge, name: huge, tail: huge, judgement: huge };
    const body = pullRequestBody({
      ...PARTS,
      shortId: huge,
      title: huge,
      summary: huge,
      rootCause: huge,
      fix: huge,
      proof: { verdict: 'proven', reason: huge, before: check, after: check, checks: Array(300).fill(check) },
      related: Array(50).fill({ ...PARTS.related[0]!, title: huge, reasons: [huge, huge, huge] }),
      files: Array(5000).fill(huge),
    });
    expect(body.length).toBeLessThanOrEqual(MAX_PULL_REQUEST_BODY);
    expect(headings(body)).toEqual(SECTIONS);
    expect(actedOn(body)).toEqual([]);
  });
});

const SECTIONS = ['Summary', 'Root cause', 'Fix', 'Proof', 'Related issues', 'Reviewer checklist'];
/** As Markdown sees them: not those inside quotes and fences. */
function headings(body: string): string[] {
  const found: string[] = [];
  let fence: string | undefined;
  for (const line of body.split('\n')) {
    const mark = /^`{3,}/.exec(line)?.[0];
    if (fence === undefined && mark) fence = mark;
    else if (fence !== undefined && mark === fence && line === mark) fence = undefined;
    else if (fence === undefined && line.startsWith('## ')) found.push(line.slice(3));
  }
  return found;
}

test('a bracket in the name of the incident does not begin our link earlier than it is shown', () => {
  const shortId = '[CART-3](https://x.test)fixed the crash in[cart-api-a';
  expect(actedOn(pullRequestBody({ ...PARTS, shortId }))).toEqual([]);
});

test('whatever is written into it, nothing acts, nothing breaks out, and our marks stand once', () => {
  const hostile = fc
    .array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...HOSTILE) }, fc.string({ maxLength: 5 })), {
      maxLength: 25,
    })
    .map((pieces) => pieces.join(''));
  const check = fc.record({
    name: hostile,
    command: hostile,
    exitCode: fc.integer({ min: 0, max: 255 }),
    durationMs: fc.nat(),
    timedOut: fc.boolean(),
    judgement: hostile,
    tail: fc.array(hostile, { maxLength: 40 }).map((lines) => lines.join('\n')),
  });
  const parts = fc.record({
    incident: hostile,
    shortId: hostile,
    permalink: fc.oneof(hostile, fc.webUrl({ withQueryParameters: true, withFragments: true })),
    title: hostile,
    summary: hostile.map((text) => `x${text}`),
    rootCause: hostile.map((text) => `x${text}`),
    fix: hostile.map((text) => `x${text}`),
    files: fc.array(hostile, { maxLength: 4 }),
    proof: fc.record({
      verdict: fc.constantFrom('proven' as const, 'unproven' as const),
      reason: hostile,
      before: check,
      after: check,
      checks: fc.array(check, { maxLength: 3 }),
    }),
    related: fc.array(
      fc.record({
        number: fc.integer({ min: 1, max: 9999 }),
        title: hostile,
        state: fc.constantFrom('open' as const, 'closed' as const),
        url: fc.webUrl(),
        updatedAt: fc.constant(''),
        score: fc.nat(120),
        confidence: fc.constantFrom('High' as const, 'Medium' as const, 'Low' as const),
        reasons: fc.array(hostile, { maxLength: 3 }),
      }),
      { maxLength: 3 },
    ),
  });
  fc.assert(
    fc.property(parts, (given) => {
      const body = pullRequestBody(given);
      expect(actedOn(body)).toEqual([]);
      expect(hasIncidentMarker(body, given.incident)).toBe(true);
      expect(body.match(/<!--/g)).toHaveLength(3);
      expect(body.split(REGION_BEGIN)).toHaveLength(2);
      expect(body.split(REGION_END)).toHaveLength(2);
      expect(body).not.toMatch(/!\[(?!WARNING\]\n)|<[a-z/?]/i);
      expect(headings(body)).toEqual(SECTIONS);
      expect(replaceRegion(`${body}by a person`, body)).toBe(`${body}by a person`);
    }),
    { numRuns: 400 },
  );
});
