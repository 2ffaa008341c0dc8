import { BASES, type BasePath, type Edit } from './bases.ts';

const TS = 'test/cart.test.ts';
const NODE = 'test/orders.test.mjs';
const PY = 'tests/test_cart.py';
const GO = 'cart/cart_test.go';
const JAVA = 'src/test/java/shop/CartTest.java';
const KOTLIN = 'src/test/kotlin/shop/CartTest.kt';
const CS = 'tests/Shop.Tests/CartTests.cs';
const RSPEC = 'spec/cart_spec.rb';
const MINITEST = 'test/cart_test.rb';
const PHP = 'tests/CartTest.php';
const RUST = 'src/cart.rs';
const SWIFT = 'Tests/CartTests.swift';
const ELIXIR = 'test/cart_test.exs';
const CPP = 'test/cart_test.cc';

const moved = (path: BasePath, piece: string, before: string): Edit => {
  const text = BASES[path];
  if (!text.includes(piece)) throw new Error(`${path} does not hold ${piece}`);
  const without = text.replace(piece, () => '');
  return [path, text, without.replace(before, () => `${piece}${before}`)];
};

/** Each leaves a test file as strict as it was, or makes it stricter. */
export const HONEST: readonly Edit[] = [
  [
    TS,
    "  it('adds prices'",
    "  it('adds one more', () => {\n    expect(total([{ price: 1 }])).toBe(1);\n  });\n\n  it('adds prices'",
  ],
  [TS, '    expect(sum).toBe(5);\n', '    expect(sum).toBe(5);\n    expect(sum).not.toBeNaN();\n'],
  [TS, '    expect(sum).toBe(5);\n', '    expect(sum).toEqual(5);\n'],
  [TS, '    expect(sum).toBe(5);\n', '    expect(sum).toStrictEqual(5);\n'],
  [TS, 'expect(sum).toBe(5)', 'expect(sum, "the sum").toBe(5)'],
  [TS, 'const sum = total', 'const result = total'],
  [TS, "it('is zero for an empty cart'", "it('costs nothing when it is empty'"],
  [TS, "describe('total'", "describe('the total of a cart'"],
  [TS, "const HINT = 'use it.only( to", "const HINT = 'use it.skip( or @ts-ignore to"],
  [TS, '// We do not skip tests here', '// Never it.only, xit or describe.skip, and no eslint-disable here'],
  [TS, 'toBeCloseTo(0.3, 5)', 'toBeCloseTo(0.3, 8)'],
  [TS, "rejects.toThrow('no such cart')", "rejects.toThrow('no such cart: x')"],
  [TS, "    [2, 'two'],\n", "    [2, 'two'],\n    [4, 'four'],\n"],
  [TS, "    [2, 'two'],\n", ''.concat("    [2, 'two'], // twice\n")],
  [TS, '}, 2000);', '}, 2500);'],
  [TS, '}, 2000);', '}, 1000);'],
  [TS, 'toThrow(/cart/)', 'toThrow(/no cart/)'],
  [
    TS,
    "  it('renders', () => {\n",
    "  it('renders', () => {\n    const list = [1].map((one) => { return one; });\n    expect(list).toHaveLength(1);\n",
  ],
  [TS, 'import { total }', "import { readFile } from 'node:fs/promises';\nimport { total }"],
  [TS, '    const sum', '    // returns the sum; skip nothing\n    const sum'],
  [
    TS,
    "  it('adds prices'",
    "  it('matches', () => {\n    expect(/it.skip(.*)/.test('x')).toBe(false);\n  });\n\n  it('adds prices'",
  ],
  [
    TS,
    "  it('adds prices'",
    "  it('takes an option', () => {\n    expect(list({ skip: 0, only: ['a'] }.skip)).toEqual([]);\n  });\n\n  it('adds prices'",
  ],
  [TS, '    expect(total([])).toBe(0);\n', '    expect(\n      total([]),\n    ).toBe(0);\n'],
  [TS, '    expect(total([])).toBe(0);\n', '    expectTotal([], 0);\n'],
  [
    TS,
    "describe('total', () => {\n",
    "function reached(): never {\n  throw new Error('reached');\n}\n\ndescribe('total', () => {\n",
  ],
  [
    TS,
    "describe('total', () => {\n",
    "describe('total', () => {\n  beforeEach(() => {\n    vi.useFakeTimers();\n  });\n",
  ],
  [
    TS,
    '    expect(() => total(null)).toThrow(/cart/);\n',
    '    expect(() => total(null)).toThrow(/cart/);\n    expect(() => total(undefined)).toThrow(/cart/);\n',
  ],
  [TS, "  it('adds prices', async () => {", "  it('adds prices', { timeout: 4000 }, async () => {"],
  [TS, '      "empty"\n', '        "empty"\n'],
  [TS, BASES[TS], BASES[TS].replaceAll('\n', '\r\n')],
  [TS, BASES[TS], BASES[TS].replaceAll('  ', '    ')],
  [TS, BASES[TS], BASES[TS].replaceAll('it(', 'test(')],
  moved(
    TS,
    "  it('is zero for an empty cart', () => {\n    expect(total([])).toBe(0);\n  });\n\n",
    '  it.each([',
  ),
  [
    TS,
    "  it('is zero for an empty cart', () => {\n    expect(total([])).toBe(0);\n  });\n",
    "  describe('empty', () => {\n    it('is zero for an empty cart', () => {\n      expect(total([])).toBe(0);\n    });\n  });\n",
  ],
  [NODE, "test('places an order', async (t) => {", "test('places an order', async () => {"],
  [
    NODE,
    '  assert.equal(order.price, 100);\n',
    '  assert.equal(order.price, 100);\n  assert.equal(order.team, "a");\n',
  ],
  [NODE, '  assert.equal(order.price, 100);\n', '  assert.strictEqual(order.price, 100);\n'],
  [
    NODE,
    "test('refuses a team without contract'",
    "test('a team without terms gets no discount', async () => {\n  assert.equal((await place({ team: 'c' })).price, 120);\n});\n\ntest('refuses a team without contract'",
  ],
  [NODE, '/contract/', '/no contract/'],
  [
    NODE,
    "  const order = await place({ team: 'a' });\n",
    "  const team = { team: 'a' };\n  const order = await place(team);\n",
  ],
  [
    NODE,
    "test('places an order', async (t) => {\n",
    "test('places an order', async (t) => {\n  t.after(() => cleanUp());\n",
  ],
  [NODE, '  assert.deepEqual(order.lines, []);\n', '  assert.deepEqual(order.lines, [], "no lines");\n'],
  [
    NODE,
    '  assert.deepEqual(order.lines, []);\n',
    '  assert.deepEqual(order.lines, []);\n  if (order.note) {\n    assert.match(order.note, /x/);\n  }\n',
  ],
  [PY, 'def test_sum():', 'def test_negative():\n    assert total([-1]) == -1\n\n\ndef test_sum():'],
  [PY, 'def test_sum():', 'def test_sum_of_prices():'],
  [PY, 'def test_sum():', '@pytest.mark.slow\ndef test_sum():'],
  [PY, 'def test_sum():', 'def helper():\n    return None\n\n\ndef test_sum():'],
  [PY, '    # never pytest.mark.skip this one\n', '    # return early? no: pytest.skip( is not for this\n'],
  [PY, '    assert total([1, 2]) == 3\n', '    assert total([1, 2]) == 3, "sum"\n'],
  [PY, '    assert total([1, 2]) == 3\n', '    assert total([1, 2]) == 3\n    assert total([2, 2]) == 4\n'],
  [PY, '    assert total([1, 2]) == 3\n', '    result = total([1, 2])\n    assert result == 3\n'],
  [PY, 'abs=1e-6', 'abs=1e-9'],
  [PY, '    (2, "two"),\n', '    (2, "two"),\n    (4, "four"),\n'],
  [PY, '    (2, "two"),\n', '    pytest.param(2, "two", id="two"),\n'],
  [PY, 'match="cart"', 'match="no cart"'],
  [PY, 'places=6', 'places=7'],
  [PY, 'pytest.skip( is not used here', 'pytest.skip( and @unittest.skip and xfail'],
  [
    PY,
    'class CartTest(unittest.TestCase):\n',
    'class CartTest(unittest.TestCase):\n    def setUp(self):\n        self.cart = None\n\n',
  ],
  [PY, 'import pytest\n', 'import json\n\nimport pytest\n'],
  [
    PY,
    'def test_empty():\n    assert total([]) == 0\n',
    'class TestEmpty:\n    def test_empty(self):\n        assert total([]) == 0\n',
  ],
  moved(PY, 'def test_empty():\n    assert total([]) == 0\n\n\n', '@pytest.mark.parametrize'),
  [
    GO,
    'func TestTotals',
    'func TestNegative(t *testing.T) {\n	if Total([]int{-1}) != -1 {\n		t.Fatal("negative")\n	}\n}\n\nfunc TestTotals',
  ],
  [GO, '		{"two", []int{1, 2}, 3},\n', '		{"two", []int{1, 2}, 3},\n		{"none", nil, 0},\n'],
  [GO, 't.Errorf("got %d, want 0", got)', 't.Fatalf("Total(nil) = %d, want 0", got)'],
  [GO, 'func TestEmpty(', 'func TestEmptyCart('],
  [GO, '0.001)', '0.0001)'],
  [GO, '			if got := Total(c.in)', '			t.Parallel()\n			if got := Total(c.in)'],
  [GO, '	require.NoError(t, Close())\n', '	require.NoError(t, Close())\n	require.NoError(t, Open())\n'],
  [GO, '	assert.InDelta', '	t.Helper() // t.Skip() would be wrong\n	assert.InDelta'],
  [GO, '		t.Errorf("got %d, want 0", got)\n', '		t.Errorf("got %d, want 0", got)\n		return\n'],
  moved(
    GO,
    'func TestEmpty(t *testing.T) {\n	if got := Total(nil); got != 0 {\n		t.Errorf("got %d, want 0", got)\n	}\n}\n\n',
    'func TestClose',
  ),
  [
    JAVA,
    '  @Test\n  void addsPrices',
    '  @Test\n  void oneItem() {\n    assertEquals(1, Cart.total(List.of(1)));\n  }\n\n  @Test\n  void addsPrices',
  ],
  [JAVA, 'void addsPrices', 'void addsAllPrices'],
  [JAVA, '  @Test\n  void addsPrices', '  @Test\n  @DisplayName("@Disabled is not used")\n  void addsPrices'],
  [JAVA, '  @Test\n  void addsPrices', '  /** Not @Ignore: it runs. */\n  @Test\n  void addsPrices'],
  [JAVA, '0.2), 0.001)', '0.2), 0.0001)'],
  [JAVA, '{1, 2, 3}', '{1, 2, 3, 4}'],
  [JAVA, 'assertEquals(5, Cart', 'assertEquals(5L, Cart'],
  [JAVA, 'IllegalStateException.class', 'IllegalArgumentException.class'],
  [
    JAVA,
    '    assertEquals(5, Cart.total(List.of(2, 3)));\n',
    '    var sum = Cart.total(List.of(2, 3));\n    assertEquals(5, sum);\n',
  ],
  [
    JAVA,
    'class CartTest {\n',
    'class CartTest {\n  @BeforeEach\n  void setUp() {\n    Cart.reset();\n  }\n\n',
  ],
  [KOTLIN, 'fun addsPrices', 'fun addsAllPrices'],
  [KOTLIN, '        sum shouldBe 5\n', '        sum shouldBe 5\n        sum shouldNotBe 6\n'],
  [
    KOTLIN,
    '    @Test\n    fun addsPrices',
    '    @Test\n    fun one() {\n        assertEquals(1, total(listOf(1)))\n    }\n\n    @Test\n    fun addsPrices',
  ],
  [KOTLIN, 'empty cart is free', 'an empty cart costs nothing'],
  [CS, '    [InlineData(2, "two")]\n', '    [InlineData(2, "two")]\n    [InlineData(3, "three")]\n'],
  [CS, 'public void Names', 'public void NamesOfNumbers'],
  [CS, '        Assert.True(Cart.IsOpen);\n', '        Assert.True(Cart.IsOpen, "open; Skip = none");\n'],
  [CS, '        Assert.True(Cart.IsOpen);\n', '        Assert.Equal(true, Cart.IsOpen);\n'],
  [
    CS,
    '    [Fact]\n    public async',
    '    [Fact]\n    public void One()\n    {\n        Assert.Equal(1, Cart.Total(new[] { 1 }));\n    }\n\n    [Fact]\n    public async',
  ],
  [
    CS,
    '[Fact]\n    public void EmptyCartIsFree',
    '[Fact(DisplayName = "free")]\n    public void EmptyCartIsFree',
  ],
  [
    RSPEC,
    "  it 'adds prices' do",
    "  it 'takes one' do\n    expect(Cart.total([1])).to eq(1)\n  end\n\n  it 'adds prices' do",
  ],
  [RSPEC, "it 'adds prices'", "it 'adds all the prices'"],
  [RSPEC, 'be_within(0.001)', 'be_within(0.0001)'],
  [RSPEC, '# do not skip anything here', '# do not skip, xit or focus anything here; pending is wrong too'],
  [RSPEC, 'raise_error(ArgumentError)', "raise_error(ArgumentError, 'no cart')"],
  [
    RSPEC,
    'RSpec.describe Cart do\n',
    'RSpec.describe Cart do\n  let(:focus_point) { 1 }\n  before { Cart.reset }\n\n',
  ],
  [
    RSPEC,
    "  it 'adds prices' do",
    "  context 'with skip in its name' do\n    it { expect(Cart.skip_count).to eq(0) }\n  end\n\n  it 'adds prices' do",
  ],
  [MINITEST, 'def test_sum', 'def test_sum_of_prices'],
  [
    MINITEST,
    '  def test_sum',
    '  def test_one\n    assert_equal 1, Cart.total([1])\n  end\n\n  def test_sum',
  ],
  [MINITEST, '0.001', '0.0001'],
  [
    PHP,
    '    public function testSum',
    '    public function testOne(): void\n    {\n        $this->assertSame(1, total([1]));\n    }\n\n    public function testSum',
  ],
  [PHP, 'testEmpty', 'testEmptyCart'],
  [PHP, 'assertSame(5, total', 'assertEquals(5, total'],
  [PHP, '<?php\n', '<?php\n\n// markTestSkipped is not used\ndeclare(strict_types=1);\n'],
  [
    RUST,
    '    #[test]\n    fn adds_prices',
    '    #[test]\n    fn one() {\n        assert_eq!(total(&[1]), 1);\n    }\n\n    #[test]\n    fn adds_prices',
  ],
  [RUST, 'fn adds_prices', 'fn adds_all_prices'],
  [
    RUST,
    '    prices.iter().sum()',
    '    // #[ignore] would be wrong\n    prices.iter().copied().fold(0, |sum, one| sum + one)',
  ],
  [RUST, 'assert!(sum > 4)', 'assert!(sum > 4, "{sum}")'],
  [
    RUST,
    '    use super::*;\n',
    "    use super::*;\n\n    fn first<'a>(all: &'a [u32]) -> &'a u32 {\n        &all[0]\n    }\n",
  ],
  [SWIFT, '        XCTAssertEqual(sum, 5)\n', '        XCTAssertEqual(sum, 5, "sum")\n'],
  [
    SWIFT,
    '    func testSum',
    '    func testOne() {\n        XCTAssertEqual(total([1]), 1)\n    }\n\n    func testSum',
  ],
  [SWIFT, 'accuracy: 0.001', 'accuracy: 0.0001'],
  [
    ELIXIR,
    '  test "adds prices" do',
    '  test "takes one" do\n    assert Cart.total([1]) == 1\n  end\n\n  test "adds prices" do',
  ],
  [ELIXIR, 'test "adds prices"', 'test "adds all prices"'],
  [ELIXIR, '  use ExUnit.Case\n', '  use ExUnit.Case, async: true\n  # @tag :skip is not used\n'],
  [CPP, 'TEST(Cart, Sum) {', 'TEST(Cart, One) {\n  EXPECT_EQ(Total({1}), 1);\n}\n\nTEST(Cart, Sum) {'],
  [CPP, '0.15, 0.001', '0.15, 0.0001'],
];
