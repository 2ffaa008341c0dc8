import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeLate } from '../../ledger/view-merge.ts';

const merge = (base: string, late: string, now: string) =>
  mergeLate(Buffer.from(base), Buffer.from(late), Buffer.from(now)).toString();
const block = (rev: number) => `<!-- pitcrew:begin rev=${rev} -->\nbody ${rev}\n<!-- pitcrew:end -->\n`;

test('an entry that was appended to the old list joins the new one, once', () => {
  const base = `# Runs\n${block(1)}\n## Active\n- a\n`;
  const now = `# Runs\n${block(2)}\n## Active\n- a\n`;
  const merged = merge(base, `${base}- b\n`, now);
  expect(merged).toBe(`${now}- b\n`);
  expect(merge(base, `${base}- b\n`, merged)).toBe(merged);
});

test('it comes to stand where it was written, beside what others wrote since', () => {
  const base = `# Runs\n${block(1)}## Active\n- a\n## Old\n- z\n`;
  const late = `# Runs\n${block(1)}## Active\n- a\n- b\n## Old\n- z\n`;
  const now = `# Runs\n${block(2)}## Active\n- a\n## Old\n- z\n- y\n`;
  expect(merge(base, late, now)).toBe(`# Runs\n${block(2)}## Active\n- a\n- b\n## Old\n- z\n- y\n`);
});

test('a status that was changed is changed, and an entry that was taken out is out', () => {
  const entry = (status: string) => `- a\n  - Status: ${status}\n`;
  const text = (rev: number, what: string) => `# Runs\n${block(rev)}${what}- z\n`;
  expect(merge(text(1, entry('started')), text(1, entry('done')), text(2, entry('started')))).toBe(
    text(2, entry('done')),
  );
  expect(merge(text(1, entry('started')), text(1, ''), text(2, entry('started')))).toBe(text(2, ''));
});

test('a list without an end of line, with line ends of Windows, without our block, or empty', () => {
  expect(merge('- a', '- a\n- b', '- a')).toBe('- a\n- b');
  expect(merge('- a\r\n', '- a\r\n- b\r\n', `- a\r\n- c\r\n`)).toBe('- a\r\n- b\r\n- c\r\n');
  expect(merge('- a', '- b', '- c')).toBe('- c\n- b');
  expect(merge('', '- b\n', '')).toBe('- b\n');
});

test('no line of either side is lost, and the block stays, whatever was written', () => {
  const lines = fc.array(fc.constantFrom('- a', '- b', '  - Status: started', '', '## Active', 'é'), {
    maxLength: 8,
  });
  const text = (rev: number, before: string[], after: string[]) =>
    [...before, block(rev).trimEnd(), ...after].map((line) => `${line}\n`).join('');
  fc.assert(
    fc.property(lines, lines, lines, lines, (before, after, added, others) => {
      const base = text(1, before, after);
      const late = text(1, before, [...after, ...added.map((line) => `${line} late`)]);
      const now = text(2, before, [...after, ...others]);
      const merged = merge(base, late, now);
      expect(merged).toContain(block(2));
      const left = merged.split('\n');
      for (const line of [...now.split('\n'), ...late.replace(block(1), '').split('\n')]) {
        expect(left).toContain(line);
      }
      expect(merge(base, late, merged)).toBe(merged);
    }),
  );
});
