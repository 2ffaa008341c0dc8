// npm run bench: every figure side by side with what else does the same work, in one run, on this machine. Writes
// bench/results.json. Nothing here is asserted: figures of work (requests, tokens, bytes) are asserted in the tests.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench, Suite } from './bench.ts';
import { evidence } from './evidence.ts';
import { type Figure, type Reference, rounded } from './figure.ts';
import { footprint } from './footprint.ts';
import { hooks } from './hooks.ts';
import { ledger } from './ledger.ts';
import { installOfficial, type Official, readOfficial } from './official.ts';
import { start } from './start.ts';
import { suspects } from './suspects.ts';
import { tokens } from './tokens.ts';
import { triage } from './triage.ts';

const SUITES: Record<string, Suite> = { triage, start, hooks, tokens, evidence, suspects, footprint, ledger };

const USAGE = `node bench/run.ts [suite...] [--json] [--official FOLDER] [--no-official]
  suites: ${Object.keys(SUITES).join(', ')}; without any: all, and bench/results.json is written
  --json               the figures as JSON on stdout, and no file written
  --official FOLDER    an installation of the official server that is there already
  --no-official        cite the official server's figures instead of measuring them`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    official: { type: 'string' },
    'no-official': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const wanted = positionals.length > 0 ? positionals : Object.keys(SUITES);
const unknown = wanted.filter((name) => !Object.hasOwn(SUITES, name));
if (values.help || unknown.length > 0) {
  console.error(unknown.length > 0 ? `There is no suite "${unknown.join(', ')}".\n${USAGE}` : USAGE);
  process.exit(unknown.length > 0 ? 2 : 0);
}

const began = performance.now();
const progress = (line: string): void =>
  console.error(`[${String(Math.round((performance.now() - began) / 1000)).padStart(4)} s] ${line}`);
const say = (line: string): void => {
  if (!values.json) console.log(line);
};

const folder = mkdtempSync(join(tmpdir(), 'pitcrew-bench-official-'));
const figures: Figure[] = [];
const failed: string[] = [];
const load = rounded(loadavg()[0] ?? 0);
try {
  const bench: Bench = { official: await officialServer(), progress };
  for (const name of wanted) {
    progress(`suite ${name}`);
    const measured = await measure(name, bench);
    figures.push(...measured);
    say(`\n${name}`);
    for (const figure of measured) say(linesOf(figure).join('\n'));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const missed = figures.filter(({ reached }) => reached === false).length;
say(`\n${figures.length} figures, ${missed} not reached.`);
if (failed.length > 0) {
  process.exitCode = 1;
  say(`FAILED, so nothing is written: ${failed.join(', ')}`);
}
const text = `${JSON.stringify({ schema_version: 1, data: { takenAt: today(), machine: machine(), figures } }, null, 2)}\n`;
if (values.json) {
  process.stdout.write(text);
} else if (positionals.length === 0 && failed.length === 0) {
  writeFileSync('bench/results.json', text);
  say('Written to bench/results.json.');
}

/** A suite that fails costs its own figures, not those that took minutes before it. */
async function measure(name: string, bench: Bench): Promise<Figure[]> {
  try {
    return (await SUITES[name]?.(bench)) ?? [];
  } catch (error) {
    failed.push(name);
    progress(`FAILED ${name}: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

async function officialServer(): Promise<Official | undefined> {
  if (values['no-official']) return undefined;
  return values.official ? readOfficial(values.official) : installOfficial(folder, progress);
}

function linesOf(figure: Figure): string[] {
  const reach =
    figure.reach === undefined
      ? ''
      : `  reach ${figure.reach}: ${figure.reached ? 'reached' : 'NOT reached'}`;
  return [
    `  ${figure.name.padEnd(66)} ${String(figure.value).padStart(9)} ${figure.unit.padEnd(8)}${reach}`,
    ...(figure.references ?? []).map((reference) => `    ${besideOurs(figure, reference)}`),
    ...(figure.detail ? [`    ${figure.detail}`] : []),
  ];
}

function besideOurs({ value, unit }: Figure, reference: Reference): string {
  const ratio = reference.value > 0 && value > 0 ? `, ours is ${rounded(value / reference.value)} of it` : '';
  const source = reference.cited ? ` (cited, not measured here: ${reference.cited})` : '';
  return `${reference.name}: ${reference.value} ${unit.replace(/ of .*/, '')}${ratio}${source}`;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function machine(): object {
  const [first] = cpus();
  return {
    node: process.version,
    cores: cpus().length,
    model: first?.model ?? 'unknown',
    platform: process.platform,
    loadBefore: load,
  };
}
