import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { stopFile } from '../context/kill-switch.ts';
import { isoSeconds } from '../core/clock.ts';
import { inputError, refusedError } from '../core/errors.ts';
import { envelope } from '../core/json.ts';
import { asTypedHere } from '../core/program-name.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { openHere } from './open-here.ts';

/** `pitcrew stop [REASON]`: every write in this repository is refused from now on, and those under way end. */
export async function runStop(argv: readonly string[]): Promise<void> {
  const { json, words } = argumentsOf('stop', argv);
  await inRepository(async ({ file, now }) => {
    const note = untrustedLine(words.join(' '), 200) || 'stopped by a person';
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${note}, ${isoSeconds(now)}\n`);
    print(json, { stopped: true, file }, [
      'Stopped: no tool writes anything in this repository any more, and checks that run are ended.',
      asTypedHere('Claims, worktrees and commits stay as they are. To let it go on: pitcrew resume'),
    ]);
  });
}

/** `pitcrew resume`: takes the stop back. Refused for agents: whoever was stopped does not decide when to go on. */
export async function runResume(argv: readonly string[]): Promise<void> {
  const { json, words } = argumentsOf('resume', argv);
  if (words.length > 0) throw inputError('pitcrew resume takes no words.', 'pitcrew resume --help');
  await inRepository(async ({ file, nobody }) => {
    if (nobody !== undefined) {
      throw refusedError(
        `Only a person lets the work go on, and here ${nobody}.`,
        'Ask the person to type `pitcrew resume` in a terminal of their own.',
      );
    }
    const was = statSync(file, { throwIfNoEntry: false }) !== undefined;
    rmSync(file, { force: true });
    const stillSet = process.env.PITCREW_STOP ? ' PITCREW_STOP is still set in this environment.' : '';
    print(json, { stopped: false, file, was }, [
      was ? `The work goes on.${stillSet}` : `Nothing was stopped here.${stillSet}`,
    ]);
  });
}

interface Repository {
  file: string;
  now: number;
  /** Why no person is here, where none is. */
  nobody: string | undefined;
}

async function inRepository(act: (repository: Repository) => Promise<void>): Promise<void> {
  const context = await openHere();
  try {
    const file = stopFile(context.repository.mainCheckout);
    await act({
      file,
      now: context.clock(),
      get nobody() {
        return context.session.nobody;
      },
    });
  } finally {
    await context.dispose();
  }
}

function argumentsOf(command: string, argv: readonly string[]): { json: boolean; words: string[] } {
  const flag = argv.find((word) => word.startsWith('-') && word !== '--json');
  if (flag !== undefined) {
    throw inputError(
      `pitcrew ${command} has no flag ${untrustedLine(flag, 40)}.`,
      `pitcrew ${command} --help shows its arguments.`,
    );
  }
  return { json: argv.includes('--json'), words: argv.filter((word) => word !== '--json') };
}

function print(json: boolean, data: object, lines: readonly string[]): void {
  process.stdout.write(json ? `${JSON.stringify(envelope(data))}\n` : `${lines.join('\n')}\n`);
}
