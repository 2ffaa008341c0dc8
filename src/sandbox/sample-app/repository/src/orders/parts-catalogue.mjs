const PRICES_IN_CENTS = new Map([
  ['brake-disc-front', 184_000],
  ['brake-pad-set', 61_500],
  ['front-wing', 1_290_000],
  ['gear-ratio-set', 845_000],
  ['wheel-nut', 4_200],
]);

/** The list price of one part in cents. */
export function priceOf(part) {
  const price = PRICES_IN_CENTS.get(part);
  if (price === undefined) throw new Error('Unknown part in the order');
  return price;
}
