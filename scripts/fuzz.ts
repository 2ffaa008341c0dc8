// npm run fuzz: every property of test/fuzz, often. An area is one file; each is a process of its own, so that a hang
// in one ends with that one and is told. The same seed and runs try the same inputs again.
import { randomInt } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from '../src/core/run.ts';
import type { PropertyRecord } from '../test/fuzz/fuzz.ts';

const FOLDER = resolve(import.meta.dirname, '../test/fuzz');
const AT_ONCE = 2;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    only: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`npm run fuzz -- [--runs N] [--seed N] [--only AREA]...

  --runs N     How often each property is tried (default 10000); one that starts processes, less often.
  --seed N     Tries the same inputs as the run that printed it (default: a new one).
  --only AREA  ${(await areas()).join(', ')}; may be repeated.`);
} else {
  process.exitCode = await fuzzAll();
}

interface AreaResult {
  area: string;
  ok: boolean;
  seconds: number;
  records: PropertyRecord[];
  timedOut: boolean;
  output: string;
}

async function fuzzAll(): Promise<number> {
  const runs = wholeNumber('--runs', values.runs, 1);
  const seed = wholeNumber('--seed', values.seed, 0);
  const known = await areas();
  const unknown = values.only.find((area) => !known.includes(area));
  if (runs === undefined || seed === undefined || unknown !== undefined) {
    if (unknown !== undefined) console.error(`There is no area "${unknown}". Areas: ${known.join(', ')}.`);
    return 2;
  }
  const queue = known.filter((area) => values.only.length === 0 || values.only.includes(area));
  console.log(`seed ${seed}, ${runs} runs a property`);
  const results: AreaResult[] = [];
  const worker = async () => {
    for (let area = queue.shift(); area !== undefined; area = queue.shift()) {
      const result = await fuzzArea(area, runs, seed);
      results.push(result);
      console.log(lineOf(result, seed));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const bad = results.filter(({ ok }) => !ok);
  for (const result of bad) console.error(`\n== ${result.area}: ${verdictOf(result)}\n${result.output}`);
  const sum = results.flatMap(({ records }) => records).reduce((all, record) => all + record.runs, 0);
  console.log(`${sum} runs in ${results.length} areas, ${bad.length} failed`);
  for (const { area } of bad)
    console.log(`again: npm run fuzz -- --seed ${seed} --runs ${runs} --only ${area}`);
  return bad.length === 0 ? 0 : 1;
}

async function areas(): Promise<string[]> {
  const suffix = '.test.ts';
  const files = await readdir(FOLDER);
  return files.filter((file) => file.endsWith(suffix)).map((file) => file.slice(0, -suffix.length));
}

function wholeNumber(name: string, text: string, least: number): number | undefined {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number < 2 ** 31) return number;
  console.error(`${name} needs a whole number from ${least} up, not "${text}".`);
  return undefined;
}

async function fuzzArea(area: string, runs: number, seed: number): Promise<AreaResult> {
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-fuzz-'));
  const report = join(folder, 'report.jsonl');
  // Far more than the slowest property takes on a busy machine: it is there for what never ends.
  const timeoutMs = Math.max(180_000, runs * 120);
  const vitest = resolve(import.meta.dirname, '../node_modules/vitest/vitest.mjs');
  const file = join('test/fuzz', `${area}.test.ts`);
  try {
    const done = await run(
      process.execPath,
      [vitest, 'run', file, `--testTimeout=${timeoutMs}`, '--maxWorkers=1', '--reporter=dot', '--no-color'],
      {
        cwd: resolve(import.meta.dirname, '..'),
        env: {
          ...process.env,
          PITCREW_FUZZ_RUNS: String(runs),
          PITCREW_FUZZ_SEED: String(seed),
          PITCREW_FUZZ_REPORT: report,
        },
        timeoutMs: timeoutMs + 60_000,
      },
    );
    const lines = (await readFile(report, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
    return {
      area,
      ok: done.code === 0 && !done.timedOut,
      seconds: done.durationMs / 1000,
      records: lines.map((line): PropertyRecord => JSON.parse(line)),
      timedOut: done.timedOut,
      output: done.stdout + done.stderr,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function lineOf(result: AreaResult, seed: number): string {
  const properties = result.records.filter(({ state }) => state !== 'started');
  const sum = properties.reduce((all, { runs }) => all + runs, 0);
  return [
    result.area.padEnd(14),
    `${String(sum).padStart(8)} runs of ${String(properties.length).padStart(2)} properties`,
    `${result.seconds.toFixed(1).padStart(7)} s`,
    `seed ${seed}`,
    verdictOf(result),
  ].join('  ');
}

function verdictOf({ ok, records, timedOut }: AreaResult): string {
  if (ok) return 'no failures';
  const ended = new Set(records.filter(({ state }) => state !== 'started').map(({ property }) => property));
  const hanging = records.filter(({ property }) => !ended.has(property)).map(({ property }) => property);
  if (timedOut) return `did not end: ${hanging.join(', ') || 'before its first property'}`;
  const failed = records.filter(({ state }) => state === 'failed').map(({ property }) => property);
  return `FAILED: ${failed.join(', ') || 'see the output'}`;
}
