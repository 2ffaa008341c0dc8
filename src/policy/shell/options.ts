import { type Argument, argument } from './scene.ts';
import { HOLE } from './syntax.ts';

export interface Option {
  /** `-f` is `f`, `--force` is `force`; an abbreviation stays as it is written. */
  name: string;
  value: Argument | undefined;
}

export interface Options {
  options: Option[];
  /** What is no option, in order. */
  rest: Argument[];
  /** How many of `rest` stood before `--`; all of them when there was none. */
  beforeDashes: number;
  /** Words of which not even the first character is known: they may be options. */
  unreadable: Argument[];
}

/** How a program reads its options: the letters and long names that take a value; `attached` letters only `-x=value`-like. */
export interface OptionShape {
  valued?: string;
  attached?: string;
  long?: readonly string[];
  /** Options end at the first word that is none. */
  stopAtRest?: boolean;
}

/** Reads a program's arguments (without its name) the way getopt does. */
export function readOptions(list: readonly Argument[], shape: OptionShape): Options {
  const read: Options = { options: [], rest: [], beforeDashes: -1, unreadable: [] };
  let at = 0;
  for (; at < list.length; at += 1) {
    const item = list[at];
    if (!item) break;
    if (item.text === '--') {
      read.beforeDashes = read.rest.length;
      for (const more of list.slice(at + 1)) read.rest.push(more);
      break;
    }
    if (isUnreadable(item)) read.unreadable.push(item);
    if (/^--./.test(item.text)) at += readLong(item, list[at + 1], shape, read.options);
    else if (/^-./.test(item.text)) at += readCluster(item, list[at + 1], shape, read.options);
    else if (shape.stopAtRest) {
      for (const more of list.slice(at)) read.rest.push(more);
      break;
    } else read.rest.push(item);
  }
  if (read.beforeDashes < 0) read.beforeDashes = read.rest.length;
  return read;
}

/** Nothing of the word is known at its start, and it is not known to be harmless. */
export const isUnreadable = (item: Argument): boolean =>
  item.many || (item.text.startsWith(HOLE) && (item.hole === 'environment' || item.hole === 'computed'));

/** Whether an option was given, by its letters or by any unambiguous beginning of its long name. */
export const hasOption = (read: Options, letters: string, ...long: readonly string[]): boolean =>
  read.options.some(({ name }) =>
    name.length === 1
      ? letters.includes(name)
      : long.some((full) => full === name || (name.length > 1 && full.startsWith(name))),
  );

export const optionValues = (read: Options, ...names: readonly string[]): Argument[] =>
  read.options.filter(({ name }) => names.includes(name)).flatMap(({ value }) => value ?? []);

function readLong(item: Argument, next: Argument | undefined, shape: OptionShape, options: Option[]): number {
  const equals = item.text.indexOf('=');
  const name = item.text.slice(2, equals < 0 ? undefined : equals);
  if (equals >= 0) {
    options.push({ name, value: { ...item, text: item.text.slice(equals + 1) } });
    return 0;
  }
  const takes = shape.long?.includes(name) ?? false;
  options.push({ name, value: takes ? next : undefined });
  return takes && next ? 1 : 0;
}

function readCluster(
  item: Argument,
  next: Argument | undefined,
  shape: OptionShape,
  options: Option[],
): number {
  const letters = item.text.slice(1);
  for (let at = 0; at < letters.length; at += 1) {
    const name = letters[at] ?? '';
    const attached = shape.attached?.includes(name) ?? false;
    if (!attached && !shape.valued?.includes(name)) {
      options.push({ name, value: undefined });
      continue;
    }
    const value = letters.slice(at + 1);
    const separate = value === '' && !attached;
    options.push({ name, value: separate ? next : { ...item, text: value || argument('').text } });
    return separate && next ? 1 : 0;
  }
  return 0;
}
