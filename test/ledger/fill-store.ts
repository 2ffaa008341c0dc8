// Registers run after run until the disk is full, then says how many were granted and what it was told.
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { PitcrewError } from '../../src/core/errors.ts';
import { stderrLog } from '../../src/core/log.ts';
import { cmd, exclusive, MINUTE, ownerOf, START } from './plain-helpers.ts';

// A write beyond the limit also sends a signal, which ends the program unless somebody listens.
process.on('SIGXFSZ', () => {});
let granted = 0;
try {
  const ledger = await openSqliteLedger({
    file: process.argv[2] ?? '',
    clock: () => START,
    log: stderrLog('error'),
  });
  for (; granted < 2000; granted++) {
    const owner = ownerOf(`s${granted}`);
    const input = {
      cmd: cmd(),
      session: `s${granted}`,
      owner,
      incidents: [`sentry:a/B-${granted}`],
      base: 'b',
    };
    await ledger.register({
      ...input,
      paths: exclusive(`src/${granted}.ts`),
      ttlMs: MINUTE,
      intent: 'x'.repeat(300),
    });
  }
} catch (error) {
  const kind = error instanceof PitcrewError ? error.kind : 'unknown';
  process.stdout.write(`${JSON.stringify({ granted, kind, message: String(error) })}\n`);
}
