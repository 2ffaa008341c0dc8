import type { LocatedFrame } from './locate.ts';
import { raisesOnPurpose, refusingFrames } from './refusal.ts';

/** What a frame of the application says about its file. */
export interface FramePoints {
  located: LocatedFrame;
  points: number;
  text: string;
  /** True for a guard, which only refused what it was given. */
  refused: boolean;
}

/** Frames that are weighed; points are used up long before. */
const MOST_WEIGHED = 30;

/**
 * Points for the application's frames of one stack (crash first): crash frame 50, the next 36, halved with each step away. With causes, the
 * crash frame of the root cause has 60 and that of the outermost, which mostly only wraps it, 40; the other way round where the outermost
 * was not raised on purpose, but happened while the cause was handled. Where frames only refused what they were given (see refusal.ts), the
 * one that gave it takes the crash frame's place, and they keep 34, halved with each step. A frame that only calls on (a decorator, a
 * middleware) and the program's entry keep a third and a quarter.
 */
export function framePoints(
  ranked: readonly LocatedFrame[],
  depth: number,
  stacks: readonly (readonly LocatedFrame[])[],
): FramePoints[] {
  const last = stacks.length - 1;
  const stack = stacks[depth] ?? [];
  const refusing = refusingFrames(ranked, stack[0] !== ranked[0]);
  const blamed = ranked[refusing];
  const weighed: FramePoints[] = [];
  for (const [position, located] of ranked.slice(0, MOST_WEIGHED).entries()) {
    const refused = position < refusing;
    const [points, text] = refused
      ? [34 * 0.5 ** position, position === 0 ? 'crash frame, refused what it was given' : 'handed it on']
      : pointsAt(position - refusing, depth, last, stacks);
    const share = position > refusing ? shareOf(located, position === ranked.length - 1) : 1;
    if (points < 1) break;
    const said = located === blamed && refusing > 0 ? 'gave what was refused' : text;
    weighed.push({ located, points: points * share, text: said, refused });
  }
  return weighed;
}

function pointsAt(
  position: number,
  depth: number,
  last: number,
  stacks: readonly (readonly LocatedFrame[])[],
): [number, string] {
  if (position === 0 && last > 0 && (depth === 0 || depth === last)) {
    const wraps = !isAccident(stacks);
    const text = depth === last ? 'crash frame of the root cause' : 'crash frame';
    return [(depth === last) === wraps ? 60 : 40, text];
  }
  if (position === 0 && depth === 0) return [50, 'crash frame'];
  return [36 * 0.5 ** Math.max(0, position - 1) * (depth > 0 ? 0.8 : 1), `in-app frame ${position + 1}`];
}

/** True where the outermost exception was not raised on purpose: the handling of its cause is what failed. */
function isAccident(stacks: readonly (readonly LocatedFrame[])[]): boolean {
  const crash = stacks[0]?.find(({ frame, path }) => frame.inApp && path !== undefined);
  return crash !== undefined && raisesOnPurpose(crash) === false;
}

function shareOf({ path, line, lines }: LocatedFrame, outermost: boolean): number {
  const text = line === undefined ? '' : (lines?.[line - 1] ?? '').slice(0, 500);
  if (CALLS_ON.test(text)) return 1 / 3;
  return outermost && ENTRY.test(path ?? '') ? 1 / 4 : 1;
}

/** Calls whatever it was given: `next()`, `handler(request)`, `function(*args)`, `work(...args)`. */
const CALLS_ON =
  /\b(next|call_next|get_response|handler|callback|cb|fn|func|listener|wrapped|inner)\(|\w\(\s*(\.\.\.|\*\*?)\w+/;

const ENTRY =
  /(^|\/)(main|index|app|application|server|start|run|worker|cli|manage|wsgi|asgi|program|startup|__main__)\.\w+$|(^|\/)bin\/[^/]+$/i;
