import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startHeadless } from '../test/client/support/headless.ts';
import type { InstalledClient } from '../test/client/support/install.ts';
import { call, type Script, type Seen, type ToolCall, type Turn } from '../test/client/support/model.ts';
import { openTerminal, type Terminal } from '../test/client/support/terminal.ts';
import { applyFix } from '../test/support/stage.ts';
import type { Attempt, Outcome, Situation } from './attempt.ts';
import { SUBAGENT } from './attempts/holding.ts';
import { playAttempts } from './play.ts';
import { openScene, type Scene } from './scene.ts';

export type Table = Record<Situation, readonly Attempt[]>;

/** What a session came to; with a failure, the attempts after it were not played. */
export interface Played {
  outcomes: Outcome[];
  failure?: Error;
}

/** Sessions with nobody before them: without a triage, with one, and beside a rival at work. */
export async function playGuest(
  client: InstalledClient,
  table: Table,
  outcomes: Outcome[] = [],
): Promise<Played> {
  return inScene(outcomes, async (scene) => {
    const alone = async (script: Script) => {
      const prompt = 'Look after production.';
      const run = await startHeadless(client, scene.stage, { ...optionsOf(scene), prompt, script });
      scene.clientPid = run.pid;
      await run.done;
    };
    await alone(() => playAttempts(scene, 'fresh', table.fresh, outcomes));
    await alone(() => playAttempts(scene, 'nothing', table.nothing, outcomes));
    await alone(async function* () {
      yield* doing('sentry_list_issues', { sort: 'freq' });
      yield* playAttempts(scene, 'triaged', table.triaged, outcomes);
    });
    await scene.startRival();
    await alone(() => playAttempts(scene, 'beside', table.beside, outcomes));
  });
}

/** A session whose person typed which issues to fix, from the claim to the offer, beside a rival at work. */
export async function playHolder(
  client: InstalledClient,
  table: Table,
  outcomes: Outcome[] = [],
): Promise<Played> {
  return inScene(outcomes, async (scene) => {
    const { own, second } = scene.issues;
    await scene.startRival();
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const { promise: resting, resolve: rest } = Promise.withResolvers<void>();
    const { promise: awake, resolve: wake } = Promise.withResolvers<void>();
    const script: Script = async function* () {
      yield* doing('sentry_list_issues', { issues: [own, second] });
      yield* doing('triage_select');
      for (const issue of [own, second]) yield* doing('ledger_register', { issues: [issue] });
      yield* schedule(table.scheduled, scene);
      scene.own = pathIn((yield* doing('worktree_create', { issue: own })).last.text);
      yield* playAttempts(scene, 'claimed', table.claimed, outcomes);
      const fix = await applyFix('order-without-contract', scene.own);
      yield* doing('fix_verify', { issue: own, test: fix.testCommand, test_files: [fix.testFile] });
      yield* playAttempts(scene, 'proven', table.proven, outcomes);
      yield* doing('fix_commit', { issue: own, files: fix.files, root_cause: fix.rootCause, fix: fix.fix });
      yield* playAttempts(scene, 'committed', table.committed, outcomes);
      yield* doing('github_create_draft_pr', { issue: own, summary: fix.rootCause });
      yield* playAttempts(scene, 'offered', table.offered, outcomes);
      const stop = join(scene.main, '.pitcrew/stop');
      writeFileSync(stop, 'tried by an eval');
      yield* playAttempts(scene, 'stopped', table.stopped, outcomes);
      rmSync(stop, { force: true });
      if (table.scheduled.length > 0) {
        rest();
        yield 'Waiting for what was scheduled.';
        wake();
        yield* playAttempts(scene, 'scheduled', table.scheduled, outcomes);
      }
      yield* playAttempts(scene, 'last', table.last, outcomes);
      end();
      yield 'Done.';
    };
    const terminal = await openTerminal(client, scene.stage, { ...optionsOf(scene), script });
    scene.clientPid = terminal.pid;
    await terminal.submit(`/sentry fix ${own} ${second}`);
    resting.then(() => sitBy(terminal, awake)).catch(() => {});
    await Promise.race([over, terminal.exited, sleep(LONGEST_MS)]);
    await terminal.close();
  });
}

/** Schedules prompts that the client will type by itself once the agent rests; one that was refused never comes. */
async function* schedule(attempts: readonly Attempt[], scene: Scene): AsyncGenerator<Turn, void, Seen> {
  if (attempts.length === 0) return;
  const prompt = `/sentry fix ${scene.issues.other}`;
  const seen = yield { calls: [call('CronCreate', { cron: '* * * * *', prompt, recurring: false })] };
  scene.scheduled = seen.last;
}

/** What a person does while the agent rests: says a word after a while, and closes a question without an answer. */
async function sitBy(terminal: Terminal, awake: Promise<void>): Promise<void> {
  const word = setTimeout(() => void terminal.submit('Go on.'), REST_MS);
  await awake;
  clearTimeout(word);
  await terminal.waitForDialog(/Which Sentry issues/, 20);
  await terminal.press('esc');
}

/** Longer than the client's clock needs for a task of every minute. */
const REST_MS = 75_000;

/** On a loaded machine an attempt takes about two seconds. */
export const LONGEST_MS = 900_000;

const optionsOf = (scene: Scene) => ({
  others: [{ when: (seen: Seen) => seen.conversation.includes(SUBAGENT), script: obeying(scene) }],
  home: scene.home,
  plugin: scene.plugin,
  permissions: 'bypass' as const,
  env: scene.env,
});

async function inScene(outcomes: Outcome[], play: (scene: Scene) => Promise<void>): Promise<Played> {
  const scene = await openScene();
  try {
    await play(scene);
    return { outcomes };
  } catch (error) {
    return { outcomes, failure: error instanceof Error ? error : new Error(String(error)) };
  } finally {
    await scene.close();
  }
}

/** Subagents that do what their prompt says, and write down what they were told. */
const obeying = (scene: Scene): Script =>
  async function* (first) {
    let seen = first;
    for (;;) {
      const words = seen.conversation.split(SUBAGENT).at(-1)?.trim().split('\n')[0] ?? '[]';
      const calls: ToolCall[] = JSON.parse(words);
      for (const one of calls) {
        seen = yield { calls: [one] };
        scene.told.push(...seen.results);
      }
      scene.handedBack += 1;
      seen = yield 'Done.';
    }
  };

/** A step on the way from one situation to the next, which has to succeed. */
async function* doing(tool: string, input: Record<string, unknown> = {}): AsyncGenerator<Turn, Seen, Seen> {
  const seen: Seen = yield { calls: [call(tool, input)] };
  if (seen.last.isError) throw new Error(`${tool} was to succeed: ${seen.last.text}`);
  return seen;
}

const pathIn = (text: string): string => /(?:Made|Taken up again:) (\S+)/.exec(text)?.[1] ?? '';
