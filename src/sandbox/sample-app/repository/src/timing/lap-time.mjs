/** `1:23.456` as milliseconds. */
export function parseLapTime(text) {
  const [minutes, seconds] = text.split(':');
  return Math.round((Number(minutes) * 60 + Number(seconds)) * 1000);
}

/** Milliseconds as the board shows them: `01:23.456`. */
export function formatLapTime(milliseconds) {
  return new Date(milliseconds).toISOString().slice(14, 23);
}
