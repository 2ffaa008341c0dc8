import { pathOf } from './paths.ts';
import { refuseUnreadable } from './rules.ts';
import { type Argument, argument, type Input, type Refusal, type Scene, unknownArgument } from './scene.ts';
import { judgeCode } from './session/code.ts';
import { judgeCodeWrites } from './session/code-writes.ts';
import { HOLE } from './syntax.ts';

interface Interpreter {
  /** Options whose value is code. */
  code: RegExp;
  /** A script may come on standard input. */
  standardInput: boolean;
  /** The first plain argument is code itself, as with awk. */
  inline?: boolean;
}

const PYTHON: Interpreter = { code: /^-[a-zA-Z]*c$/, standardInput: true };
const PERL: Interpreter = { code: /^-[a-zA-Z0-9]*[eE]$/, standardInput: true };
const NODE: Interpreter = { code: /^(-e|-p|-pe|--eval(=.*)?|--print(=.*)?)$/, standardInput: true };
const EDITOR: Interpreter = { code: /^(-c|--cmd|-S|\+.*)$/, standardInput: false };
const INLINE: Interpreter = { code: /^(-e|-E|--source|--expression)$/, standardInput: false, inline: true };
const INTERPRETERS: Record<string, Interpreter | undefined> = {
  python: PYTHON,
  pypy: PYTHON,
  ipython: PYTHON,
  perl: PERL,
  ruby: PERL,
  lua: PERL,
  luajit: PERL,
  rscript: PERL,
  r: PERL,
  julia: PERL,
  osascript: PERL,
  groovy: PERL,
  elixir: PERL,
  irb: PERL,
  node: NODE,
  nodejs: NODE,
  bun: NODE,
  tsx: NODE,
  'ts-node': NODE,
  deno: { code: /^(eval)$/, standardInput: true },
  php: { code: /^-[rBRE]$/, standardInput: true },
  tclsh: { code: /^-c$/, standardInput: true },
  expect: { code: /^-c$/, standardInput: true },
  emacs: { code: /^--(eval|execute)(=.*)?$/, standardInput: false },
  vim: EDITOR,
  vi: EDITOR,
  nvim: EDITOR,
  ex: EDITOR,
  view: EDITOR,
  gdb: { code: /^-(ex|iex|eval-command)$/, standardInput: true },
  lldb: { code: /^(-o|-O|--one-line)$/, standardInput: true },
  sqlite3: { code: /^-cmd$/, standardInput: true, inline: true },
  awk: INLINE,
  gawk: INLINE,
  mawk: INLINE,
  nawk: INLINE,
  ed: { code: /^$/, standardInput: true },
  make: { code: /^--eval(=.*)?$/, standardInput: false },
  gmake: { code: /^--eval(=.*)?$/, standardInput: false },
};

/** Judges an interpreter by the code it is given: in an option, on standard input, or in a file. */
export function judgeInterpreter(
  name: string,
  list: readonly Argument[],
  input: Input,
  scene: Scene,
): Refusal | undefined {
  const found = INTERPRETERS[name] ?? INTERPRETERS[name.replace(/[\d.]+$/, '')];
  if (!found) return undefined;
  if (name === 'make' || name === 'gmake') {
    const shell = list.find((item) => /^\.?SHELL(FLAGS)?=/.test(item.text));
    const refusal =
      shell && scene.judge.script(shell.text.replace(/^[^=]*=(-c\s)?/, ''), { ...scene, lenient: true });
    if (refusal) return refusal;
  }
  let coded = false;
  for (const [at, item] of list.entries()) {
    if (!found.code.test(item.text)) continue;
    coded = true;
    const equals = item.text.startsWith('--') ? item.text.indexOf('=') : -1;
    const code = item.text.startsWith('+')
      ? item
      : equals > 0
        ? { ...item, text: item.text.slice(equals + 1) }
        : list[at + 1];
    const refusal = code && judgeOneLiner(code, scene);
    if (refusal) return refusal;
  }
  if (coded) return undefined;
  if (found.inline) return firstCode(list, scene);
  const file = list.find((item) => !item.text.startsWith('-') || item.text === '-');
  if (list.some((item) => /^(-m|-V|--version|--help|--test|-v|-l)$/.test(item.text))) return undefined;
  if (file && file.text !== '-' && file.text !== '/dev/stdin') return judgeFile(file, scene);
  if (input.text !== undefined) return judgeOneLiner(argument(input.text), scene);
  if (input.file) return judgeFile(input.file, scene);
  return found.standardInput && input.piped ? refuseUnreadable(scene) : undefined;
}

/** Judges a script that an interpreter runs from a file: only git calls that are spelt as calls count. */
export function judgeInterpreterFile(text: string, scene: Scene): Refusal | undefined {
  const writes = judgeCodeWrites(text, scene, true);
  if (writes) return writes;
  if (!/exec|spawn|system|popen|subprocess|\brun\b|\$`|qx|`git|sh\(/i.test(text)) return undefined;
  return judgeCalls(text, /(["'`{([]\s*|\bgit\(\s*\[?)(?:[\w/.-]*\/)?git(?=["'`\s])/g, {
    ...scene,
    lenient: true,
  });
}

function judgeOneLiner(code: Argument, scene: Scene): Refusal | undefined {
  if (code.hole === 'computed' && code.text.replaceAll(HOLE, '') === '') return refuseUnreadable(scene);
  const text = joinStrings(code.text);
  return (
    judgeCalls(text, /(?<![\w.@-])(?:[\w/.-]*\/)?git(?![\w.-])/gi, { ...scene, lenient: true }) ??
    judgeCode(text, scene)
  );
}

function firstCode(list: readonly Argument[], scene: Scene): Refusal | undefined {
  for (const item of list) {
    const refusal = /\b(system|popen|getline|shell)\b|\|/.test(item.text)
      ? judgeOneLiner(item, scene)
      : judgeCode(item.text, scene);
    if (refusal) return refusal;
  }
  return undefined;
}

function judgeFile(file: Argument, scene: Scene): Refusal | undefined {
  const path = pathOf(file, scene);
  if (path === undefined) return undefined;
  if (scene.written.has(path)) {
    const text = scene.written.get(path);
    return text === undefined ? refuseUnreadable(scene) : judgeOneLiner(argument(text), scene);
  }
  const text = scene.facts.readScript(path);
  return text === undefined ? undefined : judgeInterpreterFile(joinStrings(text), scene);
}

/** `'gi' + 't'` and `"gi" "t"` are one string. */
const joinStrings = (text: string): string => text.replace(/(["'`])\s{0,8}[+.]?\s{0,8}\1(?!\s*[,\])])/g, '');

const MAX_CALLS = 200;

/** Judges what follows each `git` of the text as its arguments, whatever quotes, commas and brackets part them. */
function judgeCalls(text: string, git: RegExp, scene: Scene): Refusal | undefined {
  let left = MAX_CALLS;
  for (const match of text.matchAll(git)) {
    left -= 1;
    if (left < 0) return undefined;
    const start = match.index + match[0].length;
    const line = text.slice(start, start + 300).split(/[;\n&|)}]|\]\s*,\s*\{/, 1)[0] ?? '';
    const words = line
      .replace(/\{\s*args\s*:/, ' ')
      .replace(/["'`,[\](]/g, ' ')
      .split(/\s+/)
      .filter(Boolean);
    const list = words.map((word) => (/[${]/.test(word) ? unknownArgument('computed') : argument(word)));
    const refusal = scene.judge.program(
      [argument('git'), ...list],
      { piped: false },
      { ...scene, depth: scene.depth + 1 },
    );
    if (refusal) return refusal;
  }
  return undefined;
}
