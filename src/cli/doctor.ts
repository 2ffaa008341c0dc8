import { parseArgs } from 'node:util';
import { type ErrorKind, inputError, messageOf } from '../core/errors.ts';
import { envelope } from '../core/json.ts';
import { untrustedLine } from '../core/untrusted.ts';
import type { Check } from '../setup/doctor/check.ts';
import { examine } from '../setup/doctor/doctor.ts';
import { inOrder, reportText } from '../setup/doctor/text.ts';
import { setupWorld } from './setup-world.ts';

/** `pitcrew doctor`. Prints the report; the exit code is 0 where nothing fails, else that of the first failure's kind. */
export async function runDoctor(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  const world = setupWorld();
  const progress = progressOnStderr();
  try {
    const { checks: seen, root } = await examine(world, {
      runChecks: options['run-checks'],
      waiting: progress.watch,
    });
    const checks = inOrder(seen).map(withoutSecrets);
    const first = checks.find(({ state }) => state === 'fail');
    process.exitCode = first ? CODES[first.kind ?? 'upstream'] : 0;
    process.stdout.write(
      options.json
        ? `${JSON.stringify(envelope({ healthy: !first, root: root ?? null, checks: checks.map(dataOf) }))}\n`
        : reportText(checks, `Pitcrew ${world.version} in ${root ?? world.cwd}`),
    );
  } finally {
    progress.end();
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
const withoutSecrets = (check: Check): Check => ({
  ...check,
  text: untrustedLine(check.text, LONGEST_LINE),
  ...(check.next === undefined ? {} : { next: untrustedLine(check.next, LONGEST_LINE) }),
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

const FIRST_MS = 1000;
const AGAIN_MS = 5000;

/** Says what is waited for, after a second and then every five. */
function progressOnStderr(): { watch(names: ReadonlySet<string>): void; end(): void } {
  let waitingFor: ReadonlySet<string> = new Set();
  const say = () => {
    if (waitingFor.size > 0) process.stderr.write(`waiting for: ${[...waitingFor].join(', ')}\n`);
  };
  let again: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    say();
    again = setInterval(say, AGAIN_MS);
  }, FIRST_MS);
  return {
    watch: (names) => {
      waitingFor = names;
    },
    end() {
      clearTimeout(first);
      clearInterval(again);
    },
  };
}
