/**
 * The cached forecast of a circuit, or `undefined` where there is none. The fetcher writes an empty entry first,
 * to tell other fetchers that it is on its way.
 */
export function readForecast(circuit, cache) {
  const entry = cache.get(circuit);
  if (entry === undefined) return undefined;
  return summarize(parseEntry(entry));
}

function parseEntry(entry) {
  return JSON.parse(entry);
}

function summarize({ hours }) {
  return { hours: hours.length, rain: hours.some((hour) => hour.rainPercent >= 40) };
}
