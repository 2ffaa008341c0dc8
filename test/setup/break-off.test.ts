import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { PROGRAM } from '../support/stage.ts';
import { openSandbox, type TestPlace, wholeTree } from './place.ts';
import { setupStage } from './stage.ts';
import { hasTerminal, inTerminal } from './terminal.ts';

const stage = setupStage();

const terminal = (at: TestPlace, args: string[], answers: readonly (readonly [string, string])[]) =>
  inTerminal(process.execPath, [PROGRAM, ...args], { cwd: at.repository, env: at.env, answers });

(hasTerminal ? describe.concurrent : describe.skip)('a person at a terminal', () => {
  test.each(['init', 'doctor'])(
    '%s: Ctrl-C while Sentry is silent ends it, and nothing was changed',
    async (command) => {
      const { sandbox: silent, close } = await openSandbox();
      try {
        silent.misbehave({ kind: 'silent', match: { side: 'sentry' } });
        const at = await stage.place();
        await at.inHome('.codex');
        const before = await wholeTree(at.folder);
        const env = { ...at.env, SENTRY_URL: silent.url, SENTRY_AUTH_TOKEN: silent.token };
        const { code, shown } = await terminal({ ...at, env }, [command], [['waiting for: ', '\u0003']]);
        expect(code).toBe(130);
        expect(shown).toContain('Broken off');
        // What was still to be found out was not waited for.
        expect(shown).not.toMatch(/^Found|^sentry$/m);
        expect(await wholeTree(at.folder)).toEqual(before);
      } finally {
        await close();
      }
    },
  );

  test('a second run asks nothing and changes nothing; taking out is asked for in its own words', async () => {
    const at = await stage.place({ 'package.json': '{"scripts":{"test":"x"}}' });
    await at.git('remote', 'add', 'origin', 'https://github.com/pitstop/race-day.git');
    await at.inHome('.codex');
    await terminal(
      at,
      ['init', '--sentry-project', 'race-day'],
      [
        ['Which of these clients shall know Pitcrew? (empty: Codex', ''],
        ['Write these files? [y/N]', 'y'],
      ],
    );
    const settled = await wholeTree(at.folder);
    const second = await terminal(at, ['init'], []);
    expect(second.shown).toContain('Everything is already so; nothing was changed.');
    expect(second.shown).not.toContain('Which of these clients');
    expect(await wholeTree(at.folder)).toEqual(settled);
    const removal = await terminal(at, ['init', '--remove'], [['Take these out? [y/N]', 'n']]);
    expect(removal.shown).toContain('Nothing was changed.');
    expect(await wholeTree(at.folder)).toEqual(settled);
  });

  test('a repository that a person names is not missing any more', async () => {
    const at = await stage.place({ 'package.json': '{"scripts":{"test":"x"}}' });
    const { shown } = await terminal(
      at,
      ['init', '--sentry-project', 'race-day'],
      [
        ['GitHub repository as owner/name', 'pitstop/race-day'],
        ['Write these files? [y/N]', ''],
      ],
    );
    expect(shown).not.toContain('There is no remote called origin');
  });
});

test('checks that doctor runs end with it', async () => {
  const at = await stage.whole({
    'pitcrew.yml': 'checks: ["echo $$ > ../pid; exec sleep 300"]\nsentry: {organization: pitstop}\n',
  });
  const child = spawn(process.execPath, [PROGRAM, 'doctor', '--run-checks'], {
    cwd: at.repository,
    env: at.env,
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const running = await numberIn(join(at.folder, 'pid'));
  child.kill('SIGINT');
  expect((await exited)[0]).toBe(130);
  await gone(running);
});

async function numberIn(file: string): Promise<number> {
  for (;;) {
    const number = Number(await readFile(file, 'utf8').catch(() => ''));
    if (number > 0) return number;
    await pause(50);
  }
}

/** Comes back when the process has ended; a test that waits for ever has failed. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await pause(50);
  }
}
