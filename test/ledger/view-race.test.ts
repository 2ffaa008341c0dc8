import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { collectingLog, tempFolder } from './helpers.ts';

const start = (program: string, args: string[]): ChildProcess =>
  spawn(process.execPath, [join(import.meta.dirname, program), ...args], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
const done = async (child: ChildProcess) => {
  child.stdin?.end();
  if (child.exitCode === null) await once(child, 'exit');
  expect(child.exitCode).toBe(0);
};

/** Four sessions that register and let go, the view rendered after each, while `work` is done. */
async function amongSessions(work: (view: string) => Promise<void>): Promise<string> {
  const folder = tempFolder();
  const file = join(folder, 'git', 'pitcrew', 'ledger.db');
  const view = join(folder, '.claude', 'active-runs.md');
  mkdirSync(dirname(view), { recursive: true });
  writeFileSync(view, '# Active runs\n\n## Active\n\n- the first note\n');
  const open = () => openSqliteLedger({ file, clock: Date.now, log: collectingLog(), view: { file: view } });
  // Made ahead: this is about the view, not about the first opening.
  await (await open()).dispose();
  const sessions = ['a', 'b', 'c', 'd'].map((name) => start('view-session.ts', [file, view, name]));
  await work(view);
  await Promise.all(sessions.map(done));
  // Whoever opens it next takes care of what the others could not see to any more.
  const ledger = await open();
  await ledger.list();
  await ledger.dispose();
  return view;
}

const ENTRIES = 150;

// One that renames its own file into place is left out: between two neighbouring system calls of ours nothing can see it.
test.each(['appends', 'appends slowly', 'saves in place', 'saves in place slowly'])(
  'no entry is lost of a person whose program %s while four sessions register',
  async (way) => {
    const view = await amongSessions((file) => done(start('view-editor.ts', [file, way, String(ENTRIES)])));
    const text = readFileSync(view, 'utf8');
    const titles = [...text.matchAll(/^- .*\/entry (\d+) by/gm)].map((match) => Number(match[1]));
    const all = Array.from({ length: ENTRIES }, (_, at) => at);
    expect(all.filter((at) => !titles.includes(at))).toEqual([]);
    expect(titles).toHaveLength(ENTRIES);
    expect(text).toContain('- the first note');
    expect(text.match(/pitcrew:begin/g)).toHaveLength(1);
  },
  60_000,
);

test('whoever reads the list while it is rendered reads a whole one', async () => {
  const seen = new Set<string>();
  await amongSessions(async (view) => {
    let reads = 0;
    while (seen.size < 8 || reads < 3000) {
      const text = readFileSync(view, 'utf8');
      reads++;
      const blocks = [
        ...text.matchAll(/<!-- pitcrew:begin rev=(\d+) -->\n[\s\S]*?\n<!-- pitcrew:end -->\n/g),
      ];
      expect(text.replace(blocks[0]?.[0] ?? '', '')).toBe('# Active runs\n\n## Active\n\n- the first note\n');
      expect(blocks.length).toBeLessThan(2);
      if (blocks[0]?.[1]) seen.add(blocks[0][1]);
      await turn();
    }
  });
}, 60_000);
