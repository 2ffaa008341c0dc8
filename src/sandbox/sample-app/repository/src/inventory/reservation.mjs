import { allocate } from './allocation.mjs';

/** Accepts a reservation at once and takes the parts out of the bins when the pit wall has its answer. */
export function reserve({ part, quantity, bins }, notify) {
  setImmediate(function takeFromBins() {
    const { picks, missing } = allocate(quantity, bins);
    notify.step(`${part}: ${picks.length} bins, ${missing} missing`);
  });
  return { part, status: 'accepted' };
}
