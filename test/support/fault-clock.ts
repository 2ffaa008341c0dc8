import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface FaultyClock {
  /** Gives a Node program a clock of its own; put it into the program's environment. */
  env: Record<string, string>;
  /** From now on, that clock is so many milliseconds ahead of the true one, or behind. */
  set(offsetMs: number): void;
}

/** A wrong clock for real programs: their `Date` is off by what a file says, the rest of the machine is right. */
export function faultyClock(folder: string, offsetMs = 0): FaultyClock {
  const file = join(folder, `offset-${Math.random().toString(36).slice(2)}`);
  const preload = `${file}.mjs`;
  const set = (ms: number) => writeFileSync(file, String(ms));
  set(offsetMs);
  writeFileSync(preload, PRELOAD);
  return { env: { NODE_OPTIONS: `--import=${pathToFileURL(preload)}`, CLOCK_OFFSET_FILE: file }, set };
}

const PRELOAD = `import { readFileSync } from 'node:fs';
const file = process.env.CLOCK_OFFSET_FILE;
const True = Date;
const now = () => True.now() + Number(readFileSync(file, 'utf8'));
globalThis.Date = class Date extends True {
  constructor(...given) {
    if (given.length === 0) super(now());
    else super(...given);
  }
  static now() {
    return now();
  }
};
`;
