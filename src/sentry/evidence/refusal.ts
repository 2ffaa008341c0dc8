import type { LocatedFrame } from './locate.ts';

/**
 * How many of the application's frames, crash first, only refused what they were given: a guard that raises on a parameter, and
 * the functions that handed that parameter on unchanged. The frame after them made the value, and is more likely at fault.
 * A library's refusal counts where a shared helper only passed it its parameters. 0 where the crash was no refusal, or no source tells.
 * Judged by the text of the lines, for any language.
 */
export function refusingFrames(stack: readonly LocatedFrame[], raisedInLibrary: boolean): number {
  const [crash] = stack;
  const refused =
    crash !== undefined && (refusesOnPurpose(crash) || (raisedInLibrary && isSharedHelper(crash)));
  if (!refused) return 0;
  let count = 1;
  while (count < Math.min(stack.length, MOST_HANDED_ON)) {
    const located = stack[count];
    const called = nameOf(stack[count - 1]);
    if (!located) break;
    const same = located.path !== undefined && located.path === stack[count - 1]?.path;
    if (!same && !blamesCaller(located, argumentsOf(located, called), false)) break;
    count += 1;
  }
  // Where all frames refuse, the value came from outside, and refusing it was right or not: the crash frame decides.
  return count < stack.length && stack[count]?.path !== crash.path ? count : 0;
}

/** A value is rarely handed on further; every step makes the judgement less certain. */
const MOST_HANDED_ON = 2;

/** True where the line in which it crashed raises on purpose; `undefined` where there is no source to tell. */
export function raisesOnPurpose(located: LocatedFrame): boolean | undefined {
  const text = lineAt(located, 0);
  if (text === undefined) return undefined;
  return RAISE.test(text) || RAISE.test(lineAt(located, -1) ?? '');
}

const RAISE =
  /\b(throw|raise|die|croak|confess|abort|panic!|unreachable!|bail!|assert!|assert_eq!|assert_ne!|assert)(?=[\s(;]|$)/;

const refusesOnPurpose = (crash: LocatedFrame): boolean => {
  const condition = conditionOf(crash);
  return blamesCaller(crash, condition, true) || isOwnState(crash, condition);
};

/** `if (!open) throw`: the object was used in a state in which it must not be. */
function isOwnState(located: LocatedFrame, condition: string | undefined): boolean {
  const { lines, line } = located;
  const head = condition && lines && line !== undefined && headOf(lines, line, nameOf(located));
  const names = condition ? identifiersOf(condition) : [];
  if (!head || names.length === 0) return false;
  const body = lines.slice(head.line, (line ?? 0) - 1);
  return names.every((name) => /^[a-z_]/.test(name) && assignmentOf(name, body) === undefined);
}

/** A helper of all, in whose crashing line is nothing but its parameters. What reads text has to expect any text. */
function isSharedHelper(crash: LocatedFrame): boolean {
  const text = lineAt(crash, 0);
  if (!SHARED.test(crash.path ?? '') || READS.test(nameOf(crash) ?? '')) return false;
  return text !== undefined && blamesCaller(crash, text.replace(/^\s*return\b/, ''), false);
}

const SHARED = /(^|\/)(libs?|utils?|helpers?|common|shared|core)\//;
const READS = /^(parse|read|load|decode|import|from|convert|scan|to)/i;

/** The condition of a deliberate raise, from its own line or the one before it. */
function conditionOf(located: LocatedFrame): string | undefined {
  const text = lineAt(located, 0);
  if (text === undefined || !RAISE.test(text)) return undefined;
  const asserted = /\bassert\w*!?[\s(](.*)/.exec(text)?.[1];
  if (asserted !== undefined) return asserted;
  if (/\b(if|unless)\b/.test(text)) return text;
  const before = [lineAt(located, -1), lineAt(located, -2)].find((line) =>
    /\b(if|unless|elif)\b/.test(line ?? ''),
  );
  return before;
}

/** What the line hands to the function `called`. */
function argumentsOf(located: LocatedFrame, called: string | undefined): string | undefined {
  const text = lineAt(located, 0);
  const at = called === undefined ? -1 : (text?.lastIndexOf(`${called}(`) ?? -1);
  if (text === undefined || called === undefined || at < 0) return undefined;
  const given = balanced(text.slice(at + called.length));
  // A number of its own among them was chosen here; a text is mostly the name of what is checked.
  return /[(,]\s*-?\d/.test(given) ? undefined : given;
}

function balanced(text: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return text.slice(0, at + 1);
  }
  return text;
}

/**
 * True where `expression` depends on the function's parameters and on nothing that it computed. A condition may compare them with
 * `state` from elsewhere; an argument from elsewhere was not the caller's.
 */
function blamesCaller(located: LocatedFrame, expression: string | undefined, state: boolean): boolean {
  const { lines, line } = located;
  if (expression === undefined || lines === undefined || line === undefined) return false;
  const head = headOf(lines, line, nameOf(located));
  if (!head) return false;
  const names = identifiersOf(expression);
  const parameters = new Set(identifiersOf(head.parameters));
  const body = lines.slice(head.line, line - 1);
  const given = (name: string) => parameters.has(name) || isLookedUp(name, body, parameters);
  const allowed = (name: string) => given(name) || (state && assignmentOf(name, body) === undefined);
  return names.some(given) && names.every(allowed);
}

/** `const block = blocks.get(id)`: a value that is there or not, by the caller's key. */
function isLookedUp(name: string, body: readonly string[], parameters: ReadonlySet<string>): boolean {
  const assigned = assignmentOf(name, body);
  const key = /(?:\.(?:get|find|fetch|lookup|look_up)\w*\(|\[|->\{)\s*[$&*]?(\w+)/i.exec(assigned ?? '')?.[1];
  return key !== undefined && parameters.has(key);
}

const assignmentOf = (name: string, body: readonly string[]): string | undefined =>
  body.findLast((text) => new RegExp(`(^|[^.\\w>])${name}\\s*(:[^=]{0,80})?=[^=]`).test(text.slice(0, 500)));

/** Where the function around a line begins, and what stands between the brackets of its parameters. */
function headOf(
  lines: readonly string[],
  line: number,
  name: string | undefined,
): { line: number; parameters: string } | undefined {
  for (let at = line; at > 0 && at > line - LONGEST_FUNCTION; at -= 1) {
    const text = (lines[at - 1] ?? '').slice(0, 400);
    const list = /^\s*my\s*\(([^)]*)\)\s*=\s*@_/.exec(text)?.[1];
    if (list !== undefined) return { line: at, parameters: list };
    if (name === undefined || !DECLARATION.test(text)) continue;
    const declared = new RegExp(
      `(?:^|[^.\\w])${name}\\s*(?:<[^>]*>)?\\s*(?:[=:]\\s*(?:async\\s*)?(?:function\\s*)?)?\\(`,
    ).exec(text);
    if (!declared) continue;
    const open = declared.index + declared[0].length - 1;
    return { line: at, parameters: balanced([text.slice(open), ...lines.slice(at, at + 4)].join(' ')) };
  }
  return undefined;
}

const LONGEST_FUNCTION = 80;

/** A line that begins a function in some language, rather than calling one: what follows the brackets tells. */
const DECLARATION =
  /\b(function|def|fn|fun|func|sub)\b|=>|[{]\s*$|\(\s*$|^\s*(public|private|protected|static|export|async|final)\b/;

/** Plain names in an expression: no strings, properties, called functions, keywords or capitalised namespaces. */
function identifiersOf(expression: string): string[] {
  const plain = expression
    .slice(0, 600)
    .replace(/"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|`[^`]*`?/g, ' ')
    .replace(/(?:this|self)(?:\.|->)[\w#.]+/g, ' ');
  const names = plain.match(/(?<![.\w#>]|::|->)[A-Za-z_]\w*(?!\w*\s*[(!]|\w*::|\w)/g) ?? [];
  return [...new Set(names)].filter(
    (name) => !KEYWORDS.test(name) && !(/^[A-Z]/.test(name) && new RegExp(`${name}\\s*\\.`).test(plain)),
  );
}

const KEYWORDS =
  /^(if|unless|else|elif|and|or|not|is|in|for|of|new|return|await|async|throw|raise|die|croak|confess|defined|typeof|instanceof|None|True|False|null|nil|undefined|true|false|const|let|var|my|self|this|mut|as|ref|sizeof|unsigned|int|char|size_t|void|long|float|double|bool|final|static|Error|[A-Z]\w*(Error|Exception))$/;

const nameOf = (located: LocatedFrame | undefined): string | undefined =>
  /([A-Za-z_]\w*)(?:\$\d+|\W)*$/.exec(
    (located?.frame.function ?? '')
      .replace(/\(.*$/, '')
      .replace(/ \[as .*$/, '')
      .slice(-200),
  )?.[1];

const lineAt = ({ lines, line }: LocatedFrame, by: number): string | undefined =>
  line === undefined ? undefined : lines?.[line - 1 + by]?.slice(0, 1000);
