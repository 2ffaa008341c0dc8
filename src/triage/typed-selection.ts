import { parseSelection, type Selectable } from './selection.ts';

/** What the person typed to the client, as its hook reported it; `at` in epoch milliseconds. */
export interface TypedPrompt {
  text: string;
  at: number;
}

/** How long a typed request stands. */
const GOOD_FOR_MS = 24 * 3_600_000;

/**
 * The rows of a triage that the person chose by typing: with `/sentry fix ID` before it, or with an answer such as
 * `1,2` as the very next thing they typed after it was made. `undefined` where they typed neither; nothing is guessed.
 */
export function typedSelection(
  typed: readonly TypedPrompt[],
  triage: { createdAt: number; candidates: readonly Selectable[] },
  now: number,
): number[] | undefined {
  const recent = typed.filter(({ at }) => now - at < GOOD_FOR_MS);
  const next = recent.find(({ at }) => at > triage.createdAt);
  const reply = next && (replied(next.text, triage.candidates) ?? fixRequest(next.text, triage.candidates));
  if (reply) return reply;
  const before = recent.findLast(({ at }) => at <= triage.createdAt);
  return before && fixRequest(before.text, triage.candidates);
}

function replied(text: string, rows: readonly Selectable[]): number[] | undefined {
  try {
    return parseSelection(text, rows).indexes;
  } catch {
    return undefined;
  }
}

/** `/sentry fix WEB-1 WEB-2`: all of the named issues that the triage shows; none where one is not among them. */
function fixRequest(text: string, rows: readonly Selectable[]): number[] | undefined {
  const named = /^\/(?:[\w-]+:)?sentry\s+fix\s+(.+?)\s*$/i.exec(text.trim())?.[1];
  if (named === undefined) return undefined;
  const words = named.toLowerCase().split(/[\s,;]+/);
  const chosen = words.map((word) => rows.find(({ shortId }) => shortId.toLowerCase() === word)?.index);
  return chosen.every((index) => index !== undefined) ? [...new Set(chosen)] : undefined;
}
