import type { Family } from './languages.ts';
import { lineAt } from './lines.ts';
import type { TestFile } from './test-cases.ts';

/** Something in a test file by which tests run less, or fail less. */
export interface Marker {
  kind: 'skip' | 'swallow' | 'leave' | 'retry';
  /** As written, white space folded: what has to be new for it to count. */
  name: string;
  line: number;
}

/** Every marker of a file's tests; words in comments and strings are none. */
export function markersIn(file: TestFile): Marker[] {
  const found: Marker[] = [];
  const collect = (kind: Marker['kind'], pattern: RegExp | undefined) => {
    if (!pattern) return;
    for (const match of file.code.matchAll(pattern)) {
      if (kind === 'leave' && isAfterFailure(file.code, match.index)) continue;
      const name = match[0].replace(/\s+/g, ' ').trim().slice(0, 60);
      found.push({ kind, name, line: lineAt(file.raw, match.index + match[0].search(/\S|$/)) });
    }
  };
  collect('skip', SKIPS[file.family]);
  collect('skip', NEVER_RUN);
  collect('swallow', SWALLOWS[file.family] ?? EMPTY_CATCH);
  collect('leave', LEAVES);
  collect('retry', RETRIES);
  return found;
}

const JVM =
  /@(?:Ignore|IgnoreRest|Disabled\w*|EnabledIf\w*|EnabledOn\w*|PendingFeature|Requires)\b|\b(?:assume(?:True|False|That|NoException|NotNull)|assumingThat)\s*\(|\benabled\s*=\s*false|\bthrow\s+(?:new\s+)?(?:SkipException|TestAbortedException|AssumptionViolatedException)|\bexpected\s*=\s*Exception\.class/g;

const SKIPS: Record<Family, RegExp> = {
  javascript:
    /(?<![\w.$])(?:xit|xtest|xdescribe|xcontext|xspecify|fit|fdescribe|fcontext|pending)\s*[(.`]|(?<![\w$])(?:it|test|describe|context|suite|specify|bench|step|t|ctx|this|QUnit|Deno\.test|test\.describe)(?:\.(?:concurrent|sequential|serial|each|for|step|parallel))*\.(?:skip|only|todo|fixme|fails|failing|fail|skipIf|runIf|ignore|if)\b|\b(?:skip|only|todo|ignore)\s*:\s*(?!false|undefined)(?<=\b(?:it|test|describe|suite|context|specify|bench)\s*\([^{}()]{0,300}\{[^{}]{0,300})|\bctx\.skip\b|\bmocha\.only\b/g,
  python:
    /@(?:\w+\.)*(?:skip|skipif|skipIf|skipUnless|xfail|expectedFailure|nottest)\b|\bpytest\.(?:skip|xfail|importorskip|exit)\s*\(|\bmark\.(?:skip|skipif|xfail)\b|\.skipTest\s*\(|\braise\s+(?:\w+\.)*(?:SkipTest|Skipped)|\b__test__\s*=\s*False|\bcollect_ignore(?:_glob)?\b|\bdef\s+pytest_(?:collection_modifyitems|ignore_collect|runtest_\w+|pyfunc_call|exception_interact|sessionfinish)\b/g,
  go: /\b\w+\.(?:Skip|SkipNow|Skipf)\s*\(|\btesting\.Short\s*\(|\bos\.Exit\s*\(\s*0/g,
  java: JVM,
  kotlin: JVM,
  csharp:
    /\bSkip(?:Unless|When|Type)?\s*=|\[\s*(?:Ignore|Explicit|Inconclusive)\b|\bAssert\.(?:Ignore|Inconclusive|Pass|Skip\w*)\s*\(|\bSkip\.(?:If|IfNot)\s*\(|\bAssume\.That\b/g,
  ruby: /(?<![\w.:])(?:xit|xdescribe|xcontext|xspecify|xexample|fit|fdescribe|fcontext|fspecify|fexample|focus|pending|skip|omit)\b(?!\s*[=:.])|[,(]\s*(?::(?:skip|focus|pending|disabled)\b|(?:skip|focus|pending)\s*:\s*(?!false)|:(?:skip|focus)\s*=>)/g,
  php: /->\s*(?:markTestSkipped|markTestIncomplete|expectNotToPerformAssertions|skip|skipOn\w+|todo|only)\s*\(|\bself::markTest\w+\s*\(|#\[\s*(?:\w+\\)*(?:Requires\w*|DoesNotPerformAssertions|Ignore\w*)\b/g,
  rust: /#\[\s*(?:ignore|should_panic)\b|#\[\s*cfg_attr\s*\([^\]]*\bignore\b|#!?\[\s*cfg\s*\(\s*(?:any\s*\(\s*\)|not\s*\(\s*test\s*\)|FALSE)/g,
  swift:
    /\bXCTSkip\w*\b|\bXCTExpectFailure\b|\bwithKnownIssue\b|\.disabled\s*\(|\.enabled\s*\(\s*if|\bcontinueAfterFailure\s*=\s*true/g,
  elixir:
    /@(?:tag|moduletag|describetag)\s*(?::(?:skip|pending)\b|\(?\s*\[?\s*(?:skip|pending)\s*:)|\bExUnit\.configure\b/g,
  c: /\bGTEST_SKIP\b|\bDISABLED_\w+|\bskip\s*:\s*(?!false)|\bsolo\s*:\s*true|@Skip\b|\bSKIP\s*\(|\bdoctest::skip\b/g,
};

/** Code that never runs, or a run that ends well before the tests do. */
const NEVER_RUN =
  /\b(?:if|while)\s*\(?\s*(?:false|False|0|nil|!true|not True)\s*(?:[):{]|$)|\bprocess\.exit\s*\(\s*0?\s*\)|\bsys\.exit\s*\(\s*0?\s*\)|\bos\._exit\s*\(\s*0|\bSystem\.exit\s*\(\s*0|\bEnvironment\.Exit\s*\(\s*0|\bprocess::exit\s*\(\s*0|\bunless\s+true\b/gm;

const EMPTY_CATCH =
  /\bcatch\s*(?:\([^)]*\))?\s*\{\s*(?:\}|return\s*;?\s*\})|\.catch\s*\(\s*(?:\(\s*\w*\s*\)|\w+)\s*=>\s*(?:\{\s*\}|undefined|null|void 0)\s*\)|\brecover\s*\(\s*\)/g;
const SWALLOWS: Partial<Record<Family, RegExp>> = {
  python:
    /\bexcept\b[^:\n]*:\s*(?:pass|return|\.\.\.)(?=\s)|\bcontextlib\.suppress\s*\(|\bsuppress\s*\(\s*(?:Base)?Exception/g,
  ruby: /\brescue\b[^\n]*\n\s*(?:nil|true)?\s*end\b|\brescue\s+(?:nil|true)\b/g,
  elixir: /\brescue\s+_\s*->\s*(?:nil|:ok|true)/g,
  rust: /\bcatch_unwind\s*\(/g,
};

/** A return without a value. */
const LEAVES = /(?<=[\s{;):])return[ \t]*(?:;|(?=[\r\n}]|[ \t]+(?:if|unless)\b))/g;
/** On its line or the one before, what makes the return that of a test that failed, or of a callback that is done. */
const AFTER_FAILURE = /\b(?:Fatalf?|Errorf?|FailNow|[Ff]ail|done|reject|resolve|next|callback)\b/;

function isAfterFailure(code: string, at: number): boolean {
  const line = code.lastIndexOf('\n', at - 1);
  const start = Math.max(0, at - 400, line <= 0 ? 0 : code.lastIndexOf('\n', line - 1));
  return AFTER_FAILURE.test(code.slice(start, at));
}

const RETRIES =
  /\bretryTimes\s*\(|\.retries\s*\(|\bretr(?:y|ies)\s*:\s*[1-9]|@(?:\w+\.)*(?:flaky|retry|RetryingTest|Retry|RepeatFailedTest|Flaky|FlakyTest)\b|\breruns\s*=|\[\s*Retry\b|\bsoft(?=\s*\()/g;
