// A session in a program of its own: `URL REPOSITORY FOLDER`. A line of JSON in, `["register", {...}]`; a line out for each.
import { createInterface } from 'node:readline';
import type { Ledger } from '../../../ledger/ledger.ts';
import { openPostgresLedger } from '../../../ledger/postgres-ledger.ts';

const [, , url = '', repository = '', folder = ''] = process.argv;
const silent = () => {};
const ledger = await openPostgresLedger({
  ...{ url, repository, folder, clock: Date.now, liveness: () => 'unknown' },
  log: { debug: silent, info: silent, warn: silent, error: silent },
});

export interface FarAnswer {
  answer?: unknown;
  error?: { kind?: unknown; message: string };
  /** How long it took, in milliseconds. */
  ms: number;
}

async function answerTo(line: string): Promise<FarAnswer> {
  const [operation, input] = JSON.parse(line) as [keyof Ledger, never];
  const started = performance.now();
  try {
    return { answer: await ledger[operation](input), ms: performance.now() - started };
  } catch (error) {
    const { message, kind } = error as Error & { kind?: unknown };
    return { error: { message, kind }, ms: performance.now() - started };
  }
}

process.stdout.write('open\n');
for await (const line of createInterface({ input: process.stdin })) {
  void answerTo(line).then((answer) => process.stdout.write(`${JSON.stringify(answer)}\n`));
}
await ledger.dispose();
