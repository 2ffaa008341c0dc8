import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect } from 'vitest';
import { parseEvent } from '../../src/sentry/event.ts';
import { buildEvidence, type Checkout, checkoutOf } from '../../src/sentry/evidence/evidence.ts';
import { readIssue, type SentryIssue } from '../../src/sentry/issue.ts';
import { filterNoise, NOISE_DEFAULTS } from '../../src/triage/filters.ts';
import { TRIAGE_DEFAULTS, type TriageResult } from '../../src/triage/rank.ts';
import { appendTriage, recordOutcome } from '../../src/triage/report.ts';
import { markdownTable, plainTable } from '../../src/triage/table.ts';
import { FORMS, leaksIn } from '../corpus/forms.ts';
import { plantedEvent } from '../corpus/plant.ts';
import { SECRETS } from '../corpus/secrets.ts';
import { apiForm, ISSUE } from '../sentry/evidence/support.ts';
import { fakeIssue, NOW } from '../sentry/support/clients.ts';
import { useFolder } from './folder.ts';
import { fuzz } from './fuzz.ts';

const FILES = { 'src/cart.mjs': 'export const total = 1;\nexport const rate = 2;\n' };
const folder = useFolder(FILES);
let checkout: Checkout;
beforeAll(() => {
  checkout = checkoutOf(folder.path, async () => Object.keys(FILES));
});

interface Planting {
  secret: number;
  form: number;
  before: string;
  after: string;
}

/** What stands around a secret, and ends where it begins: letters glued to a token make it another word. */
const around = fc.constantFrom(
  '',
  ' ',
  '\n',
  'the value was: ',
  '"',
  '(',
  '{"note": "',
  'a\tb\n',
  '— ',
  '`',
  '<b>',
  '; ',
  '[',
);
const planting: fc.Arbitrary<Planting> = fc.record({
  secret: fc.nat({ max: SECRETS.length - 1 }),
  form: fc.nat({ max: FORMS.length - 1 }),
  before: around,
  after: fc.constantFrom('', ' ', '\n', '"', ')', '"}', ', then more', '`', '</b>', ';', ']', '\u001b[0m'),
});

/** The plantings one after the other, each in the next place, with a list of what was planted where. */
function planter(plantings: readonly Planting[], share: number) {
  const planted: { secret: string; where: string }[] = [];
  let place = 0;
  const next = (where: string, most = 4000): string => {
    const one = plantings[place++ % plantings.length];
    const secret = one && SECRETS[one.secret];
    const text = one && secret ? one.before + (FORMS[one.form]?.[1](secret.text) ?? '') + one.after : '';
    if (!secret || place % share !== 0 || text.length > most) return `ordinary ${where}`;
    planted.push({ secret: secret.secret, where: `${secret.kind}, ${FORMS[one.form]?.[0]}, in ${where}` });
    return text;
  };
  return { next, planted };
}

fuzz(
  'no secret leaves in evidence, wherever it stands in an event',
  fc.record({
    plantings: fc.array(planting, { minLength: 1, maxLength: 12 }),
    share: fc.integer({ min: 1, max: 9 }),
    api: fc.boolean(),
    detail: fc.constantFrom('small' as const, 'full' as const),
  }),
  async ({ plantings, share, api, detail }) => {
    const { next, planted } = planter(plantings, share);
    const sent = plantedEvent(next, { file: 'src/cart.mjs' });
    const event = parseEvent(
      api ? apiForm({ ...sent, event_id: 'e'.repeat(32), timestamp: NOW / 1000 }) : sent,
    );
    const issue = { ...ISSUE, title: next('title') };
    const { text, data, suspects } = await buildEvidence({ event, issue, checkout, detail });
    expect(leaksIn([text, JSON.stringify(data), JSON.stringify(suspects)].join('\n'), planted)).toEqual([]);
  },
  { cost: 4 },
);

const resultOf = (issues: SentryIssue[]): TriageResult => {
  const { kept, dropped } = filterNoise(issues, NOISE_DEFAULTS, NOW);
  return {
    rows: kept.map((issue, at) => ({ index: at + 1, issue, event: 'not-asked' })),
    below: 0,
    dropped,
    listed: issues.length,
    hasMore: false,
    unreadable: 0,
    events: { fetched: 0, missing: 0, failed: 0, notNeeded: 0 },
    options: TRIAGE_DEFAULTS,
  };
};

fuzz(
  'no secret leaves in the table or the report, wherever it stands in an issue',
  fc.record({
    plantings: fc.array(planting, { minLength: 1, maxLength: 8 }),
    share: fc.integer({ min: 1, max: 4 }),
  }),
  async ({ plantings, share }) => {
    const { next, planted } = planter(plantings, share);
    const row = fakeIssue(1, {
      title: next('title'),
      culprit: next('culprit'),
      metadata: { type: next('type'), value: next('value'), title: next('metadata title') },
      level: next('level') && 'error',
      assignedTo: { name: next('assignee') },
      project: { id: '2', slug: next('project') },
      firstRelease: { version: next('release') },
    });
    const result = resultOf([readIssue(row, () => '') ?? []].flat());
    const heldBy = new Map([[result.rows[0]?.issue.shortId ?? '', next('holder')]]);
    await rm(join(folder.path, '.claude'), { recursive: true, force: true });
    const file = join(
      folder.path,
      await appendTriage({ root: folder.path, triageId: 't1', result, heldBy, now: NOW }),
    );
    await recordOutcome({ file, triageId: 't1', shortId: 'NODE-EXPRESS-1', outcome: next('outcome') });
    const shown = [
      markdownTable(result.rows, { now: NOW, heldBy }),
      plainTable(result.rows, { now: NOW, heldBy, titleCharacters: 400 }),
      await readFile(file, 'utf8'),
    ].join('\n');
    expect(leaksIn(shown, planted)).toEqual([]);
  },
  { cost: 2 },
);
