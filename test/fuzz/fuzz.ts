import { appendFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'vitest';
import { PitcrewError } from '../../src/core/errors.ts';

/** How often each property is tried. Small here; scripts/fuzz.ts asks for 10,000. */
const RUNS = Number(process.env.PITCREW_FUZZ_RUNS ?? 60);
/** The same inputs in every `npm test`, so that no commit fails for another's defect; the script takes a new seed. */
const SEED = Number(process.env.PITCREW_FUZZ_SEED ?? 20_261_121);
/** Where scripts/fuzz.ts reads what was run: one JSON object a line. */
const REPORT = process.env.PITCREW_FUZZ_REPORT;

export interface PropertyRecord {
  property: string;
  state: 'started' | 'held' | 'failed';
  runs: number;
}

/**
 * A test that `holds` throws for no value of `values`. `cost` divides the number of runs, for what starts processes;
 * `examples` are tried first: what was found once is looked for ever after.
 */
export function fuzz<Value>(
  property: string,
  values: fc.Arbitrary<Value>,
  holds: (value: Value) => void | Promise<void>,
  { cost = 1, examples = [] }: { cost?: number; examples?: readonly Value[] } = {},
): void {
  test(property, async () => {
    record({ property, state: 'started', runs: 0 });
    const result = await fc.check(
      fc.asyncProperty(values, async (value) => holds(value)),
      {
        numRuns: Math.ceil(RUNS / cost) + examples.length,
        seed: SEED,
        examples: examples.map((example): [Value] => [example]),
      },
    );
    record({ property, state: result.failed ? 'failed' : 'held', runs: result.numRuns });
    if (result.failed)
      throw new Error(await fc.asyncDefaultReportMessage(result), { cause: result.errorInstance });
  });
}

/** What `work` answers, or `undefined` where it throws one of our own errors of these kinds; all else is a defect. */
export async function orOurError<Result>(
  work: () => Result | Promise<Result>,
  kinds: readonly string[] = ['input'],
): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PitcrewError) || !kinds.includes(error.kind)) throw error;
    if (error.message.length > 1000 || error.hint.length > 1000)
      throw new Error(`A message of ${error.message.length} characters is no sentence.`);
    if (UNSEEN.test(error.message + error.hint))
      throw new Error(`A message has control characters: ${JSON.stringify(error.message)}`);
    return undefined;
  }
}

const UNSEEN = /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

function record(entry: PropertyRecord): void {
  if (REPORT !== undefined) appendFileSync(REPORT, `${JSON.stringify(entry)}\n`);
}
