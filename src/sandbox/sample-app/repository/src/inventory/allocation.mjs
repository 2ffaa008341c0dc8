/**
 * Spreads a wanted quantity over the bins, in the order given: `picks` says how many to take from which bin,
 * `missing` how many there were not.
 */
export function allocate(wanted, bins) {
  const picks = [];
  let missing = wanted;
  for (let index = 0; missing > 0 && index <= bins.length; index += 1) {
    const bin = bins[index];
    const taken = Math.min(bin.available, missing);
    if (taken === 0) continue;
    picks.push({ bin: bin.id, quantity: taken });
    missing -= taken;
  }
  return { picks, missing };
}
