import { buildFailure } from './build-failures.ts';
import { errorLines, type OutputLine } from './error-lines.ts';
import { aroundQuotes, containsInOrder, normalise } from './normalise.ts';
import { testsRun } from './test-counts.ts';

/** What is known of the incident. All of it comes from outside and may be anything. */
export interface FailureReason {
  /** Exception type names, outermost first. */
  types: string[];
  /** Their messages, in the same order. */
  messages: string[];
  /** In-app frames, the crashing one first. */
  frames: { function?: string; file?: string }[];
}

export interface Judgement {
  own: boolean;
  /** One sentence for people. */
  why: string;
}

/**
 * Whether a test that ran without the fix failed for the incident's own reason. The first rule that applies decides:
 *
 * | # | the run                                                                  | own |
 * | - | ------------------------------------------------------------------------ | --- |
 * | 1 | timed out                                                                | only if the incident is a hang |
 * | 2 | exit code 0                                                              | no: it does not reproduce |
 * | 3 | exit code 126 or 127                                                     | no: the command was not found |
 * | 4 | did not build, load or collect (see `build-failures.ts`)                 | no, unless that very message is the incident's |
 * | 5 | the runner says that no test ran                                         | no |
 * | 6 | the incident's message in an error line                                  | yes, if it says something of its own, else with its type before it |
 * | 7 | the message but for its quoted values, and type or in-app frame          | yes |
 * | 8 | its exception type, and an in-app frame's function or file in a stack    | yes, but for types that anything throws |
 * | 9 | anything else                                                            | no |
 *
 * Messages are compared as `normalise` leaves them. Names of tests and quoted source lines do not count: a test
 * is easily named after the incident and then fails for another reason.
 */
export function judgeFailure(
  output: string,
  exitCode: number,
  timedOut: boolean,
  reason: FailureReason,
): Judgement {
  if (timedOut) return judgeTimeout(reason);
  if (exitCode === 0) return no('The test passes before the fix: it does not reproduce the incident.');
  if (exitCode === 126 || exitCode === 127) {
    return no(`The test did not start: its command was not found or cannot be run (exit code ${exitCode}).`);
  }
  const lines = errorLines(output);
  const broken = buildFailure(lines, (line) => bestMatch([line], reason) === 'message');
  if (broken) return no(`The test did not get as far as the incident: ${broken}.`);
  if (testsRun(output) === 'none') return no('No test ran.');
  return judgeLines(lines, reason);
}

const no = (why: string): Judgement => ({ own: false, why });
const yes = (why: string): Judgement => ({ own: true, why });

function judgeTimeout(reason: FailureReason): Judgement {
  const hangs = [...reason.types, ...reason.messages].some((text) => HANG.test(text.slice(0, 500)));
  return hangs
    ? yes('The test hangs, as the incident does.')
    : no('The test ran into its time-out, and the incident is not a hang.');
}

/** Sentry's types for hangs, and how they are described. A TimeoutError is not one: something else was slow there. */
const HANG =
  /\b(?:ANR|AppHang\w*|App Hang\w*|ApplicationNotResponding|WatchdogTermination|deadlock\w*|infinite loop|hangs?|hanging|not responding)\b/i;

function judgeLines(lines: readonly OutputLine[], reason: FailureReason): Judgement {
  const match = bestMatch(lines, reason);
  if (match === 'message') return yes("It fails with the incident's own message.");
  const type = specificTypes(reason).find((name) => hasType(lines, name));
  const frame = frameIn(lines, reason);
  if (match === 'shape' && (type || frame)) {
    return yes(`It fails with the incident's message, with other values, and ${type ?? frame}.`);
  }
  if (type && frame) return yes(`It fails with ${type} in ${frame}, as the incident does.`);
  if (type)
    return no(`It fails with ${type}, but neither the incident's message nor its code is in the output.`);
  return no("The test fails, but neither the incident's exception nor its message is in the output.");
}

/** `message`: as it was. `shape`: with other quoted values in it. */
function bestMatch(lines: readonly OutputLine[], reason: FailureReason): 'message' | 'shape' | undefined {
  const wanted = reason.messages.map((message, position) => expected(message, reason.types[position]));
  if (lines.some((line) => wanted.some((message) => saysMessage(line, message)))) return 'message';
  const hasShape = (line: OutputLine): boolean =>
    wanted.some(({ parts }) => lettersIn(parts.join('')) >= 10 && containsInOrder(line.normal, parts));
  return lines.some(hasShape) ? 'shape' : undefined;
}

interface Expected {
  text: string;
  /** Lower case, without its module: what stands before a message that says little alone. */
  type: string;
  parts: string[];
}

function expected(message: string, type = ''): Expected {
  const firstLine =
    message
      .slice(0, 2000)
      .split('\n')
      .find((line) => line.trim() !== '') ?? '';
  // Runners cut long messages; what is left is more than enough to tell.
  const text = normalise(firstLine).slice(0, 160).trim();
  return {
    text,
    type: isSpecific(shortType(type)) ? shortType(type).toLowerCase() : '',
    parts: aroundQuotes(text),
  };
}

function saysMessage(line: OutputLine, { text, type }: Expected): boolean {
  if (text === '') return false;
  const at = line.normal.indexOf(text);
  if (at < 0) return false;
  const before = line.normal.slice(0, at);
  if (type && before.replace(/[\s:"]+$/, '').endsWith(type)) return true;
  return lettersIn(text) >= 12 && /[a-z] [^ ]*[a-z]/.test(text) && isLabel(before);
}

const lettersIn = (text: string): number => text.replace(/[^a-z]/g, '').length;

/** What may stand before a message in its own line: nothing, decoration, or a label with a colon. */
const isLabel = (before: string): boolean => /(?:^|[:→\]] ?|panicked at | - )[^a-z]*$/.test(before);

const shortType = (type: string): string =>
  type
    .slice(0, 300)
    .split(/[.:\\/$]+/)
    .pop()
    ?.trim() ?? '';

const specificTypes = (reason: FailureReason): string[] =>
  reason.types.slice(0, 20).map(shortType).filter(isSpecific);

/** Thrown by anything, an assertion of the test among it: as good as no type. */
const GENERIC = new Set(
  [
    'Error',
    'Exception',
    'BaseException',
    'Throwable',
    'RuntimeError',
    'RuntimeException',
    'AssertionError',
  ].concat([
    'AssertionFailedError',
    'Failure',
    'panic',
    'errorString',
    'wrapError',
    'UnhandledRejection',
    'Object',
  ]),
);

const isSpecific = (type: string): boolean => /^[A-Za-z_]\w{2,79}$/.test(type) && !GENERIC.has(type);

function hasType(lines: readonly OutputLine[], type: string): boolean {
  const thrown = new RegExp(
    `(?<!new )(?<![\\w.(]|instanceof )(?:[\\w$]+(?:\\.|::|\\\\))*${type}(?=$|[:\\s\\]'"(])`,
  );
  return lines.some((line) => line.text.includes(type) && thrown.test(line.text));
}

function frameIn(lines: readonly OutputLine[], reason: FailureReason): string | undefined {
  const stack = lines.filter((line) => STACK_LINE.test(line.text));
  for (const frame of reason.frames.slice(0, 50)) {
    const name =
      frame.function
        ?.slice(0, 300)
        .split(/[.:#\s]+/)
        .pop() ?? '';
    if (/^[\w$]{3,80}$/.test(name) && !NAMELESS.has(name) && stack.some((line) => hasWord(line.text, name))) {
      return name;
    }
    const file = frame.file?.slice(0, 1000).split(/[\\/]/).pop() ?? '';
    if (/\w/.test(file) && !COMMON_FILE.test(file) && stack.some((line) => hasWord(line.text, file)))
      return file;
  }
  return undefined;
}

const STACK_LINE = /:\d+|, line \d+/;
const NAMELESS = new Set([
  'anonymous',
  'main',
  'module',
  'lambda',
  'default',
  'Object',
  'run',
  'call',
  'then',
  'test',
]);
const COMMON_FILE = /^(?:index|main|app|__init__|__main__|mod|lib|utils?|helpers?)\.\w{1,6}$/i;

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const around = `${text.charAt(at - 1)} ${text.charAt(at + word.length)}`;
    if (!/[\w$]/.test(around)) return true;
  }
  return false;
}
