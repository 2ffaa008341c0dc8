import { createHash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { run } from '../../src/core/run.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { contractCrash, openStage, type Stage } from '../support/stage.ts';
import { pitcrew, stateOf } from './failing.ts';

/** May read from the sandbox, and write nothing. */
export const READ_ONLY = `sntryu_${createHash('sha256').update('reader').digest('hex')}`;
/** Nobody's token. */
export const WRONG = `sntryu_${createHash('sha256').update('nobody').digest('hex')}`;

export const CONFIG = `sentry:
  organization: pitstop
github:
  repository: pitstop/race-day
  base: main
checks: []
unattended: draft-pr
`;

/** The one issue of the stage, listed and selected. */
export const ISSUE = 'RACE-DAY-1';
export const WORKTREE = '.pitcrew/worktrees/sentry-race-day-1';
/** What a fix might write in the worktree. */
export const CHANGED = ['src/orders/new.mjs', 'test/new.test.mjs'];
export const WORDS = 'A new team has no contract yet.';

/** What can be no issue, and what it would do if somebody believed it; `trap` is a file that must not come to be. */
export const IDS: [name: string, id: (trap: string) => string][] = [
  ['a shell command', (trap) => `$(touch ${trap})`],
  ['a shell command behind an id', (trap) => `RACE-DAY-1; touch ${trap}`],
  ['two lines', () => 'RACE-DAY-1\nRACE-DAY-2'],
  ['a path', () => '../../etc/passwd'],
  ['a terminal sequence', () => '\u001b[31mRACE-DAY-1'],
  ['an option', () => '--help; rm'],
  ['nothing', () => ''],
  ['very long', () => 'A'.repeat(10_000)],
];
export const NOT_AN_ID = /not an issue|not a Sentry short id|cannot use these arguments/;

/** A stage for a whole test file, with a bystander who sees what has changed. */
export function useTrouble() {
  let stage: Stage;
  let observer: TestClient;
  const place = (env: Record<string, string> = {}) => ({
    cwd: stage.repository,
    env: { ...stage.env, ...env },
  });
  /** A command that has to work, in the stage's repository; gives its data. */
  const here = async (...args: string[]) => {
    const result = await pitcrew([...args, '--json'], place());
    expect(result.code, result.stdout + result.stderr).toBe(0);
    return JSON.parse(result.stdout).data;
  };
  const state = () => stateOf(stage, observer);

  beforeAll(async () => {
    stage = await openStage({ config: CONFIG, readOnlyTokens: [READ_ONLY] });
    await stage.crash(contractCrash(1));
    await stage.crash(contractCrash(2));
    expect((await here('sentry-list-issues')).issues).toMatchObject([{ shortId: ISSUE }]);
    await here('triage-select', '--selection', '1');
    observer = await connect(stage, { name: 'observer' });
  });
  afterAll(async () => {
    await observer?.close();
    await stage?.close();
  });

  return {
    get stage() {
      return stage;
    },
    get observer() {
      return observer;
    },
    place,
    here,
    worktree: () => join(stage.repository, WORKTREE),
    /** Nothing of the checkout, the ledger and Sentry is different after `work`. */
    async changesNothing(work: () => Promise<unknown>): Promise<void> {
      const before = await state();
      await work();
      expect(await state()).toEqual(before);
    },
    /** The same for a whole group of tests. */
    groupChangesNothing(): void {
      let before: unknown;
      beforeAll(async () => {
        before = await state();
      });
      afterAll(async () => {
        expect(await state()).toEqual(before);
      });
    },
    /** A new repository without commits; `config` is its pitcrew.yml. */
    async repositoryWith(config: string | undefined): Promise<string> {
      const cwd = await mkdtemp(join(stage.folder, 'repository-'));
      await run('git', ['init', '--quiet', cwd], { cwd, env: stage.env, timeoutMs: 30_000 });
      if (config !== undefined) await writeFile(join(cwd, 'pitcrew.yml'), config);
      return cwd;
    },
  };
}
