import type { Clock } from './clock.ts';

/** Answers that stay good for a while, by name: the steps of one issue ask for the same facts, minutes apart. */
export interface Recent<Value> {
  get(name: string): Value | undefined;
  set(name: string, value: Value): void;
}

/** Keeps at most `most` values, each for `forMs` milliseconds; the oldest goes first. */
export function recent<Value>(clock: Clock, forMs: number, most: number): Recent<Value> {
  const held = new Map<string, { value: Value; at: number }>();
  return {
    get(name) {
      const entry = held.get(name);
      if (entry === undefined) return undefined;
      const age = clock() - entry.at;
      if (age >= 0 && age < forMs) return entry.value;
      held.delete(name);
      return undefined;
    },
    set(name, value) {
      held.delete(name);
      held.set(name, { value, at: clock() });
      const oldest = held.keys().next();
      if (held.size > most && !oldest.done) held.delete(oldest.value);
    },
  };
}
