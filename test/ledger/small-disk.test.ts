import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { PitcrewError } from '../../src/core/errors.ts';
import { type SmallDisk, smallDisk } from '../support/fault-disk.ts';
import { cmd, collectingLog, exclusive, MINUTE, ownerOf, START } from './helpers.ts';

const disk = await smallDisk(2);
afterAll(() => disk?.close());
if (!disk) console.warn('SKIPPED: this user may not mount a small file system, so no disk is filled.');

/** A file system in memory gives room by pages of this size: so the disk is full one page later each time. */
const PAGE = 4096;
const PLACES = 200;

const openAt = (folder: string) =>
  openSqliteLedger({
    file: join(folder, 'git', 'ledger.db'),
    clock: () => START,
    log: collectingLog(),
    view: { file: join(folder, 'active-runs.md'), delayMs: 1 },
  });

/** Claims until that fails; answers who was granted something. Throws what is no error in words. */
async function fill(folder: string): Promise<string[]> {
  const granted: string[] = [];
  const ledger = await orSaid(openAt(folder), folder);
  if (ledger === undefined) return granted;
  for (let at = 0; at < PLACES; at++) {
    const session = `s${at}`;
    const who = {
      cmd: cmd(),
      session,
      owner: ownerOf(session),
      base: 'b',
      ttlMs: MINUTE,
      intent: 'x'.repeat(300),
    };
    const claim = { ...who, incidents: [`sentry:a/B-${at}`], paths: exclusive(`src/${at}.ts`) };
    const answer = await orSaid(ledger.register(claim), folder);
    if (answer === undefined) break;
    if (answer.ok) granted.push(session);
  }
  await ledger.dispose();
  return granted;
}

/** The answer, or nothing where the ledger says in words what it cannot do, and of which file. */
async function orSaid<T>(work: Promise<T>, folder: string): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PitcrewError && error.kind === 'upstream')) throw error;
    expect(error.message).toContain(folder);
    return undefined;
  }
}

async function holders(folder: string): Promise<string[]> {
  const ledger = await openAt(folder);
  const { active } = await ledger.list().finally(() => ledger.dispose());
  return active.map((run) => run.session);
}

/** Fills the disk at each place, under a store that `prepare` has made or not, and looks at what is left. */
async function atEachPlace(small: SmallDisk, prepare: (folder: string) => Promise<unknown>): Promise<void> {
  const grants = new Set<number>();
  for (let at = 0; at < PLACES; at++) {
    const folder = join(small.folder, String(at));
    const list = join(folder, 'active-runs.md');
    mkdirSync(folder);
    writeFileSync(list, '# Active runs\n\n- a note of mine\n');
    await prepare(folder);
    small.fill(at * PAGE);
    const granted = await fill(folder);
    grants.add(granted.length);
    // As long as there is no room: the same, or an error in words.
    const seen = await orSaid(holders(folder), folder);
    if (seen !== undefined) expect(seen.slice(0, granted.length)).toEqual(granted);
    small.makeRoom();
    const after = await holders(folder);
    // The last one was not acknowledged, so nobody knows; it may have been done.
    expect(after.slice(0, granted.length)).toEqual(granted);
    expect(after.length).toBeLessThan(granted.length + 2);
    const view = readFileSync(list, 'utf8');
    expect(view).toMatch(/- a note of mine\n$/);
    expect(view.includes('pitcrew:begin')).toBe(view.includes('pitcrew:end'));
    rmSync(folder, { recursive: true });
  }
  expect(grants).toContain(0);
  expect(grants.size).toBeGreaterThan(10);
}

test.skipIf(!disk)('a disk that is full at 200 places: all that was acknowledged is there', async () => {
  if (disk) await atEachPlace(disk, holders);
});

test.skipIf(!disk)('and a store that is made while it fills up is whole, or is not there', async () => {
  if (disk) await atEachPlace(disk, async () => {});
});
