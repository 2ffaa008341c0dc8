import { readOptions } from './options.ts';
import { type Argument, argument, unknownArgument } from './scene.ts';
import { HOLE } from './syntax.ts';

/** Programs that start a command with arguments found at run time. */
interface Spread {
  programs: Argument[][];
  scripts: Argument[];
}

const XARGS = {
  valued: 'adEILnPs',
  attached: 'eil',
  long: ['arg-file', 'delimiter', 'max-lines', 'max-args', 'max-procs', 'max-chars', 'process-slot-var'],
  stopAtRest: true,
};

/** What `xargs` starts: its command, with unknown words behind it or in place of the replacement string. */
export function unwrapXargs(list: readonly Argument[]): Spread {
  const read = readOptions(list, XARGS);
  const replaced = read.options.find(({ name }) => name === 'I' || name === 'i' || name === 'replace');
  if (read.rest.length === 0) return { programs: [], scripts: [] };
  if (replaced) return { programs: [substitute(read.rest, replaced.value?.text || '{}')], scripts: [] };
  return { programs: [[...read.rest, unknownArgument('computed', true)]], scripts: [] };
}

/** What `find -exec` and `fd -x` start. */
export function unwrapFind(list: readonly Argument[]): Spread {
  const programs: Argument[][] = [];
  list.forEach((item, at) => {
    if (!/^(-exec(dir)?|-ok(dir)?|-x|-X|--exec(-batch)?)$/.test(item.text)) return;
    const rest = list.slice(at + 1);
    const end = rest.findIndex(
      (word, index) => word.text === ';' || (word.text === '+' && rest[index - 1]?.text === '{}'),
    );
    programs.push(foundPaths(rest.slice(0, end < 0 ? undefined : end)));
  });
  return { programs, scripts: [] };
}

/** What GNU `parallel` gives to a shell. */
export function unwrapParallel(list: readonly Argument[]): Spread {
  const marks = list.findIndex((item) => /^:{3,4}\+?$/.test(item.text));
  const before = readOptions(marks < 0 ? list : list.slice(0, marks), {
    valued: 'jNnaISLlPsX',
    long: ['jobs', 'arg-file', 'colsep', 'delay', 'results', 'joblog', 'sshlogin', 'timeout', 'retries'],
    stopAtRest: true,
  }).rest;
  const command = before.map((item) => item.text).join(' ');
  const values = marks < 0 ? [unknownArgument('computed')] : list.slice(marks + 1);
  const scripts = values.map((value) => ({
    ...value,
    text: command.includes('{') ? command.replaceAll('{}', value.text) : `${command} ${value.text}`.trim(),
    // Of a value that comes later only the command in front matters: what it may become is judged with the hole.
    hole: command === '' ? value.hole : ('none' as const),
  }));
  const programs = marks < 0 && before.length > 0 ? [[...before, unknownArgument('computed', true)]] : [];
  return { programs, scripts: before.length === 0 && marks < 0 ? [unknownArgument('computed')] : scripts };
}

const substitute = (list: readonly Argument[], mark: string): Argument[] =>
  list.map((item) =>
    item.text.includes(mark) ? { ...item, text: item.text.replaceAll(mark, HOLE), hole: 'computed' } : item,
  );

// What `find` puts in place of `{}` starts with the folder it was given, so it is no option; it may be the folder itself.
const foundPaths = (list: readonly Argument[]): Argument[] =>
  substitute(list, '{}')
    .map((item) => (item.text === HOLE ? unknownArgument('computed') : item))
    .map((item) => ({ ...argument(''), ...item }));
