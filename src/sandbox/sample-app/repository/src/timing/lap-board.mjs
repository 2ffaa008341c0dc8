import { formatLapTime, parseLapTime } from './lap-time.mjs';

const QUALIFYING_LIMIT = 1.07;

/** One line of the timing board; `best` is the session's best lap so far, as the beacon sent it. */
export function recordLap({ car, time, best }, notify) {
  const lap = parseLapTime(time);
  if (best !== undefined && lap > parseLapTime(best) * QUALIFYING_LIMIT) {
    notify.warning('Lap outside the 107 % rule');
  }
  return `${car.padStart(3)}  ${formatLapTime(lap)}`;
}
