import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { cmd, collectingLog, exclusive, openDesk, ownerOf, START, tempFolder } from './helpers.ts';

const openAt = (file: string, view?: { file: string }, log = collectingLog()) =>
  openSqliteLedger({ file, clock: () => START, log, ...(view && { view }) });
const open = (file: string) => openAt(file);
const RUNS = 40;
const FILL = join(import.meta.dirname, 'fill-store.ts');

describe('torn writes: it opens with what was acknowledged, or says what is damaged', () => {
  /** A store as a power cut leaves it: the file, and a log with much that is not in the file yet. */
  async function halfWritten() {
    const desk = await openDesk({ view: true });
    for (let at = 0; at < RUNS; at++)
      await desk.granted(`s${at}`, [`sentry:a/B-${at}`], exclusive(`src/${at}.ts`));
    const copy = (to: string) => {
      mkdirSync(dirname(to), { recursive: true });
      for (const end of ['', '-wal']) copyFileSync(`${desk.file}${end}`, `${to}${end}`);
    };
    const shown = () => existsSync(desk.viewFile) && readFileSync(desk.viewFile, 'utf8');
    while (!String(shown()).includes(`rev=${RUNS} `)) await delay(5);
    return { desk, copy };
  }

  test('a byte flipped or the end cut off, at 200 places of the log and of the file', async () => {
    const { desk, copy } = await halfWritten();
    let whole = 0;
    let refused = 0;
    for (let at = 0; at < 200; at++) {
      const file = join(desk.folder, 'torn', String(at), 'ledger.db');
      copy(file);
      const target = at % 4 === 0 ? file : `${file}-wal`;
      const bytes = readFileSync(target);
      const place = Math.floor((bytes.length * (at + 0.5)) / 200);
      if (at % 2 === 0) {
        bytes[place] = (bytes[place] ?? 0) ^ 0x40;
        writeFileSync(target, bytes);
      } else truncateSync(target, place);
      try {
        // Every third without a view, which shows how far the store came: a log that was cut off may then be short.
        const view = at % 3 === 0 ? undefined : { file: desk.viewFile };
        const ledger = await openAt(file, view);
        const { rev, active } = await ledger.list();
        await ledger.dispose();
        expect(active.map((run) => run.session)).toEqual(Array.from({ length: rev }, (_, n) => `s${n}`));
        if (rev === RUNS) whole++;
        else expect([view, at % 2]).toEqual([undefined, 1]);
      } catch (error) {
        expect(error).toMatchObject({ kind: 'upstream', message: expect.stringContaining(file) });
        refused++;
      }
    }
    expect(whole).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(80);
  });

  test('a byte flipped in a file that has no log', async () => {
    const { desk } = await halfWritten();
    await desk.ledger.dispose();
    const whole = readFileSync(desk.file);
    for (let at = 0; at < 60; at++) {
      const file = join(desk.folder, 'flipped', String(at), 'ledger.db');
      mkdirSync(dirname(file), { recursive: true });
      const bytes = Buffer.from(whole);
      const place = Math.floor((bytes.length * (at + 0.5)) / 60);
      bytes[place] = (bytes[place] ?? 0) ^ 0x40;
      writeFileSync(file, bytes);
      try {
        const ledger = await open(file);
        const listed = await ledger.list().finally(() => ledger.dispose());
        expect(listed.active).toHaveLength(RUNS);
      } catch (error) {
        expect(error).toMatchObject({ kind: 'upstream', message: expect.stringContaining(file) });
      }
    }
  });

  test('after a restart of the machine it goes on behind what was lost, and says so', async () => {
    const desk = await openDesk({ view: true });
    const last = await desk.granted('ann', ['sentry:a/A-1']);
    await desk.ledger.dispose();
    const view = readFileSync(desk.viewFile, 'utf8');
    writeFileSync(desk.viewFile, view.replace('rev=1 ', 'rev=60 '));
    const log = collectingLog();
    const again = () => openAt(desk.file, { file: desk.viewFile }, log);
    await expect(again()).rejects.toThrow(
      /is damaged: it ends with revision 1, but its view shows revision 60/,
    );
    const database = new DatabaseSync(desk.file);
    database.exec("UPDATE kernels SET boot = 'an earlier one'");
    database.close();
    const ledger = await again();
    onTestFinished(() => ledger.dispose());
    expect(log.lines).toEqual([expect.stringContaining('go on from 61')]);
    expect((await ledger.events({ afterRev: 1, limit: 1 }))[0]).toMatchObject({ kind: 'recovered', rev: 61 });
    const owner = ownerOf('ben');
    const claim = { cmd: cmd(), session: 'ben', owner, incidents: ['sentry:a/B-1'], paths: [], base: 'b' };
    const answer = await ledger.register({ ...claim, ttlMs: 1000, intent: '' });
    expect(answer).toMatchObject({ ok: true, rev: 62, run: { fence: last.fence + 61 } });
  });

  test('a missing log beside a file that needs it, and a missing file beside a log', async () => {
    const { desk, copy } = await halfWritten();
    const file = join(desk.folder, 'torn', 'ledger.db');
    copy(file);
    truncateSync(file, 0);
    await expect(open(file)).rejects.toMatchObject({ kind: 'upstream' });
  });
});

test.skipIf(process.platform === 'win32')(
  'a folder that may not be written to is told, not taken for an empty one',
  () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'closed'));
    chmodSync(join(folder, 'closed'), 0o555);
    chmodSync(folder, 0o755);
    // The rights of a folder do not bind root.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const { stdout, stderr } = spawnSync(process.execPath, [FILL, join(folder, 'closed', 'ledger.db')], {
      encoding: 'utf8',
      ...nobody,
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      granted: 0,
      kind: 'upstream',
      message: expect.stringContaining('closed'),
    });
  },
);

describe('a full disk', () => {
  /** Fills a store under a limit on the size of its files, and says how far it came and what it was told. */
  const fill = (file: string, kilobytes: number) => {
    // In sh the unit of ulimit -f is 512 bytes.
    const command = `ulimit -f ${kilobytes * 2}; exec "$0" "$@"`;
    const done = spawnSync('sh', ['-c', command, process.execPath, FILL, file], { encoding: 'utf8' });
    return { ...done, told: done.stdout.trim().split('\n').at(-1) ?? '' };
  };

  test.skipIf(process.platform === 'win32')(
    'is told in words, and what was acknowledged is still there',
    async () => {
      const file = join(tempFolder(), 'pitcrew', 'ledger.db');
      const { told, stderr } = fill(file, 200);
      const { granted, message, kind } = JSON.parse(told || '{}');
      expect(stderr).toBe('');
      expect([kind, message]).toEqual(['upstream', expect.stringContaining('cannot be used')]);
      expect(granted).toBeGreaterThan(0);
      const ledger = await open(file);
      onTestFinished(() => ledger.dispose());
      expect((await ledger.list()).active).toHaveLength(granted);
    },
  );

  test.skipIf(process.platform === 'win32')('from the beginning leaves no store behind', async () => {
    const file = join(tempFolder(), 'pitcrew', 'ledger.db');
    const { told } = fill(file, 8);
    expect(JSON.parse(told || '{}')).toMatchObject({ kind: 'upstream' });
    expect(existsSync(file)).toBe(false);
    const ledger = await open(file);
    onTestFinished(() => ledger.dispose());
    expect((await ledger.list()).active).toEqual([]);
  });
});
