import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONFIG } from '../cli/trouble.ts';
import { isAlive, until, untilGone } from '../core/processes.ts';
import { type RawServer, startServer, textOf } from '../mcp-server/raw-server.ts';
import { tool, works } from '../mcp-server/servers.ts';
import { crashIn } from '../support/crashes.ts';
import { type Gate, type Moment, openGate } from '../support/fault-gate.ts';
import { pullsOf } from '../support/github.ts';
import { accept, connect } from '../support/mcp.ts';
import { type SmallFix, writeSmallFix } from '../support/small-fix.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { select, WORDS } from '../support/steps.ts';

const ISSUE = 'RACE-DAY-1';
const BRANCH = 'fix/sentry-race-day-1';
/** Nine servers one after another: some 20 s on a quiet machine. */
const SO_MANY_SERVERS_MS = 240_000;
const CASES: [NodeJS.Signals, Moment][] = [
  ['SIGKILL', 'after it is done'],
  ['SIGTERM', 'before it is done'],
];

describe.concurrent.each(CASES)('%s in the middle of a step, %s', (signal, moment) => {
  let stage: Stage;
  let gate: Gate;
  const started: RawServer[] = [];
  beforeAll(async () => {
    stage = await openStage({ config: CONFIG });
    await stage.crash(crashIn('src/orders/lights.mjs'));
    gate = await openGate(stage.sandbox.url);
    const person = await connect(stage, { answer: accept('all') });
    await select(person, [ISSUE]);
    await person.close();
  });
  afterAll(async () => {
    for (const one of started) await one.close();
    await gate?.close();
    await stage?.close();
  });

  /** The next server, as far as an agent comes with it that starts anew. */
  const next = async (isClaiming = true): Promise<RawServer> => {
    const { PITCREW_SESSION: _, ...env } = stage.env;
    const one = await startServer(stage.repository, {
      ...env,
      SENTRY_URL: gate.url,
      GITHUB_API_URL: `${gate.url}/github`,
    });
    started.push(one);
    if (isClaiming) await works(one, 'ledger_register', { issues: [ISSUE] });
    return one;
  };
  const kill = async (one: RawServer) => {
    one.child.kill(signal);
    await untilGone(one.pid, 5000);
  };
  /** Sends a call, waits until it is in the middle, and ends its server. */
  const cut = async (one: RawServer, name: string, args: object, isInTheMiddle: () => Promise<unknown>) => {
    const id = one.send('tools/call', tool(name, { issue: ISSUE, ...args }));
    const answered = one.answerTo(id).then((answer) => {
      throw new Error(`${name} ended before its server did: ${textOf(answer)}`);
    });
    await Promise.race([isInTheMiddle(), answered]);
    answered.catch(() => {});
    await kill(one);
  };
  const commits = async () => Number(await stage.git('rev-list', '--count', `main..${BRANCH}`));

  test(
    'each step can be taken by the next server, and happens once',
    async () => {
      for (const ms of [0, 10]) {
        const one = await next(false);
        one.send('tools/call', tool('ledger_register', { issues: [ISSUE] }));
        await sleep(ms);
        await kill(one);
      }

      const folder = join(stage.repository, '.pitcrew/worktrees/sentry-race-day-1');
      const holder = join(stage.repository, '.git/pitcrew/worktrees.holder');
      await cut(await next(), 'worktree_create', {}, () =>
        until('the lock', () => existsSync(holder) || existsSync(folder)),
      );
      let one = await next();
      // A lock that is only passed over when it is stale, after a minute, is past the patience of `works`.
      expect(await works(one, 'worktree_create', { issue: ISSUE })).toMatchObject({ path: folder });
      const fix = await writeSmallFix(folder, 'src/orders/lights.mjs');

      await verifyCut(one, fix);
      one = await next();
      await works(one, 'fix_verify', { issue: ISSUE, test: fix.test, test_files: [fix.testFile] });
      expect(await readdir(join(stage.repository, '.pitcrew/proof')).catch(() => [])).toEqual([]);

      for (const ms of [60, 140]) {
        await cut(one, 'fix_commit', { files: fix.files, ...WORDS }, () => sleep(ms));
        one = await next();
      }
      const { sha } = await works(one, 'fix_commit', { issue: ISSUE, files: fix.files, ...WORDS });
      expect(await stage.git('rev-parse', BRANCH)).toBe(sha);
      expect(await commits()).toBe(1);
      expect((await readdir(join(stage.repository, '.git/worktrees/sentry-race-day-1'))).join()).not.toMatch(
        /\.lock/,
      );

      const pulls = gate.hold('POST', /\/pulls$/, moment);
      const summary = { summary: 'The lights are mended.' };
      await cut(one, 'github_create_draft_pr', summary, () => pulls);
      expect(await pullsOf(stage, BRANCH)).toHaveLength(moment === 'after it is done' ? 1 : 0);
      one = await next();
      const pull = await works(one, 'github_create_draft_pr', { issue: ISSUE, ...summary });
      expect(await pullsOf(stage, BRANCH)).toMatchObject([
        { number: pull.pullRequest.number, state: 'open', draft: true },
      ]);

      const change = gate.hold('PUT', /\/issues\//, moment);
      await cut(one, 'sentry_resolve', {}, () => change);
      one = await next();
      const resolved = await works(one, 'sentry_resolve', { issue: ISSUE });
      expect(resolved).toMatchObject({
        after: expect.stringContaining('resolved in'),
        changed: moment === 'before it is done',
        confirmed: true,
      });
      const writes = stage.sandbox
        .requestLog()
        .filter(({ side, method }) => side === 'sentry' && method === 'PUT');
      expect(writes).toHaveLength(1);

      await works(one, 'ledger_complete', { note: 'done' });
      expect(await works(one, 'ledger_status')).toMatchObject({ active: [] });
      expect(await commits()).toBe(1);
      const view = await until('the view', () =>
        readFile(join(stage.repository, '.claude/active-runs.md'), 'utf8'),
      );
      expect(view).toContain('#');
      for (const each of started) expect(each.stderr()).not.toContain('pitcrew error');
    },
    SO_MANY_SERVERS_MS,
  );

  /** Ends the server while its check runs. A killed one cannot take the check along. */
  async function verifyCut(one: RawServer, fix: SmallFix): Promise<void> {
    const file = join(stage.folder, 'check.pid');
    const line = `echo $$ > ${file}; exec sleep 300`;
    const pid = async () => Number(await readFile(file, 'utf8').catch(() => ''));
    await cut(one, 'fix_verify', { test: line, test_files: [fix.testFile] }, () => until('the check', pid));
    const check = await pid();
    if (signal === 'SIGTERM') await untilGone(check);
    else if (isAlive(check)) process.kill(check, 'SIGKILL');
  }
});
