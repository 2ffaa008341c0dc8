// npm run storm: many sessions on one ledger, killed and frozen at will, and what they left judged afterwards.
import { parseArgs } from 'node:util';
import { STORES } from '../test/storm/store.ts';
import { type StormResult, storm } from '../test/storm/storm.ts';
import { TEETH } from '../test/storm/words.ts';

/** Longer storms are several: what one leaves is held in memory while it is judged. */
const ROUND_SECONDS = 60;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    engine: { type: 'string', default: 'sqlite' },
    place: { type: 'string' },
    kind: { type: 'string', default: 'both' },
    processes: { type: 'string', default: '16' },
    teeth: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`npm run storm -- [--seconds N] [--engine E,E] [--kind kill|freeze|both] [--processes N] [--teeth T]

  --seconds N    How long in all for each engine (default 60); half of it each kind of storm.
  --engine E     ${Object.keys(STORES).join(', ')}, or several with commas, one after the other (default sqlite).
  --place P      The store's file or address, where the engine needs one.
  --kind K       kill: sessions end at any moment. freeze: they also stop for longer than their lease.
  --teeth T      Does one thing wrong on purpose: ${TEETH.join(', ')}. Then finding nothing is the failure.

  Exit 1 on any violation; with --teeth, where none is found.`);
} else process.exitCode = await main();

async function main(): Promise<number> {
  const seconds = Number(values.seconds);
  const processes = Number(values.processes);
  const engines = values.engine.split(',');
  const kinds = (['kill', 'freeze'] as const).filter(
    (kind) => values.kind === kind || values.kind === 'both',
  );
  const teeth = TEETH.find((name) => name === values.teeth);
  const isKnown =
    engines.every((engine) => Object.hasOwn(STORES, engine)) && kinds.length > 0 && teeth === values.teeth;
  if (!isKnown || !(seconds > 0) || !(Number.isInteger(processes) && processes > 0)) {
    console.error('These options do not fit; npm run storm -- --help tells those there are.');
    return 2;
  }
  const rounds = Math.ceil(seconds / kinds.length / ROUND_SECONDS);
  const part = seconds / kinds.length / rounds;
  const place = values.place === undefined ? {} : { place: values.place };
  let violations = 0;
  for (const engine of engines) {
    for (let round = 0; round < rounds; round++) {
      for (const kind of kinds) {
        const result = await storm({
          kind,
          engine,
          seconds: part,
          processes,
          ...place,
          ...(teeth && { teeth }),
        });
        violations += result.violations.length;
        tell(`${engine} ${kind} storm, ${processes} processes, ${part.toFixed(0)} s`, result);
      }
    }
  }
  if (teeth === undefined) return violations === 0 ? 0 : 1;
  console.log(violations > 0 ? `the checker saw ${teeth}` : `the checker did not see ${teeth}`);
  return violations > 0 ? 0 : 1;
}

function tell(what: string, result: StormResult): void {
  const { operations, effects, kills, freezes, repeated, violations } = result;
  console.log(
    `${what}: ${operations} operations, ${effects} effects, ` +
      `${kills} kills, ${freezes} freezes, ${repeated} commands repeated, ${violations.length} violations`,
  );
  for (const text of violations.slice(0, 20)) console.log(`  ${text.slice(0, 400)}`);
}
