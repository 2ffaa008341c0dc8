import fc from 'fast-check';
import { expect } from 'vitest';
import { parseHandwritten } from '../../ledger/import.ts';
import { findBlocks, outsideOf } from '../../ledger/view-blocks.ts';
import { fuzz } from './fuzz.ts';
import { expectLinear, repeated } from './linear.ts';
import { hostilePath } from './paths.ts';
import { hostileText } from './texts.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      '\n',
      '\r\n',
      '  ',
      '- ',
      '* ',
      '- **[2026-11-21 11:10] /sentry - cart**',
      '### cart - a title',
      '## Active runs',
    ],
    ...[
      '## Recently completed',
      '- Paths: ',
      '- **Paths:** ',
      '`src/cart.ts`',
      '`src/**`',
      '- Status: started',
      'Status:',
    ],
    ...[
      '- **Status:** done',
      '[2026-11-21',
      '[2026-13-45 99:99]',
      '[0000-0-0]',
      '[2026-11-21T11:10Z]',
      '**',
      '```',
      '~~~',
    ],
    ...[
      '[9999-99-99 11:11] ',
      ' · ',
      ', ',
      '<!-- pitcrew:begin rev=1 -->',
      '<!-- pitcrew:end -->',
      '<!-- store 0f -->',
    ],
    ...['Source: ', '[1]', ']', '[', '`', ' + ', ' and ', 'Notes:', 'UTC'],
  ),
  hostileText(3),
  hostilePath(['src/cart.ts', 'src/**', '{a,b}/c', 'src/[id].ts']).map((path) => `\`${path}\``),
);
const file = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

fuzz('whatever people wrote: entries of bounded text, and claims inside the repository', file, (text) => {
  for (const entry of parseHandwritten(text, NOW)) {
    expect(entry.title.length).toBeLessThanOrEqual(200);
    expect(entry.text.length).toBeLessThanOrEqual(4000);
    expect(entry.title + entry.text).not.toMatch(/[\0\u001b\u202e]/);
    expect(['active', 'stale', 'closed', 'unclear']).toContain(entry.status);
    for (const path of entry.paths) {
      expect(path).not.toMatch(/^\/|^[A-Za-z]:/);
      expect(path.split('/')).not.toContain('..');
    }
    if (entry.status === 'active')
      expect(Math.abs(NOW - (entry.since ?? 0))).toBeLessThanOrEqual(2 * 3600 * 1000);
  }
});

const minutes = fc.integer({ min: 0, max: 110 });

fuzz(
  'an entry that follows the form is read, whatever stands around it',
  fc.record({
    ago: minutes,
    before: hostileText(6),
    after: hostileText(6),
    name: fc.stringMatching(/^[a-z]{3,9}$/),
  }),
  ({ ago, before, after, name }) => {
    const time = new Date(NOW - ago * 60_000).toISOString().slice(0, 16).replace('T', ' ');
    // A fence opened in the text before may hide what follows, up to the next one: that is Markdown.
    const around = [before, after].map((text) => text.replace(/[`~#-]/g, ' '));
    const text = `${around[0]}\n- **[${time} UTC] /sentry - ${name}**\n  - Paths: \`src/${name}.ts\`\n  - Status: started\n\n${around[1]}\n`;
    const entry = parseHandwritten(text, NOW).find(({ paths }) => paths.includes(`src/${name}.ts`));
    expect(entry?.status).toBe('active');
  },
);

fuzz('what is not our block stays, byte for byte', file, (text) => {
  const bytes = Buffer.from(text, 'utf8');
  const blocks = findBlocks(bytes);
  const outside = outsideOf(bytes);
  const inside = blocks.reduce((sum, { start, end }) => sum + end - start, 0);
  expect(outside.length + inside).toBe(bytes.length);
  if (blocks.length === 0) expect(outside.equals(bytes)).toBe(true);
});

fuzz(
  'reading is linear',
  repeated(piece),
  async (text) => {
    await expectLinear((long) => parseHandwritten(long, NOW), text);
    await expectLinear((long) => findBlocks(Buffer.from(long)), text);
  },
  {
    examples: [
      { start: '- ', piece: ' ', end: '' },
      { start: '- **[', piece: '1', end: '' },
      { start: '- Paths: a', piece: ' ', end: 'b' },
      { start: '### 2026-11-21 ', piece: '[', end: '' },
    ],
  },
);
