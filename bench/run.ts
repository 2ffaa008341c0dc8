// npm run bench: every figure as a ratio side by side in one run, on this machine. Writes bench/results.json.
// Nothing here is asserted: figures of work (requests, tokens, bytes) are asserted in the tests.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { evidence } from './evidence.ts';
import type { Figure } from './figure.ts';
import { footprint } from './footprint.ts';
import { start } from './start.ts';
import { suspects } from './suspects.ts';
import { tokens } from './tokens.ts';
import { triage } from './triage.ts';

const SUITES: Record<string, () => Promise<Figure[]>> = {
  triage,
  start,
  tokens,
  evidence,
  suspects,
  footprint,
};

const { positionals } = parseArgs({ allowPositionals: true });
const wanted = positionals.length > 0 ? positionals : Object.keys(SUITES);

const figures: Figure[] = [];
for (const name of wanted) {
  const suite = SUITES[name];
  if (!suite) {
    console.error(`There is no suite "${name}"; suites: ${Object.keys(SUITES).join(', ')}.`);
    process.exit(2);
  }
  console.log(`\n${name}`);
  for (const figure of await suite()) {
    figures.push(figure);
    const reach =
      figure.reach === undefined
        ? ''
        : `  reach ${figure.reach}: ${figure.reached ? 'reached' : 'NOT reached'}`;
    console.log(
      `  ${figure.name.padEnd(58)} ${String(figure.value).padStart(9)} ${figure.unit.padEnd(8)}${reach}`,
    );
    if (figure.detail) console.log(`    ${figure.detail}`);
  }
}

if (positionals.length === 0) {
  const machine = {
    node: process.version,
    cores: cpus().length,
    model: cpus()[0]?.model ?? 'unknown',
    platform: process.platform,
  };
  const data = { takenAt: new Date().toISOString().slice(0, 10), machine, figures };
  writeFileSync('bench/results.json', `${JSON.stringify({ schema_version: 1, data }, null, 2)}\n`);
  console.log('\nWritten to bench/results.json.');
}
