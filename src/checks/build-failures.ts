import type { OutputLine } from './error-lines.ts';

/**
 * How the output says that the test never ran because something does not build, load or collect, as half a sentence;
 * undefined when it does not say so. A line that `isIncident` takes for the incident itself does not count, nor
 * then do its consequences: a missing module or a syntax error can be what broke production.
 */
export function buildFailure(
  lines: readonly OutputLine[],
  isIncident: (line: OutputLine) => boolean,
): string | undefined {
  const causes = lines.filter((line) => CAUSES.some(([pattern]) => pattern.test(line.text)));
  const foreign = causes.find((line) => !isIncident(line));
  if (foreign) return whatIn(CAUSES, foreign);
  return causes.length > 0 ? undefined : lines.map((line) => whatIn(CONSEQUENCES, line)).find(Boolean);
}

type Rule = readonly [pattern: RegExp, what: string];

const whatIn = (rules: readonly Rule[], line: OutputLine): string | undefined =>
  rules.find(([pattern]) => pattern.test(line.text))?.[1];

/** Anchored where errors begin, so that a warning or an assertion that quotes such words is not taken for one. */
const CAUSES: readonly Rule[] = [
  [/^\W{0,10}(?:E {1,8})?(?:Uncaught )?SyntaxError\b/, 'there is a syntax error'],
  [/^\W{0,10}(?:E {1,8})?(?:IndentationError|TabError)\b/, 'there is an indentation error'],
  [
    /^\W{0,10}(?:Uncaught )?(?:\w{0,40}Error(?: \[\w{1,60}\])?: )?(?:Cannot find (?:module|package) |Failed to (?:resolve import|load url) |Could not resolve ["'])/,
    'a module is missing',
  ],
  [
    /^\W{0,10}\w{0,40}Error \[ERR_(?:MODULE_NOT_FOUND|UNKNOWN_FILE_EXTENSION|UNSUPPORTED_TYPESCRIPT_SYNTAX)\]/,
    'a module cannot be loaded',
  ],
  [/^\W{0,10}(?:E {1,8})?(?:ImportError|ModuleNotFoundError)\b/, 'an import fails'],
  [/\berror TS\d+/, 'TypeScript reports errors'],
  [/^error\[E\d+\]|^error: (?:cannot find|expected |unresolved|mismatched)/, 'it does not compile'],
  [/^\S+:\d+(?::\d+)?: (?:fatal )?error: |cannot find symbol|\berror CS\d+:/, 'it does not compile'],
  [/^\S+\.go:\d+:\d+: (?:undefined|syntax error|cannot use)/, 'it does not build'],
  [/^(?:sh|bash|\/bin\/sh): .{0,200}not found$/, 'a command was not found'],
  [/^(?:npm ERR!|npm error) Missing script/, 'the test does not exist'],
];

const CONSEQUENCES: readonly Rule[] = [
  [/^error: could not compile|^COMPILATION ERROR|^\[ERROR\] COMPILATION ERROR/, 'it does not compile'],
  [/\[(?:build|setup) failed\]/, 'it does not build'],
  [/^_*\s?ERROR collecting |Interrupted: \d+ errors? during collection/, 'tests cannot be collected'],
  [
    /^(?:Error: )?(?:No test files found|No tests found)|^Could not find ['"]|collected 0 items|^=*\s?no tests ran\b/,
    'no tests were found',
  ],
  [/^ERROR: (?:file or directory )?not found: /, 'the test does not exist'],
];
