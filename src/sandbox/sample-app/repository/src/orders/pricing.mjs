import { priceOf } from './parts-catalogue.mjs';

const VOLUME_STEPS = [
  { from: 5_000_000, percent: 6 },
  { from: 2_000_000, percent: 3 },
];

/** What the team pays for an order, in whole cents: list prices less the better of its two discounts. */
export function orderTotal(order) {
  const gross = order.lines.reduce((sum, line) => sum + priceOf(line.part) * line.quantity, 0);
  const percent = Math.max(volumeDiscount(gross), contractDiscount(order.team));
  return gross - Math.round((gross * percent) / 100);
}

function volumeDiscount(gross) {
  return VOLUME_STEPS.find((step) => gross >= step.from)?.percent ?? 0;
}

function contractDiscount(team) {
  return team.contract.terms.discountPercent;
}
