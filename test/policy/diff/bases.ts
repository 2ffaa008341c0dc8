/** One test file for each language, as people write them; the corpora are edits of these. */
export const BASES = {
  'test/cart.test.ts': `import { describe, expect, it } from 'vitest';
import { total } from '../src/cart.ts';

// We do not skip tests here: no it.skip, no @ts-ignore.
const HINT = 'use it.only( to run one, /* and */ // so on';

describe('total', () => {
  it('is zero for an empty cart', () => {
    expect(total([])).toBe(0);
  });

  it('adds prices', async () => {
    const sum = total([{ price: 2 }, { price: 3 }]);
    expect(sum).toBe(5);
    expect(total([{ price: 0.1 }, { price: 0.2 }])).toBeCloseTo(0.3, 5);
    await expect(load('x')).rejects.toThrow('no such cart');
  });

  it.each([
    [1, 'one'],
    [2, 'two'],
    [3, 'three'],
  ])('names %d', (count, name) => {
    expect(nameOf(count)).toEqual(name);
  });

  it('renders', () => {
    expect(render([])).toMatchInlineSnapshot(\`
      "empty"
    \`);
    expect(() => total(null)).toThrow(/cart/);
  }, 2000);
});
`,
  'test/orders.test.mjs': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { place } from '../src/orders.mjs';

test('places an order', async (t) => {
  const order = await place({ team: 'a' });
  assert.equal(order.price, 100);
  assert.deepEqual(order.lines, []);
});

test('refuses a team without contract', async () => {
  await assert.rejects(place({ team: 'b' }), { message: /contract/ });
});
`,
  'tests/test_cart.py': `import pytest
import unittest
from shop.cart import total

NOTE = "pytest.skip( is not used here"


def test_empty():
    assert total([]) == 0


def test_sum():
    # never pytest.mark.skip this one
    assert total([1, 2]) == 3
    assert total([0.1, 0.2]) == pytest.approx(0.3, abs=1e-6)


@pytest.mark.parametrize("count,name", [
    (1, "one"),
    (2, "two"),
    (3, "three"),
])
def test_names(count, name):
    assert name_of(count) == name


def test_refuses():
    with pytest.raises(ValueError, match="cart"):
        total(None)


class CartTest(unittest.TestCase):
    def test_price(self):
        self.assertEqual(total([5]), 5)
        self.assertAlmostEqual(total([0.1]), 0.1, places=6)
`,
  'cart/cart_test.go': `package cart

import "testing"

func TestEmpty(t *testing.T) {
	if got := Total(nil); got != 0 {
		t.Errorf("got %d, want 0", got)
	}
}

func TestTotals(t *testing.T) {
	cases := []struct {
		name string
		in   []int
		want int
	}{
		{"one", []int{1}, 1},
		{"two", []int{1, 2}, 3},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := Total(c.in); got != c.want {
				t.Fatalf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestClose(t *testing.T) {
	assert.InDelta(t, 0.3, Sum(0.1, 0.2), 0.001)
	require.NoError(t, Close())
}
`,
  'src/test/java/shop/CartTest.java': `package shop;

class CartTest {
  @Test
  void emptyCartIsFree() {
    assertEquals(0, Cart.total(List.of()));
  }

  @Test
  void addsPrices() {
    assertEquals(5, Cart.total(List.of(2, 3)));
    assertEquals(0.3, Cart.total(0.1, 0.2), 0.001);
    assertThrows(IllegalStateException.class, () -> Cart.total(null));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void positive(int count) {
    assertThat(Cart.total(count)).isEqualTo(count);
  }
}
`,
  'src/test/kotlin/shop/CartTest.kt': `package shop

class CartTest {
    @Test
    fun \`empty cart is free\`() {
        assertEquals(0, total(emptyList()))
    }

    @Test
    fun addsPrices() = runTest {
        val sum = total(listOf(2, 3))
        assertEquals(5, sum)
        sum shouldBe 5
    }
}
`,
  'tests/Shop.Tests/CartTests.cs': `namespace Shop.Tests;

public class CartTests
{
    [Fact]
    public void EmptyCartIsFree()
    {
        Assert.Equal(0, Cart.Total(Array.Empty<int>()));
    }

    [Theory]
    [InlineData(1, "one")]
    [InlineData(2, "two")]
    public void Names(int count, string name)
    {
        Assert.Equal(name, Cart.NameOf(count));
    }

    [Fact]
    public async Task Refuses()
    {
        await Assert.ThrowsAsync<ArgumentNullException>(() => Cart.Load(null));
        Assert.True(Cart.IsOpen);
    }
}
`,
  'spec/cart_spec.rb': `require 'spec_helper'

# do not skip anything here
RSpec.describe Cart do
  it 'is free when empty' do
    expect(Cart.total([])).to eq(0)
  end

  it 'adds prices' do
    sum = Cart.total([2, 3])
    expect(sum).to eq(5)
    expect(Cart.total([0.1, 0.2])).to be_within(0.001).of(0.3)
  end

  it 'refuses nothing' do
    expect { Cart.total(nil) }.to raise_error(ArgumentError)
  end
end
`,
  'test/cart_test.rb': `class CartTest < Minitest::Test
  def test_empty
    assert_equal 0, Cart.total([])
  end

  def test_sum
    assert_equal 5, Cart.total([2, 3])
    assert_in_delta 0.3, Cart.total([0.1, 0.2]), 0.001
  end
end
`,
  'tests/CartTest.php': `<?php

final class CartTest extends TestCase
{
    public function testEmpty(): void
    {
        $this->assertSame(0, total([]));
    }

    public function testSum(): void
    {
        $this->assertSame(5, total([2, 3]));
        $this->expectException(LogicException::class);
        total(null);
    }
}
`,
  'src/cart.rs': `pub fn total(prices: &[u32]) -> u32 {
    prices.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_is_free() {
        assert_eq!(total(&[]), 0);
    }

    #[test]
    fn adds_prices() {
        let sum = total(&[2, 3]);
        assert_eq!(sum, 5, "sum of {}", r#"it's "two""#);
        assert!(sum > 4);
    }
}
`,
  'Tests/CartTests.swift': `import XCTest

final class CartTests: XCTestCase {
    func testEmpty() {
        XCTAssertEqual(total([]), 0)
    }

    func testSum() throws {
        let sum = try total([2, 3])
        XCTAssertEqual(sum, 5)
        XCTAssertEqual(mean([0.1, 0.2]), 0.15, accuracy: 0.001)
    }
}
`,
  'test/cart_test.exs': `defmodule CartTest do
  use ExUnit.Case

  test "an empty cart is free" do
    assert Cart.total([]) == 0
  end

  test "adds prices" do
    assert Cart.total([2, 3]) == 5
    assert_raise ArgumentError, fn -> Cart.total(nil) end
  end
end
`,
  'test/cart_test.cc': `#include <gtest/gtest.h>

TEST(Cart, Empty) {
  EXPECT_EQ(Total({}), 0);
}

TEST(Cart, Sum) {
  EXPECT_EQ(Total({2, 3}), 5);
  EXPECT_NEAR(Mean({0.1, 0.2}), 0.15, 0.001);
}
`,
} as const;

export type BasePath = keyof typeof BASES;

/** An edit of a base: what is there, and what is put in its place. The first must be there. */
export type Edit = readonly [path: BasePath, from: string, to: string];

export function edited([path, from, to]: Edit): { path: string; before: string; after: string } {
  const before = BASES[path];
  if (!before.includes(from)) throw new Error(`${path} does not hold ${from}`);
  return { path, before, after: before.replace(from, () => to) };
}
