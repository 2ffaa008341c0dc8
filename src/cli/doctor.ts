import { parseArgs } from 'node:util';
import { type ErrorKind, inputError, messageOf } from '../core/errors.ts';
import { envelope } from '../core/json.ts';
import { asTyped } from '../core/program-name.ts';
import { untrustedLine } from '../core/untrusted.ts';
import type { Check } from '../setup/doctor/check.ts';
import { examine } from '../setup/doctor/doctor.ts';
import { inOrder, reportText } from '../setup/doctor/text.ts';
import { inCommands } from './in-commands.ts';
import { breakOff } from './prompt.ts';
import { INTERRUPTED } from './run-tool.ts';
import { setupWorld } from './setup-world.ts';
import { sayWaiting } from './waiting.ts';

/** `pitcrew doctor`. Prints the report; the exit code is 0 where nothing fails, else that of the first failure's kind. */
export async function runDoctor(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  const broken = breakOff();
  const world = setupWorld(broken.signal);
  const progress = sayWaiting();
  try {
    const { checks: seen, root } = await examine(world, {
      runChecks: options['run-checks'],
      waiting: progress.watch,
    });
    const checks = inOrder(seen).map((check) => fitToPrint(check, world.program));
    const first = checks.find(({ state }) => state === 'fail');
    process.exitCode = first ? CODES[first.kind ?? 'upstream'] : 0;
    process.stdout.write(
      options.json
        ? `${JSON.stringify(envelope({ healthy: !first, root: root ?? null, checks: checks.map(dataOf) }))}\n`
        : reportText(checks, `Pitcrew ${world.version} in ${root ?? world.cwd}`),
    );
  } catch (error) {
    if (!broken.signal.aborted) throw error;
    process.stderr.write('\nBroken off.\n');
    process.exitCode = INTERRUPTED;
  } finally {
    progress.end();
    broken.end();
  }
}

/** As for every command: cli.ts. */
const CODES: Record<ErrorKind, number> = { input: 2, refused: 3, upstream: 4 };

function readOptions(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        json: { type: 'boolean', default: false },
        'run-checks': { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw inputError(`pitcrew doctor: ${messageOf(error)}.`, 'pitcrew doctor --help shows its flags.');
  }
}

/** What a server or a program said is part of the report: without secrets, and without what acts on a terminal. */
const fitToPrint = (check: Check, program: string): Check => ({
  ...check,
  text: untrustedLine(check.text, LONGEST_LINE),
  ...(check.next === undefined
    ? {}
    : { next: asTyped(inCommands(untrustedLine(check.next, LONGEST_LINE)), program) }),
});

const dataOf = ({ id, group, state, text, next, kind }: Check) => ({
  id,
  group,
  state,
  text,
  next: next ?? null,
  kind: kind ?? null,
});

const LONGEST_LINE = 1000;
