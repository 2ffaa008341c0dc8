import { readOptions } from './options.ts';
import type { Argument } from './scene.ts';

/** `e command`, behind an address or not. */
const COMMAND = /(?:^|[;\n{])\s*(?:[\d$,~+!\s]|\/[^/]*\/)*e\s+([^\n]+)/g;
/** `s/pattern/command/e`. */
const SUBSTITUTION = /s([^\w\s])(?:(?!\1)[^\n])*\1((?:(?!\1)[^\n])*)\1\w*e/g;

/** What GNU sed gives to a shell. */
export function sedScripts(list: readonly Argument[]): Argument[] {
  const read = readOptions(list, { valued: 'ef', attached: 'i', long: ['expression', 'file'] });
  const named = read.options.filter(({ name }) => name === 'e' || name === 'expression');
  const scripts = named.length > 0 ? named.map(({ value }) => value) : read.rest.slice(0, 1);
  return scripts.flatMap((script) =>
    script === undefined
      ? []
      : [
          ...[...script.text.matchAll(COMMAND)].map((match) => match[1] ?? ''),
          ...[...script.text.matchAll(SUBSTITUTION)].map((match) => match[2] ?? ''),
        ]
          .filter((text) => text !== '')
          .map((text) => ({ ...script, text })),
  );
}
