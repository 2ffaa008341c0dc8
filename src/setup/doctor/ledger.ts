import { existsSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { hostname } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Ledger } from '../../../ledger/ledger.ts';
import { bootId } from '../../../ledger/owner.ts';
import { readActiveRuns } from '../../../ledger/reader.ts';
import { connect } from '../../../ledger/sqlite/database.ts';
import type { Config } from '../../config/config.ts';
import { messageOf } from '../../core/errors.ts';
import { tryParseJson } from '../../core/json.ts';
import { listWorktrees } from '../../git/list-worktrees.ts';
import { atMainCheckout, type Repository } from '../../git/repository.ts';
import type { World } from '../world.ts';
import { type Check, reporter } from './check.ts';

const say = reporter('ledger');

/** The store, the runs in it, other machines on it, and the worktrees it knows. Reads only. */
export async function checkLedger(world: World, repository: Repository, config: Config): Promise<Check[]> {
  const shared = await checkDatabase(world, repository, config);
  if (shared) return shared;
  const file = join(repository.commonDirectory, 'pitcrew', 'ledger.db');
  if (!existsSync(file))
    return [
      say.ok('ledger', 'No ledger yet: nothing was claimed here'),
      ...(await worktreeLines(repository, config, [])),
    ];
  const now = world.clock();
  const reading = readActiveRuns(file, now);
  if (!reading.ok)
    return [
      say.fail(
        'ledger',
        `The ledger cannot be read: ${reading.reason}.`,
        `Stop all sessions of this repository and look at ${file}; move it aside with its -wal to start anew.`,
        'upstream',
      ),
    ];
  const inside = lookInside(file, now);
  if (typeof inside === 'string')
    return [
      say.fail(
        'ledger',
        `The ledger is damaged: ${inside}.`,
        `Stop all sessions of this repository, then move ${file} and its -wal aside.`,
        'upstream',
      ),
    ];
  return [
    say.ok('ledger', `The ledger opens; it is at revision ${reading.rev}`),
    runsLine(reading.runs),
    kernelLine(inside.foreign),
    ...(await worktreeLines(repository, config, inside.worktrees)),
  ];
}

/** A ledger in a database: it answers, and who works there; `undefined` where the ledger is a file of the clone. */
async function checkDatabase(
  world: World,
  repository: Repository,
  config: Config,
): Promise<Check[] | undefined> {
  let ledger: Ledger | undefined;
  try {
    ledger = await world.openDatabase(repository, config);
    if (!ledger) return undefined;
    // Unlike a list, events are never answered from the copy beside the clone.
    await ledger.events({ afterRev: 0, limit: 1 });
    const { rev, active } = await ledger.list();
    const recorded = active.flatMap((run) => run.worktrees.map(({ path }) => path));
    return [
      say.ok('ledger', `The ledger's database answers; it is at revision ${rev}`),
      runsLine(active),
      ...(await worktreeLines(repository, config, recorded)),
    ];
  } catch (error) {
    return [say.thrown('ledger', error)];
  } finally {
    await ledger?.dispose();
  }
}

interface Inside {
  /** Host of another machine that used the store lately. */
  foreign?: string;
  worktrees: string[];
}

/** What no reader of the ledger answers: its integrity, who else uses it, and every worktree that was recorded. */
function lookInside(file: string, now: number): Inside | string {
  try {
    const database = connect(file, { readOnly: true, timeoutMs: 1000 });
    try {
      const report = database.all('PRAGMA integrity_check(3)').map((row) => String(row.integrity_check));
      if (report.join() !== 'ok') return report.join('; ');
      const other = database
        .all('SELECT boot, host, seen_at FROM kernels')
        .find(
          (row) =>
            row.boot !== bootId() &&
            row.host !== hostname() &&
            Math.abs(now - Number(row.seen_at)) < KERNEL_SEEN_MS,
        );
      const rows = database.all("SELECT data FROM steps WHERE step = 'worktree'");
      return {
        worktrees: rows.flatMap((row) => pathIn(tryParseJson(String(row.data)))),
        ...(other ? { foreign: String(other.host) } : {}),
      };
    } finally {
      database.close();
    }
  } catch (error) {
    return messageOf(error);
  }
}

/** As long as the ledger itself refuses to write beside another machine: ledger/sqlite/kernels.ts. */
const KERNEL_SEEN_MS = 120_000;

const pathIn = (data: unknown): string[] =>
  typeof data === 'object' && data !== null && 'path' in data && typeof data.path === 'string'
    ? [data.path]
    : [];

function runsLine(runs: readonly { run: string; liveness: string }[]): Check {
  const of = (liveness: string) => runs.filter((run) => run.liveness === liveness).map(({ run }) => run);
  const [live, suspect, dead] = [of('live'), of('suspect'), of('dead')];
  const lines = [
    `${live.length} live run(s)`,
    ...(dead.length > 0 ? [`${dead.length} whose session is gone: ${dead.join(', ')}`] : []),
    ...(suspect.length > 0 ? [`${suspect.length} whose session does not answer: ${suspect.join(', ')}`] : []),
  ];
  if (lines.length === 1) return say.ok('runs', lines.join());
  const next =
    suspect.length > 0
      ? `To go on with work that does not answer: pitcrew ledger takeover ${suspect[0]}, which asks first.`
      : 'Nothing has to be done: the next claim frees what a session that is gone held.';
  return say.warn('runs', `${lines.join('; ')}.`, next);
}

const kernelLine = (foreign: string | undefined): Check =>
  foreign === undefined
    ? say.ok('kernel', 'No other machine uses this ledger')
    : say.fail(
        'kernel',
        `Another machine, ${foreign}, is using this ledger's file, and file locks do not hold between the two.`,
        'Work from one of the two, or give the other a clone of its own.',
        'refused',
      );

/** Worktrees on disk against those on record, and git's own list against both. */
async function worktreeLines(
  repository: Repository,
  config: Config,
  recorded: readonly string[],
): Promise<Check[]> {
  const main = atMainCheckout(repository);
  const parent = isAbsolute(config.worktrees) ? config.worktrees : join(main.root, config.worktrees);
  const onDisk = await foldersIn(parent);
  const known = new Set(await Promise.all(recorded.map(real)));
  const listed = await listWorktrees(main);
  const strangers = onDisk.filter((path) => !known.has(path));
  // A step's record outlives its worktree, which is removed after the merge: only a branch that git still has there counts.
  const lost = listed.filter(({ path, prunable }) => prunable !== undefined && known.has(path));
  const lines: Check[] = [];
  if (strangers.length > 0)
    lines.push(
      say.warn(
        'worktrees',
        `On disk, but not in the ledger: ${strangers.join(', ')}.`,
        'Look whether there is work in them; git worktree list shows their branches. The ledger does not protect them.',
      ),
    );
  if (lost.length > 0)
    lines.push(
      say.warn(
        'worktrees-lost',
        `In the ledger and in git's list, but gone from disk: ${lost.map(({ path }) => path).join(', ')}.`,
        'The branches are still there; worktree_create for the issue takes its branch up again.',
      ),
    );
  return lines.length > 0
    ? lines
    : [
        say.ok(
          'worktrees',
          onDisk.length === 0 ? 'No worktrees' : `${onDisk.length} worktree(s) on disk, all on record`,
        ),
      ];
}

async function foldersIn(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  return Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => real(join(parent, entry.name))),
  );
}

const real = (path: string): Promise<string> => realpath(path).catch(() => path);
