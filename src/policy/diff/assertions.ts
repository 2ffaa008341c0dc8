import type { Family } from './languages.ts';

/** One statement that can make a test fail. */
export interface Assertion {
  /** Where it starts in the text. */
  at: number;
  /** As written, white space folded. */
  text: string;
  /** Lines of the file, from 1. */
  line: number;
  /** It would accept nearly anything: only that something is there, truthy, not thrown, not one value. */
  isWeak: boolean;
  /** It cannot fail. */
  isConstant: boolean;
}

/** The assertions of a text, in order. */
export function assertionsIn({ raw, code }: { raw: string; code: string }, family: Family): Assertion[] {
  const assertions: Assertion[] = [];
  let end = 0;
  let line = 1;
  let counted = 0;
  for (const match of code.matchAll(PATTERNS[family] ?? GENERAL)) {
    if (match.index < end || isDeclaration(code, match.index)) continue;
    const stop = statementEnd(code, match.index);
    // What stands on further lines of a statement counts by itself: a callback may be a whole test.
    end = Math.min(stop, (code.indexOf('\n', match.index) + 1 || stop) - 1);
    line += code.slice(counted, match.index).split('\n').length - 1;
    counted = match.index;
    const text = raw
      .slice(match.index, stop)
      .replace(/\s+/g, ' ')
      .replace(/[;,\s]+$/, '');
    const bare = code
      .slice(match.index, stop)
      .replace(/\s+/g, ' ')
      .replace(/[;,\s]+$/, '');
    assertions.push({
      at: match.index,
      text,
      line,
      isWeak: isWeak(text, bare),
      isConstant: isConstant(text),
    });
  }
  return assertions;
}

const isDeclaration = (code: string, at: number): boolean =>
  /(?:\b(?:function|def|func|fun|fn|import|from|class|void|use|const|let|var)\s+|[{,]\s*(?=\w+\s*[,}]))$/.test(
    code.slice(Math.max(0, at - 30), at),
  );

const LONGEST_STATEMENT = 8000;

/** To the end of the line on which all brackets are closed and no chain goes on; at most 60 lines. */
function statementEnd(code: string, start: number): number {
  let depth = 0;
  let lines = 0;
  for (let at = start; at < Math.min(code.length, start + LONGEST_STATEMENT); at += 1) {
    const character = code.charAt(at);
    if (/[([{]/.test(character)) depth += 1;
    else if (/[)\]}]/.test(character)) {
      depth -= 1;
      if (depth < 0) return at;
    } else if (depth === 0 && character === ';') return at;
    else if (character === '\n') {
      lines += 1;
      const goesOn =
        /^\s*(?:\.|->|\?\.|\|>|&&|\|\|)/.test(code.slice(at + 1, at + 120)) ||
        /(?:==|\bto|&&|\|\||,|\\|\bnot_to)\s*$/.test(code.slice(start, at));
      if ((depth <= 0 && !goesOn) || lines > 60) return at;
    }
  }
  return Math.min(code.length, start + LONGEST_STATEMENT);
}

const WORDS =
  'expect|assert|should|verify|refute|ensure|check|must_|wont_|is_expected|fail|EXPECT_|ASSERT_|CHECK|REQUIRE|XCTAssert|XCTUnwrap|XCTFail|Assert|Assertions|Expect|Should';
const CHAIN = '(?:[A-Za-z_$][\\w$]*(?:\\.|->|::)){0,4}';
const GENERAL = new RegExp(
  `(?<![\\w$@])${CHAIN}(?:(?:${WORDS})\\w*!?(?:[.:]+\\w+)*\\s*(?:\\(|<\\w[^>\\n]*>\\s*\\(|\\s(?=[\\w"'[({!:-]))|(?:pytest\\.(?:raises|warns|fail)|t\\.(?:is|not|ok|notOk|equal|equals|same|deepEqual|like|true|false|truthy|falsy|throws|rejects|throwsAsync|regex|match|strictSame|pass|plan))\\s*\\()`,
  'g',
);
const PATTERNS: Partial<Record<Family, RegExp>> = {
  go: /(?<![\w.])(?:\w*[tT]b?\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)|(?:assert|require|is|must|check|suite|s|gomega|Expect|Eventually|Consistently|cmp|qt|c)\.?(?:\w*\.)?(?:Assert|Check|Equal|Equals|NotEqual|EqualValues|EqualError|Error|ErrorIs|ErrorAs|ErrorContains|NoError|Nil|NotNil|True|False|Len|Contains|NotContains|ElementsMatch|JSONEq|Empty|NotEmpty|Zero|NotZero|Greater|GreaterOrEqual|Less|LessOrEqual|InDelta|InEpsilon|Panics|NotPanics|PanicsWithValue|Same|Regexp|IsType|Implements|WithinDuration|Eventually|Never|Diff|DeepEqual|Expect|Eq|NilError)|(?:assert|require|must|check|expect|verify)[A-Z]\w*|Expect|Eventually|Ω)\s*\(/g,
};

const WEAK =
  /\btoBe(?:Defined|Truthy|Falsy)\b|\bto(?:BeInstanceOf|BeTypeOf|HaveProperty)\b(?!\([^)]*,)|\.not\.to|\.not\.|\bdoesNotThrow|\bnotThrows|\btoThrow(?:Error)?\(\s*\)|\bexpect\.any(?:thing)?\b|\bassert(?:\.ok|ok)?\s*\(\s*[\w.$[\]()]*\s*\)$|\bassert(?:IsNotNone|NotNull|NotNil|NotEquals?|NotIn|IsInstance|InstanceOf|NotSame|NotEmpty|DoesNotThrow)\b|\bassert_(?:not_\w+|nothing_raised|ne!)|\bassertThrows\(\s*(?:Exception|Throwable|RuntimeException)\b|\bassertRaises\(\s*(?:Exception|BaseException)\b|\braises\(\s*(?:Exception|BaseException)\s*\)|Throws(?:Any)?(?:Async)?<Exception>|\.Not(?:Null|Equal|Nil|Empty|Panics|Zero)\b|\bIs(?:Not(?:Null)|InstanceOf)\b|\bnot_to\b|\bto_not\b|\bbe_(?:truthy|present|a|kind_of|instance_of)\b|\braise_error\s*$|\.to\.(?:exist|be\.ok|be\.an?\()|\bXCTAssert(?:NotNil|NotEqual|NoThrow)\b|\brefute\b|\bis_(?:ok|some)\(\)|\bisNotNull\b|\bIsAssignableFrom\b|>=\s*0\b|\bis not None\b|!=\s*(?:None|null|nil)\b/;

function isWeak(text: string, bare: string): boolean {
  if (WEAK.test(bare)) return true;
  const truth =
    /^(?:[$\w]+(?:\.|->|::))*(?:assertTrue|assertFalse|isTrue|isFalse|IsTrue|True|ok|XCTAssertTrue|assert!?|assert_true|truthy)\s*(?:\(|\s)(.*)$/.exec(
      bare,
    );
  if (!truth || !/^(?:[$\w]+(?:\.|->|::))*(?:assert|Assert|XCT|t\.|require|expect)/.test(bare)) return false;
  return !/[=!<>]=|[<>]|\bin\b|\bis\b|\.?equals|isEqual|matches|contains|includes|startsWith|endsWith|\.every\(|=~/i.test(
    truth[1] ?? text,
  );
}

function isConstant(text: string): boolean {
  if (/\b(?:false|False|FALSE)\b/.test(text) && !/!false|not False/.test(text)) return false;
  if (TRUE_ARGUMENT.test(text)) return true;
  const pair =
    /^(?:await )?expect\s*\((.*)\)\s*\.\s*(?:to\.)?(?:toBe|toEqual|toStrictEqual|equal|eql|equals|eq|be\.equal|deep\.equal)\s*\((.*)\)$/.exec(
      text,
    ) ??
    /^expect\s*\((.*)\)\.to (?:eq|eql|be|equal)[ (](.*?)\)?$/.exec(text) ??
    /^(?:[$\w]+(?:\.|->|::))*(?:\w*[eE]quals?|\w*[eE]qual!|assert_eq!|assert_equal|deepEqual|strictEqual|is|same|AreEqual|Same)\s*[( ]\s*([^,()]+),\s*([^,()]+?)\)?$/.exec(
      text,
    ) ??
    /^assert!?\s*\(?([^=!<>]+?)\s*===?\s*([^=!<>]+?)\)?$/.exec(text);
  return pair !== null && (pair[1] ?? '').trim() !== '' && (pair[1] ?? '').trim() === (pair[2] ?? '').trim();
}

const TRUE_ARGUMENT =
  /^(?:[$\w]+(?:\.|->|::))*(?:expect|#expect|assert|assert!|assertTrue|assertThat|assert_true|isTrue|IsTrue|True|ok|true|truthy|XCTAssert|XCTAssertTrue|EXPECT_TRUE|ASSERT_TRUE|CHECK|REQUIRE|assert_true|That)\s*[( ]\s*(?:true|True|TRUE|1|!0|!false|not False|1 ?={2,3} ?1|["'][^"']*["'])\s*(?:[),]|$)|^(?:t\.pass|Assert\.Pass)\(/;
