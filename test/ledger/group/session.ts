// A session of a group: registers each incident that it is told, all at once, and says how each was answered.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { currentOwner } from '../../../ledger/owner.ts';
import { groupCommit } from '../../../ledger/sqlite/group/group-commit.ts';
import { openSqliteLedger } from '../../../ledger/sqlite-ledger.ts';
import { stderrLog } from '../../../src/core/log.ts';

const [file = '', session = '', view = ''] = process.argv.slice(2);
const ledger = await openSqliteLedger({
  file,
  clock: Date.now,
  log: stderrLog('error'),
  together: groupCommit('test'),
  ...(view && { view: { file: view } }),
});
const owner = currentOwner({ label: session });
console.log('ready');
createInterface({ input: process.stdin })
  .on('line', (line) => {
    for (const incident of line.split(' ')) void register(incident);
  })
  .on('close', () => void ledger.dispose());

async function register(incident: string): Promise<void> {
  const cmd = randomUUID();
  const claim = { incidents: [incident], paths: [], base: 'b', ttlMs: 60_000, intent: '' };
  const answer = await ledger.register({ cmd, session, owner, ...claim });
  console.log(`${incident} ${answer.ok ? answer.run.run : 'refused'}`);
}
