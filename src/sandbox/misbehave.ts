import { asNumber, asRecord, asText } from './loose.ts';
import type { Side } from './side.ts';

export type SideName = Side['name'];

/** Which requests a rule is for; what is not given matches all. A `path` that is text matches where it occurs. */
export interface Match {
  side?: SideName;
  method?: string;
  path?: RegExp | string;
}

export type Misconduct =
  /** An error status; `retryAfter` in seconds. `onlySentryHeaders` says when to come back without a Retry-After. */
  | { kind: 'status'; status: number; retryAfter?: number; onlySentryHeaders?: boolean }
  /** Answers properly, but `ms` later. */
  | { kind: 'slow'; ms: number }
  /** Takes the request and never answers. */
  | { kind: 'silent' }
  /** Does what was asked, declares the whole length, sends half and breaks the connection. */
  | { kind: 'cut' }
  /** 200 with something that is not JSON, by default a page of HTML, and nothing done. */
  | { kind: 'garbage'; contentType?: string }
  | { kind: 'redirect'; location: string }
  /** 200 with a JSON list of about so many bytes. */
  | { kind: 'huge'; bytes: number };

/** `times` how often (without it: always); `probability` for each request, drawn from a generator with `seed`. */
export type Misbehaviour = {
  match?: Match;
  times?: number;
  probability?: number;
  seed?: number;
} & Misconduct;

export interface Misbehaviours {
  add(rule: Misbehaviour): void;
  clear(): void;
  /** The first rule that is for this request and whose turn it is; counts it as used. */
  next(request: { side: SideName; method: string; path: string }): Misconduct | undefined;
}

export function createMisbehaviours(): Misbehaviours {
  let rules: { rule: Misbehaviour; left: number; draw: () => number }[] = [];
  return {
    add: (rule) => {
      rules.push({ rule, left: rule.times ?? Number.POSITIVE_INFINITY, draw: generator(rule.seed ?? 1) });
    },
    clear: () => {
      rules = [];
    },
    next: (request) => {
      const found = rules.find(
        ({ rule, left, draw }) =>
          left > 0 && matches(rule.match ?? {}, request) && draw() < (rule.probability ?? 1),
      );
      if (found) found.left -= 1;
      return found?.rule;
    },
  };
}

const KINDS = ['status', 'slow', 'silent', 'cut', 'garbage', 'redirect', 'huge'];

/** A rule as it comes over HTTP, or the sentence that says what is wrong with it. */
export function misbehaviourOf(value: unknown): Misbehaviour | string {
  const rule = asRecord(value);
  const kind = asText(rule?.kind);
  if (!rule || kind === null || !KINDS.includes(kind)) return `kind must be one of ${KINDS.join(', ')}`;
  if (kind === 'status' && asNumber(rule.status) === null) return 'status must be a number';
  if (kind === 'slow' && asNumber(rule.ms) === null) return 'ms must be a number';
  if (kind === 'huge' && asNumber(rule.bytes) === null) return 'bytes must be a number';
  if (kind === 'redirect' && asText(rule.location) === null) return 'location must be text';
  return rule as Misbehaviour;
}

function matches(match: Match, request: { side: SideName; method: string; path: string }): boolean {
  const { side, method, path } = match;
  const isPath =
    path === undefined || (typeof path === 'string' ? request.path.includes(path) : path.test(request.path));
  return (
    (side === undefined || side === request.side) &&
    (method === undefined || method.toUpperCase() === request.method) &&
    isPath
  );
}

/** mulberry32: small, even enough, and the same numbers for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
