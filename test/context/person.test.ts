import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import {
  canOpenTerminal,
  inTerminalOfItsOwn,
  namedCopy,
  type TerminalOptions,
  type TerminalRun,
} from '../support/person-terminal.ts';
import { contractCrash, openStage, PROGRAM, type Stage } from '../support/stage.ts';

const ISSUE = 'RACE-DAY-1';

const canMakeNamespaces =
  process.getuid?.() === 0 && spawnSync('unshare', ['-pf', '--mount-proc', 'true']).status === 0;
if (!canMakeNamespaces)
  console.warn('SKIPPED: no process namespace could be made; that takes Linux and root.');

const CONTAINER = `umount -l /proc && mount -t proc proc /proc && mount -t tmpfs none /run &&
touch /run/.containerenv && "$@"; exit $?`;

let stage: Stage;
/** A shell that is called as an agent is. */
let agent: string;

beforeAll(async () => {
  stage = await openStage();
  await stage.crash(contractCrash());
  agent = namedCopy('/bin/sh', stage.folder, 'claude');
});
afterAll(() => stage?.close());

const pitcrew = (...args: string[]) => [process.execPath, PROGRAM, ...args];
const open = (command: readonly string[], more: Partial<TerminalOptions> = {}): Promise<TerminalRun> =>
  inTerminalOfItsOwn(command, { cwd: stage.repository, env: stage.env, ...more });
/** Runs a command below a shell that stays its parent. */
const below = (shell: string, command: readonly string[]) => [shell, '-c', '"$@"; exit $?', 'sh', ...command];

describe.skipIf(!canOpenTerminal)('a selection in a terminal', () => {
  const answers = [['Selection (', '1']] as const;
  const select = pitcrew('triage-select');
  beforeAll(async () => {
    expect((await cli(stage, ['sentry-list-issues', '--issues', ISSUE])).code).toBe(0);
  });

  test('counts in one that a person opened, through a shell of theirs', async () => {
    const done = await open(below('/bin/sh', select), { answers });
    expect(done.shown).toContain(`Selected by person (terminal): ${ISSUE}.`);
    expect(done.code).toBe(0);
  });

  const refused = (done: TerminalRun, why: string) => {
    expect(done.shown).not.toContain('Selected by');
    expect(done.shown).toContain(why);
    expect(done.code).toBe(3);
  };

  test('does not count below an agent, even when every variable is hidden', async () => {
    refused(await open(below(agent, select), { answers }), 'an agent runs this shell (claude, pid ');
  });

  test('does not count in a further terminal that an agent made', async () => {
    const inner = ['/usr/bin/env', 'python3', '-c', 'import pty, sys; pty.spawn(sys.argv[1:])', ...select];
    const done = await open(below(agent, inner), { answers });
    expect(done.shown).toContain('an agent runs this shell (claude, pid ');
    expect(done.shown).not.toContain('Selected by');
  });

  test('does not count below an agent that is a script of an interpreter', async () => {
    const folder = join(stage.folder, 'node_modules/@openai/codex/bin');
    await mkdir(folder, { recursive: true });
    const script = join(folder, 'run.mjs');
    await writeFile(
      script,
      `import { spawnSync } from 'node:child_process';
process.exitCode = spawnSync(process.argv[2], process.argv.slice(3), { stdio: 'inherit' }).status;`,
    );
    refused(await open([process.execPath, script, ...select], { answers }), 'an agent runs this shell (');
  });

  test('does not count in a terminal that a program made for itself and cut loose', async () => {
    refused(
      await open(select, { answers, opener: 'python3' }),
      'no program above this one is a terminal that people open',
    );
  });

  describe.skipIf(!canMakeNamespaces)('in a process namespace that hides what is above', () => {
    const alone = (options: string, command: readonly string[]) => [
      ...['/usr/bin/env', 'unshare', ...options.split(' ')],
      ...below('/bin/sh', command),
    ];

    test.each([
      ['with a /proc of its own', '-pf --mount-proc'],
      ['with that of the system', '-pf'],
      ['of a user namespace', '-rpf --mount-proc'],
    ])('does not count, %s', async (_name, options) => {
      const done = await open(alone(options, select), { answers, opener: 'cron' });
      expect(done.shown).not.toContain('Selected by');
      expect(done.shown).toMatch(
        /There is nobody to ask here \((a process namespace hides|no program above)/,
      );
      expect(done.code).toBe(3);
    });

    // What a container is, as far as it matters here: a /proc of its own alone, and the mark that Podman leaves.
    test('counts where that is a container’s, in the terminal of its first process', async () => {
      const container = [...['/usr/bin/env', 'unshare', '-pfm', '/bin/sh', '-c', CONTAINER, 'sh'], ...select];
      const done = await open(container, { answers, opener: 'cron' });
      expect(done.shown).toContain(`Selected by person (terminal): ${ISSUE}.`);
    });
  });

  test('does not count where what opened the terminal was started by an agent', async () => {
    const hidden = ['/usr/bin/env', '-u', 'CLAUDECODE', ...select];
    const env = { ...stage.env, CLAUDECODE: '1' };
    refused(await open(hidden, { answers, env }), 'an agent started what runs this shell (xterm, pid ');
  });
});

describe.skipIf(!canOpenTerminal)('taking back a stop', () => {
  const stop = () => join(stage.repository, '.pitcrew', 'stop');
  beforeEach(() => cli(stage, ['stop']));
  afterAll(() => rm(stop(), { force: true }));

  test('a person may', async () => {
    const done = await open(pitcrew('resume'));
    expect(done.shown).toContain('The work goes on.');
    expect(existsSync(stop())).toBe(false);
  });

  test('an agent may not, nor a program without a person', async () => {
    expect((await open(below(agent, pitcrew('resume')))).code).toBe(3);
    expect((await open(pitcrew('resume'), { opener: 'cron' })).code).toBe(3);
    expect(existsSync(stop())).toBe(true);
  });
});
