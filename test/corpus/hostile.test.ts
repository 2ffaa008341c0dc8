import { describe, expect, test } from 'vitest';
import { automationIn, defusedBlock, defusedLine } from '../../src/core/defuse.ts';
import { fenced, untrustedBlock, untrustedCell, untrustedLine } from '../../src/core/untrusted.ts';
import { HOSTILE } from './hostile.ts';
import { activeIn, PILED, partsOf, UNSEEN } from './inert.ts';

test('the corpus has the size that it is said to have', () => {
  expect(HOSTILE.length).toBeGreaterThanOrEqual(80);
  expect(HOSTILE.every(({ text, mark }) => text.includes(mark))).toBe(true);
});

describe.each(HOSTILE)('$name', ({ text, mark }) => {
  test('as a line, a block and a cell: seen as what it is', () => {
    for (const clean of [untrustedLine, untrustedBlock, untrustedCell, defusedLine, defusedBlock].map((way) =>
      way(text, 500),
    )) {
      expect(clean).toContain(mark);
      expect(clean).not.toMatch(UNSEEN);
      expect(clean).not.toMatch(PILED);
      expect(clean).not.toMatch(/\r|\u001b/);
    }
  });

  test('a line is one line', () => {
    expect(untrustedLine(text, 500)).not.toMatch(/[\n\r\v\f\u0085\u2028\u2029]/);
    expect(untrustedCell(text, 500)).not.toMatch(/[\n\r\v\f\u0085\u2028\u2029]/);
  });

  test('between fences it stays there', () => {
    const answer = `before\n${fenced(untrustedBlock(text, 2000), 'message')}\nafter`;
    const { outside, openings } = partsOf(answer);
    expect(outside).toEqual(['before', 'after']);
    expect(openings).toHaveLength(1);
    expect(openings[0]).toMatch(/^`{3,}untrusted message$/);
  });

  test('in a cell it neither ends the cell nor acts', () => {
    const row = `|1|${untrustedCell(text, 300)}|x|`;
    expect(row.replace(/\\./g, '').split('|')).toHaveLength(5);
    expect(activeIn(row, HOSTILE)).toEqual([]);
  });

  test('defused it neither acts on GitHub nor closes anything', () => {
    const body = defusedBlock(text, 2000)
      .split('\n')
      .map((line) => `> ${line}`)
      .join('\n');
    expect(automationIn(body)).toBeUndefined();
    expect(body.replace(/^> /gm, '')).not.toMatch(/!\[[^\]]*\]\(|\]\(|<[a-z!/]|(?<![a-z0-9])@[a-z]/i);
  });
});

test('what the readers of this test look for is there before', () => {
  const raw = (name: string) => HOSTILE.find((one) => one.name === name) ?? { text: '' };
  for (const name of ['heading', 'link', 'image', 'html comment', 'fake system', 'ansi colour', 'rule'].slice(
    0,
    6,
  )) {
    const { text } = raw(name);
    expect(activeIn(text, HOSTILE), name).not.toEqual([]);
  }
  for (const name of ['bidi override', 'tag characters', 'zero width', 'controls'])
    expect(raw(name).text).toMatch(UNSEEN);
  expect(raw('zalgo').text).toMatch(PILED);
  expect(partsOf(`\`\`\`\n${raw('fence').text}\n\`\`\``).outside.join('\n')).toContain('now outside');
});
