// A session that claims and lets go for as long as it is asked to: the view is rendered all the time. It ends with stdin.
import { randomUUID } from 'node:crypto';
import { currentOwner } from '../../ledger/owner.ts';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { stderrLog } from '../../src/core/log.ts';

const [file = '', view = '', session = ''] = process.argv.slice(2);
const ledger = await openSqliteLedger({
  file,
  clock: Date.now,
  log: stderrLog('error'),
  view: { file: view, delayMs: 1 },
});
let isOver = false;
process.stdin.on('end', () => {
  isOver = true;
});
process.stdin.resume();
const owner = currentOwner({ label: session });
for (let at = 0; !isOver; at++) {
  const run = await claim(at);
  await ledger.close({ cmd: randomUUID(), run: run.run, fence: run.fence, status: 'completed', commits: [] });
  // A short-lived program, as the command line is one: it renders when it ends.
  await new Promise((resolve) => setTimeout(resolve, 3));
}
await ledger.dispose();

async function claim(at: number) {
  const answer = await ledger.register({
    cmd: randomUUID(),
    session,
    owner,
    incidents: [`sentry:race/${session}-${at}`],
    paths: [],
    base: 'b',
    ttlMs: 60_000,
    intent: '',
  });
  if (!answer.ok) throw new Error('refused');
  return answer.run;
}
