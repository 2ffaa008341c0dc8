import { crashFrames, type Frame, type SentryEvent } from '../event.ts';
import type { Checkout } from './checkout.ts';
import { type Ground, groundOf } from './ground.ts';
import type { IssueFacts } from './header.ts';
import { type Detail, limitsFor } from './limits.ts';
import { type LocatedFrame, locateFrames } from './locate.ts';
import { messageLiterals, searchMessages } from './message-search.ts';
import { messageSymbols, searchSymbols } from './message-symbols.ts';
import { type Originals, originalsOf } from './original-frames.ts';
import { isBuiltPath, isTestPath, isVendoredPath } from './path-kind.ts';
import { relatedFiles } from './related.ts';
import { type EvidenceData, type IncidentReason, reasonOf, summarise } from './summary.ts';
import { rankSuspects, type Suspect } from './suspects.ts';
import { evidenceText } from './text.ts';

export type { Checkout } from './checkout.ts';
export { checkoutOf } from './checkout.ts';
export type { Ground } from './ground.ts';
export { groundAhead } from './ground.ts';
export type { IssueFacts } from './header.ts';
export type { Detail } from './limits.ts';
export type { EvidenceData, EvidenceFrame, IncidentReason } from './summary.ts';
export type { Suspect } from './suspects.ts';

export interface EvidenceOptions {
  event: SentryEvent;
  issue: IssueFacts;
  /** Without one, frames are shown as reported and there are no suspects. */
  checkout?: Checkout;
  /** The checkout, prepared by `groundAhead` while the event was fetched; instead of `checkout`. */
  ground?: Promise<Ground>;
  /** How the release compares with the checkout, in one sentence; asked as soon as `declaredPaths` are known. */
  releaseNote?: (declaredPaths: readonly string[]) => Promise<string | undefined>;
  /** Files that changed between the release and the checkout. */
  changedSince?: readonly string[];
  /** `small` unless asked for more. */
  detail?: Detail;
  /** Of the text; can only lower what `detail` allows, and not below 1,500. */
  maxCharacters?: number;
}

export interface Evidence {
  /** Markdown for the model: capped, ordered by use, secrets replaced, outsiders' text fenced. */
  text: string;
  /** The same facts as JSON. */
  data: EvidenceData;
  suspects: Suspect[];
  reason: IncidentReason;
  /** The local files of the application that the stacks go through, else the suspects: what a fix would claim. */
  declaredPaths: string[];
}

const MOST_DECLARED = 20;

/**
 * Everything about one event that helps to mend it, small enough to be read. Reads the checkout, nothing else; what
 * cannot be read there is left out. Throws what `checkout.files` throws.
 */
export async function buildEvidence(options: EvidenceOptions): Promise<Evidence> {
  const { event, issue, checkout } = options;
  const detail = options.detail ?? 'small';
  const ground = await (options.ground ?? (checkout && groundOf(checkout)));
  const { index, own = [], read = async () => undefined } = ground ?? {};
  const originals = ground && originalsOf(event, ground.checkout);
  const stacks: { name: string; frames: LocatedFrame[] }[] = [];
  for (const { name, frames } of stacksOf(event)) {
    stacks.push({ name, frames: await locateFrames(frames, event.platform, index, read, originals) });
  }
  const located = stacks.map(({ frames }) => frames);
  const ownPaths = applicationPaths(located);
  // Asked while the suspects are looked for; awaited below, and a failure must not become an unhandled rejection until then.
  const early = ownPaths.length > 0 ? options.releaseNote?.(ownPaths) : undefined;
  early?.catch(() => {});
  const literals = messageLiterals(event);
  const lost = isLost(stacks) ? index : undefined;
  const hits = lost ? await searchMessages(literals, lost.files, read) : [];
  const near = (located.at(-1) ?? []).filter(({ frame, path }) => frame.inApp && path !== undefined);
  const symbols = index ? await searchSymbols(messageSymbols(event, near[0]), own, pathsOf(near), read) : [];
  const suspects = rankSuspects({
    event,
    stacks: located,
    literals,
    hits,
    related: index ? relatedFiles(near, own) : [],
    symbols,
    namesToTry: lost ? own : [],
    changedSince: options.changedSince ?? [],
  });
  const declaredPaths = ownPaths.length > 0 ? ownPaths : suspectPaths(suspects);
  const data = summarise(issue.shortId, event, located[0] ?? [], suspects);
  const reason = reasonOf(event, located);
  return {
    text: evidenceText({
      issue,
      event,
      stacks,
      suspects,
      notes: notesOf(ground !== undefined, located, originals),
      releaseNote: await (early ?? options.releaseNote?.(declaredPaths)),
      detail,
      limits: limitsFor(detail, event.platform, options.maxCharacters),
    }),
    data,
    suspects,
    reason,
    declaredPaths,
  };
}

/** The stacks to show: where it crashed, then those of the causes from the outermost inwards. */
function stacksOf(event: SentryEvent): { name: string; frames: Frame[] }[] {
  const crash = crashFrames(event);
  const outermost = event.exceptions.at(-1);
  const causes = event.exceptions
    .slice(0, -1)
    .reverse()
    .filter((exception) => exception.frames.length > 0)
    .slice(0, 8)
    .map((exception) => ({ name: exception.type || 'the cause', frames: exception.frames.toReversed() }));
  if (crash.length === 0) return causes;
  // Where the outermost exception has no frames, the crash may be a cause's own stack: once is enough.
  const others =
    outermost && outermost.frames.length > 0 ? causes : causes.filter(({ frames }) => !same(frames, crash));
  return [{ name: outermost?.type ?? '', frames: crash }, ...others];
}

const pathsOf = (frames: readonly LocatedFrame[]): string[] => frames.flatMap(({ path }) => path ?? []);

const same = (a: readonly Frame[], b: readonly Frame[]): boolean => a.length === b.length && a[0] === b[0];

/** Where no frame of the application leads to a source file (minified, no frames at all), only the message and names may. */
const isLost = (stacks: readonly { frames: readonly LocatedFrame[] }[]): boolean =>
  !stacks.some(({ frames }) =>
    frames.some(({ path, frame }) => frame.inApp && path !== undefined && !isBuiltPath(path)),
  );

function notesOf(
  hasCheckout: boolean,
  stacks: readonly (readonly LocatedFrame[])[],
  originals: Originals | undefined,
): string[] {
  const notes: string[] = [];
  const [built] = stacks.flatMap((stack) => stack.flatMap((located) => located.built ?? []));
  if (built !== undefined)
    notes.push(`Frames of built code are mapped back by the source maps here (${built}).`);
  const [stale] = originals?.stale() ?? [];
  if (stale !== undefined) {
    notes.push(`${stale} is not the build that crashed: its source map was not used.`);
  }
  const crash = stacks.flatMap((stack) => stack.find((located) => located.frame.inApp) ?? [])[0];
  if (crash?.state === 'gone') {
    notes.push(
      'The crashing line is not in this checkout any more: it may be mended already, or the release is older.',
    );
  }
  const frames = stacks.flat();
  if (!hasCheckout) notes.push('No checkout was given: frames are not mapped to local files.');
  else if (frames.length > 0 && frames.every(({ path, candidates }) => !path && candidates.length === 0)) {
    notes.push('No frame of this event lies in this checkout.');
  }
  return notes;
}

/** The local files of the application that the stacks go through. */
function applicationPaths(stacks: readonly (readonly LocatedFrame[])[]): string[] {
  const own = stacks
    .flat()
    .flatMap(({ frame, path }) => (frame.inApp && path && !isVendoredPath(path) ? [path] : []));
  return [...new Set(own)].slice(0, MOST_DECLARED);
}

const suspectPaths = (suspects: readonly Suspect[]): string[] =>
  [...new Set(suspects.map(({ path }) => path))].filter((path) => !isTestPath(path)).slice(0, MOST_DECLARED);
