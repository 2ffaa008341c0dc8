import { orderTotal } from './pricing.mjs';

/** Prices an order and confirms it; express orders bear a surcharge on top of every discount. */
export function placeOrder(order, notify) {
  if (order.lines.length === 0) throw new Error('An order needs at least one line');
  const total = orderTotal(order) + surcharge(order);
  notify.step(`order ${order.id} priced`);
  return { id: order.id, team: order.team.name, total };
}

const EXPRESS_CENTS = 45_000;

function surcharge(order) {
  return order.express ? EXPRESS_CENTS : 0;
}
