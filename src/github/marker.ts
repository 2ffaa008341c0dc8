/**
 * The first line of a pull request of ours: names its incident, so that a later run finds it whatever became of the
 * branch. Characters that could end the comment are percent-encoded.
 */
export const incidentMarker = (incident: string): string =>
  `<!-- pitcrew:incident=${encodeMarkerValue(incident)} -->`;

/** True when `body` starts with the marker of `incident`; quoted further down it says nothing. */
export const hasIncidentMarker = (body: string, incident: string): boolean =>
  body.trimStart().startsWith(incidentMarker(incident));

export const REGION_BEGIN = '<!-- pitcrew:begin -->';
export const REGION_END = '<!-- pitcrew:end -->';

/**
 * `current` with what is between our two markers taken from `next`; `undefined` where one of them has no such
 * region, because a person rewrote the text and it is theirs now.
 */
export function replaceRegion(current: string, next: string): string | undefined {
  const old = regionOf(current);
  const fresh = regionOf(next);
  if (!old || !fresh) return undefined;
  return current.slice(0, old.start) + next.slice(fresh.start, fresh.end) + current.slice(old.end);
}

const encodeMarkerValue = (value: string): string =>
  value
    .toWellFormed()
    .replace(/[^A-Za-z0-9:/._-]/gu, (character) => encodeURIComponent(character))
    .slice(0, 300);

function regionOf(body: string): { start: number; end: number } | undefined {
  const start = body.indexOf(REGION_BEGIN);
  const end = body.lastIndexOf(REGION_END);
  return start < 0 || end < start ? undefined : { start, end: end + REGION_END.length };
}
