import { type Assertion, assertionsIn } from './assertions.ts';
import { blockEnd } from './blocks.ts';
import { type Family, familyOf } from './languages.ts';
import { lineAt } from './lines.ts';
import { viewsOf } from './mask.ts';
import { rowsIn } from './rows.ts';

/** One test as it stands in a file. */
export interface TestCase {
  path: string;
  family: Family;
  name: string;
  line: number;
  /** Its text, whole, and with strings emptied and comments taken out. */
  raw: string;
  code: string;
  assertions: Assertion[];
  /** Inputs that it runs over: rows of `each`, `parametrize`, a table. */
  rows: number;
}

/** What of a file counts when tests are compared. */
export interface TestFile {
  path: string;
  family: Family;
  raw: string;
  code: string;
  cases: TestCase[];
  /** All of the file's, also those in helpers outside its cases. */
  assertions: Assertion[];
}

/** Reads a file's tests; undefined where it is no program text. */
export function testsIn(path: string, content: string | undefined): TestFile | undefined {
  const family = familyOf(path);
  if (family === undefined || content === undefined || content.includes('\0')) return undefined;
  const raw = content.replaceAll('\r\n', '\n');
  const { code } = viewsOf(raw, family);
  const assertions = assertionsIn({ raw, code }, family);
  const rows = rowsIn(code);
  let toRead = MOST_READ;
  const cases = startsIn(code, family)
    .slice(0, MOST_CASES)
    .map((head): TestCase => {
      const start = withAttributes(code, head);
      const longest = Math.max(SHORTEST_CASE, Math.min(LONGEST_CASE, toRead));
      const end = head + blockEnd(code.slice(head, head + longest), family);
      toRead -= end - head;
      const isInside = ({ at }: { at: number }): boolean => at >= start && at < end;
      const text = { raw: raw.slice(start, end), code: code.slice(start, end) };
      return {
        path,
        family,
        name: nameOf(text, family),
        line: lineAt(raw, start + text.code.search(/\S/)),
        ...text,
        assertions: assertions.filter(isInside),
        rows: rows.filter(isInside).reduce((sum, one) => sum + one.rows, 0),
      };
    });
  return { path, family, raw, code, cases, assertions };
}

/** What one file may cost has to end somewhere; these are far beyond what people write. */
const MOST_CASES = 2000;
const LONGEST_CASE = 30_000;
const SHORTEST_CASE = 500;
/** Tests in tests in tests: together they are read this far, then each only at its head. */
const MOST_READ = 2_000_000;

/** Decorators and attributes that stand on lines of their own before it belong to a test: they may hold its rows. */
function withAttributes(code: string, head: number): number {
  const lineStart = code.lastIndexOf('\n', head - 1) + 1;
  if (code.slice(lineStart, head).trim() !== '') return head;
  const before = /(?:^[ \t]*(?:@\w|\[|#\[)(?:[^\n]*\n(?![ \t]*\n)){1,200})(?![\s\S])/m.exec(
    code.slice(Math.max(0, lineStart - 8000), lineStart),
  );
  return before && isBalanced(before[0]) ? lineStart - before[0].length : head;
}

const isBalanced = (text: string): boolean =>
  (text.match(/[([{]/g)?.length ?? 0) === (text.match(/[)\]}]/g)?.length ?? 0) &&
  !/^[ \t]*(?:def|class|fn|func|public|private)\b/m.test(text);

function startsIn(code: string, family: Family): number[] {
  const starts = [...code.matchAll(STARTS[family])].map((match) => match.index);
  // Several attributes of one function are one test: they stand in an unbroken run before it.
  return starts.filter((start, index) => {
    const before = starts[index - 1];
    return (
      before === undefined ||
      !ATTRIBUTES_ONLY.test(code.slice(before, start)) ||
      !/[[@#]/.test(code.charAt(before))
    );
  });
}

const ATTRIBUTES_ONLY = /^(?:\s|\[[^\]\n]*\]|@\w+(?:\([^)]*\))?|#\[[^\]\n]*\])*$/;

/** The title that stands as its first argument, or the name of its function. */
function nameOf({ raw, code }: { raw: string; code: string }, family: Family): string {
  const named = NAMES[family];
  if (named) {
    const match = named.exec(code);
    const name = match?.slice(1).find((group) => group !== undefined);
    if (name !== undefined && name !== '') return name;
  }
  const quote = /["'`]/.exec(afterTables(code));
  if (!quote) return '';
  const start = code.length - afterTables(code).length + quote.index;
  const end = code.indexOf(quote[0], start + 1);
  return raw.slice(start + 1, end < 0 ? undefined : end);
}

/** What follows the table of `each`: the title stands behind it. */
function afterTables(code: string): string {
  const each = /^[^(\n]*\.(?:each|for|forEach|cases)\s*(?=[(`])/.exec(code);
  if (!each) return code;
  const open = code.slice(each[0].length).search(/[(`]/) + each[0].length;
  let depth = 0;
  for (let at = open; at < code.length; at += 1) {
    const character = code.charAt(at);
    if (character === '`' && depth === 0) return code.slice(code.indexOf('`', at + 1) + 1);
    if (/[([{]/.test(character)) depth += 1;
    if (/[)\]}]/.test(character)) depth -= 1;
    if (depth === 0) return code.slice(at + 1);
  }
  return code;
}

const STARTS: Record<Family, RegExp> = {
  javascript:
    /(?<![\w.$])(?:[xf]?(?:it|test|specify)|bench|Deno\.test|t\.test|QUnit\.test|fuzz)(?:\.(?!describe|step|before|after|use|extend|beforeEach|afterEach|setTimeout|info|configure)\w+)*\s*(?:\(|`)/g,
  python: /^[ \t]*(?:async[ \t]+)?def[ \t]+test\w*[ \t]*\(/gm,
  go: /^func[ \t]+(?:\([^)]*\)[ \t]*)?(?:Test|Fuzz|Example)\w*[ \t]*\(/gm,
  java: /@(?:Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate|Property|Theory)\b|\bpublic\s+void\s+test\w+\s*\(/g,
  kotlin: /@(?:Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate|Property|Theory)\b/g,
  csharp:
    /\[\s*(?:Fact|Theory|Test|TestCase|TestCaseSource|TestMethod|DataTestMethod|StaFact|WpfFact|Property)\b/g,
  ruby: /^[ \t]*(?:(?:[xf]?(?:it|specify|example|scenario)|test|should|pending|skip)[ \t(]+["']|def[ \t]+test_\w+)/gm,
  php: /(?:\bfunction\s+test\w*\s*\(|#\[\s*(?:\w+\\)*Test\b|^[ \t]*(?:it|test)\s*\(\s*["'])/gm,
  rust: /#\[\s*(?:\w+::)*(?:test|rstest|test_case|quickcheck|wasm_bindgen_test|test_log)\b/g,
  swift: /\bfunc\s+test\w*\s*\(|@Test\b/g,
  elixir: /^[ \t]*(?:test|property|feature|doctest)[ \t(]+["\w]/gm,
  c: /\b(?:TEST|TEST_F|TEST_P|TYPED_TEST|TEST_CASE|SCENARIO|BOOST_AUTO_TEST_CASE)\s*\(|(?<![\w.])(?:test|testWidgets)\s*\(\s*["']|^-\s*\(void\)\s*test\w+/gm,
};

const FUNCTION = /\b(?:void|fun|func|fn|function|def)\s+(?:`([^`\n]*)`|(\w+))/;
const NAMES: Partial<Record<Family, RegExp>> = {
  python: FUNCTION,
  go: /func[ \t]+(?:\([^)]*\)[ \t]*)?(\w+)/,
  java: /\b(?:void|def|[A-Z]\w*(?:<[^>]*>)?)\s+(\w+)\s*\(/,
  kotlin: /\bfun\s+(?:`([^`\n]*)`|(\w+))/,
  csharp: /\b(?:void|Task|ValueTask)(?:<[^>]*>)?\s+(\w+)\s*\(/,
  ruby: /^\s*def\s+(\w+)/,
  php: /^(?:function\s+|#\[[\s\S]{0,400}?\bfunction\s+)(\w+)/,
  rust: /\bfn\s+(\w+)/,
  swift: /\bfunc\s+(?:`([^`\n]*)`|(\w+))/,
  c: /^(?:TEST\w*|TYPED_TEST|SCENARIO|BOOST_\w+)\s*\(([^)"]+)\)|^-\s*\(void\)\s*(\w+)/,
};
