import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunView } from '../../ledger/ledger.ts';
import { renderView, takeBackLate, writeView } from '../../ledger/view.ts';
import { outsideOf } from '../../ledger/view-blocks.ts';
import { cmd, exclusive, MINUTE, openDesk, ownerOf, START, tempFolder } from './helpers.ts';

const runView: RunView = {
  run: 'r7-ab12',
  session: 'session-1',
  owner: ownerOf('claude-code'),
  incidents: ['sentry:acme/WEB-1'],
  paths: [...exclusive('src/cart.ts'), { glob: 'docs/**', mode: 'shared' }],
  resources: [],
  lanes: [],
  base: 'a1b2c3',
  intent: 'TypeError in the cart <!-- pitcrew:end --> `x`',
  fence: 7,
  status: 'active',
  startedAt: START,
  renewedAt: START + MINUTE,
  expiresAt: START + 3 * MINUTE,
  commits: [],
  liveness: 'live',
  worktrees: [
    { incident: 'sentry:acme/WEB-1', path: '.pitcrew/worktrees/web-1', branch: 'fix/sentry-WEB-1' },
  ],
};

describe('renderView', () => {
  test('says who, since when, what, where and how to take over', () => {
    const text = renderView({
      rev: 9,
      active: [runView, { ...runView, run: 'r8-ab12', liveness: 'suspect', worktrees: [] }],
      recent: [{ ...runView, status: 'completed', closedAt: START + MINUTE, commits: ['abc123'] }],
      handwritten: [{ title: 'old work', paths: [], text: '', status: 'stale' }],
      waiting: [],
    });
    expect(text).toMatchInlineSnapshot(`
      "<!-- Rendered by Pitcrew from its ledger. Text between the two marks is replaced; write anywhere else in this file. -->
      ## Runs in the ledger

      ### r7-ab12 — sentry:acme/WEB-1 — TypeError in the cart \\< !-- pitcrew:end -- \\> \\\`x\\\`
      - **[2026-11-21 09:30 UTC]** Source: claude-code, pid 4711 on build-3, session session-1
      - **Paths:** \`src/cart.ts\` · \`docs/**\` (shared)
      - **Status:** started
      - **Worktree:** \`fix/sentry-WEB-1\` in \`.pitcrew/worktrees/web-1\` (sentry:acme/WEB-1)
      - **Lease:** live; its session renews it by itself, 2 min at a time
      - **To take over:** not while its session lives. When that session ends, the claim ends with it.

      ### r8-ab12 — sentry:acme/WEB-1 — TypeError in the cart \\< !-- pitcrew:end -- \\> \\\`x\\\`
      - **[2026-11-21 09:30 UTC]** Source: claude-code, pid 4711 on build-3, session session-1
      - **Paths:** \`src/cart.ts\` · \`docs/**\` (shared)
      - **Status:** started
      - **Lease:** not renewed since 2026-11-21 09:31 UTC, but its owner may be there
      - **To take over:** \`pitcrew ledger takeover r8-ab12\` asks a person first; an abandoned claim ends 2 h after its last renewal.

      Written by hand and older than 2 h, so in nobody's way: old work.

      ### Ended in the last 14 days

      - 2026-11-21 09:31 UTC r7-ab12 sentry:acme/WEB-1: completed (commit: abc123), claude-code, pid 4711 on build-3
      "
    `);
  });

  test('a session of the command line renews nothing by itself, and no process ends with it', () => {
    const owner = { ...ownerOf('command line', 0), label: 'command line' };
    const listed = { recent: [], handwritten: [], waiting: [] };
    const text = renderView({ rev: 9, active: [{ ...runView, owner }], ...listed });
    expect(text).toContain('- **Lease:** live; it lasts 2 min from the last command of its session\n');
    expect(text).toContain('- **To take over:** not while its lease lasts.');
  });
});

test('a view that was copied into a list by hand holds what it held, shared or not', async () => {
  const desk = await openDesk({ view: true });
  const listed = { recent: [], handwritten: [], waiting: [] };
  mkdirSync(dirname(desk.viewFile), { recursive: true });
  writeFileSync(desk.viewFile, renderView({ rev: 9, active: [runView], ...listed }));
  const wants = async (glob: string, mode: 'exclusive' | 'shared') =>
    (await desk.claim('ben', ['sentry:acme/WEB-2'], [{ glob, mode }])).ok;
  expect(await wants('docs/a.md', 'shared')).toBe(true);
  expect(await wants('docs/a.md', 'exclusive')).toBe(false);
  expect(await wants('src/cart.ts', 'shared')).toBe(false);
});

describe('writeView', () => {
  const view = (rev: number, body = `body of ${rev}`, store = 'ab12') => ({ rev, store, body });

  test('what stands outside our block stays byte for byte, whatever it is', () => {
    const file = join(tempFolder(), 'active-runs.md');
    const line = fc.oneof(
      fc.constantFrom(
        '# Active runs',
        '## Active',
        '- **[2026-05-09 19:10] /x - y**',
        '',
        '<!-- pitcrew:end -->',
        '<!-- pitcrew:begin rev=3 -->',
        '\u00e9\u4e2d',
      ),
      fc.string({ maxLength: 20 }),
    );
    const text = fc
      .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n', '\r'), fc.boolean())
      .map(([lines, lineBreak, isClosed]) => lines.join(lineBreak) + (isClosed ? lineBreak : ''));
    const bytes = fc.oneof(
      text.map((value) => Buffer.from(value)),
      // UTF-16 is refused, and tested on its own.
      fc
        .uint8Array({ maxLength: 60 })
        .filter(
          ([first, second]) => !(first === 0xff && second === 0xfe) && !(first === 0xfe && second === 0xff),
        )
        .map((value) => Buffer.from(value)),
    );
    fc.assert(
      fc.property(bytes, (before) => {
        writeFileSync(file, before);
        writeView(file, view(5), { mayBeEmpty: true });
        const first = readFileSync(file);
        // A whole block that was there before is ours, whoever wrote it; everything else is not.
        expect(outsideOf(first).equals(outsideOf(before))).toBe(true);
        expect(first.toString()).toContain('body of 5');
        writeView(file, view(6));
        const second = readFileSync(file);
        expect(outsideOf(second).equals(outsideOf(before))).toBe(true);
        expect(second.toString()).not.toContain('body of 5');
      }),
      { numRuns: 300 },
    );
  });

  test('the title stays first, line ends stay as they are, and a newer revision is kept', () => {
    const file = join(tempFolder(), 'active-runs.md');
    writeFileSync(file, '# Runs\r\n\r\n## Active\r\n- by hand\r\n');
    expect(writeView(file, view(5))).toBe('written');
    const text = readFileSync(file, 'utf8');
    expect(text).toBe(
      '# Runs\r\n<!-- pitcrew:begin rev=5 -->\r\n<!-- store ab12 -->\r\nbody of 5\r\n<!-- pitcrew:end -->\r\n\r\n## Active\r\n- by hand\r\n',
    );
    expect(writeView(file, view(4))).toBe('newer');
    expect(writeView(file, view(5))).toBe('unchanged');
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(writeView(file, view(1, 'a new store', 'cd34'))).toBe('written');
  });

  test('two blocks after a merge become one again', () => {
    const file = join(tempFolder(), 'active-runs.md');
    const block = (rev: number) => `<!-- pitcrew:begin rev=${rev} -->\nx\n<!-- pitcrew:end -->\n`;
    writeFileSync(file, `a\n${block(1)}b\n${block(2)}c\n`);
    writeView(file, view(3, 'new'));
    expect(readFileSync(file, 'utf8')).toBe(
      'a\n<!-- pitcrew:begin rev=3 -->\n<!-- store ab12 -->\nnew\n<!-- pitcrew:end -->\nb\nc\n',
    );
  });

  test('a link to the file stays a link', () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'real.md'), '# Runs\n');
    symlinkSync(join(folder, 'real.md'), join(folder, 'link.md'));
    writeView(join(folder, 'link.md'), view(2));
    expect(readFileSync(join(folder, 'real.md'), 'utf8')).toContain('body of 2');
  });
});

describe('a list that somebody saves at the same moment', () => {
  const view = (rev: number) => ({ rev, store: 'ab12', body: `body of ${rev}` });
  const place = () => {
    const folder = tempFolder();
    return { file: join(folder, 'active-runs.md'), keep: join(folder, 'old') };
  };

  test('what is written into the replaced file joins the new one, once, and also late changes of that', () => {
    const { file, keep } = place();
    writeFileSync(file, '- first\n');
    const editor = openSync(file, 'a');
    expect(writeView(file, view(1), { keep })).toBe('written');
    const block = readFileSync(file, 'utf8').replace('- first\n', '');
    expect(takeBackLate(file, { keep })).toBe('unchanged');
    writeSync(editor, '- second\n');
    expect(takeBackLate(file, { keep })).toBe('written');
    expect(readFileSync(file, 'utf8')).toBe(`${block}- first\n- second\n`);
    expect(takeBackLate(file, { keep })).toBe('unchanged');
    writeSync(editor, '- third\n');
    closeSync(editor);
    expect(writeView(file, view(2), { keep })).toBe('written');
    expect(readFileSync(file, 'utf8')).toMatch(/body of 2\n[\s\S]*\n- first\n- second\n- third\n$/);
  });

  test('a file that is emptied to be written anew is waited for, and an empty one is a list', () => {
    const { file, keep } = place();
    writeFileSync(file, '- first\n');
    const editor = openSync(file, 'w');
    expect(writeView(file, view(1), { keep })).toBe('busy');
    writeSync(editor, '- first\n- second\n');
    closeSync(editor);
    expect(writeView(file, view(1), { keep })).toBe('written');
    expect(readFileSync(file, 'utf8')).toMatch(/\n- first\n- second\n$/);
    writeFileSync(file, '');
    expect(writeView(file, view(2), { keep, mayBeEmpty: true })).toBe('written');
  });

  test('old files are not kept for ever', () => {
    const { file, keep } = place();
    for (let rev = 1; rev < 100; rev++) writeView(file, view(rev), { keep });
    expect(readdirSync(keep).length).toBeLessThan(80);
    const past = new Date(Date.now() - 60_000);
    for (const name of readdirSync(keep)) utimesSync(join(keep, name), past, past);
    writeView(file, view(100), { keep });
    takeBackLate(file, { keep });
    expect(readdirSync(keep)).toHaveLength(2);
  });

  test('a claim in a file that is being saved is respected', async () => {
    const desk = await openDesk({ view: true });
    mkdirSync(dirname(desk.viewFile));
    const entry = `- **[2026-11-21 09:20 UTC] orders**\n  - Paths: \`src/orders/**\`\n  - Status: started\n`;
    writeFileSync(desk.viewFile, '');
    const saving = spawn(process.execPath, [
      '-e',
      `const fs = require('node:fs'); const [, file, text] = process.argv; const open = fs.openSync(file, 'w');
       fs.writeSync(1, 'emptied'); setTimeout(() => fs.writeSync(open, text), 10)`,
      desk.viewFile,
      entry,
    ]);
    const closed = once(saving, 'close');
    await once(saving.stdout, 'data');
    const answer = await desk.claim('ann', ['sentry:a/A-1'], exclusive('src/orders/pricing.ts'));
    expect(answer).toMatchObject({ ok: false, conflicts: [{ source: 'handwritten' }] });
    await closed;
  });
});

describe('the view of a ledger', () => {
  test('follows the changes, and hand-written text around it stays', async () => {
    const desk = await openDesk({ view: true });
    mkdirSync(dirname(desk.viewFile), { recursive: true });
    writeFileSync(desk.viewFile, '# Our runs\n\n- a note of mine\n');
    const run = await desk.granted('alice', ['sentry:acme/WEB-1'], exclusive('src/cart.ts'));
    await desk.ledger.close({
      cmd: cmd(),
      run: run.run,
      fence: run.fence,
      status: 'completed',
      commits: ['abc123'],
    });
    await desk.granted('bob', ['sentry:acme/WEB-2']);
    await desk.ledger.dispose();
    const text = readFileSync(desk.viewFile, 'utf8');
    expect(text).toMatch(/^# Our runs\n<!-- pitcrew:begin rev=3 -->\n/);
    expect(text).toMatch(/<!-- pitcrew:end -->\n\n- a note of mine\n$/);
    expect(text).toContain('bob, pid 4711 on build-3');
    expect(text).toContain('completed (commit: abc123)');
  });

  test('a list that is empty, and stays so, gets its block too', async () => {
    const desk = await openDesk({ view: true });
    mkdirSync(dirname(desk.viewFile));
    writeFileSync(desk.viewFile, '');
    await desk.granted('alice', ['sentry:acme/WEB-1']);
    await desk.ledger.dispose();
    expect(readFileSync(desk.viewFile, 'utf8')).toMatch(/^<!-- pitcrew:begin rev=1 -->\n/);
    expect(desk.log.lines).toEqual([]);
  });

  test('a ledger that nobody used makes no file', async () => {
    const desk = await openDesk({ view: true });
    await desk.ledger.list();
    await desk.ledger.dispose();
    expect(existsSync(desk.viewFile)).toBe(false);
  });

  test('a view that cannot be written costs nobody the registration', async () => {
    const desk = await openDesk({ view: true });
    symlinkSync(join(desk.folder, 'nowhere'), join(desk.folder, '.claude'));
    await desk.granted('alice', ['sentry:acme/WEB-1']);
    await desk.ledger.dispose();
    expect(desk.log.lines).toEqual([expect.stringContaining('was not rendered')]);
  });

  test('text in another encoding is left alone, and said to be unreadable where it is', async () => {
    const desk = await openDesk({ view: true });
    mkdirSync(dirname(desk.viewFile));
    const bytes = Buffer.from('\ufeff## Active\n', 'utf16le');
    writeFileSync(desk.viewFile, bytes);
    await desk.granted('alice', ['sentry:acme/WEB-1']);
    await desk.ledger.dispose();
    expect(readFileSync(desk.viewFile).equals(bytes)).toBe(true);
    expect(desk.log.lines).toEqual([expect.stringContaining('not UTF-8')]);
  });

  test('an unreadable list of active runs is not taken for an empty one', async () => {
    const desk = await openDesk({ view: true });
    mkdirSync(desk.viewFile, { recursive: true });
    chmodSync(desk.viewFile, 0o700);
    await expect(desk.claim('alice', ['sentry:acme/WEB-1'])).rejects.toMatchObject({
      kind: 'upstream',
      message: expect.stringContaining('cannot be read'),
    });
    expect((await desk.ledger.list()).handwritten).toMatchObject([{ status: 'unclear' }]);
  });
});
