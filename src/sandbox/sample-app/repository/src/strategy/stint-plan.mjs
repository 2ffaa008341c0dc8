/**
 * The laps that are left, as stints of at most `stintLength` laps each: `[20, 20, 4]`. `currentLap` is the lap
 * the leader is on; it goes past `totalLaps` on the way back to the pits.
 */
export function planStints({ totalLaps, currentLap, stintLength }) {
  const laps = remainingLaps(totalLaps, currentLap);
  const stints = [];
  for (let from = 0; from < laps.length; from += stintLength) {
    stints.push(laps.slice(from, from + stintLength).length);
  }
  return stints;
}

function remainingLaps(totalLaps, currentLap) {
  return new Array(totalLaps - currentLap).fill('green');
}
