// One session of the storm: registers hot issues under a run of its own, now and then amends, and closes. Each answer
// goes to stdout as one line before the next command is sent, so that what was acknowledged is known after a kill.
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { currentOwner } from '../../ledger/owner.ts';
import { openSqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { stderrLog } from '../../src/core/log.ts';

const [file = '', session = '', viewFile = ''] = process.argv.slice(2);
const owner = currentOwner({ label: session });
const ledger = await openSqliteLedger({
  file,
  clock: Date.now,
  log: stderrLog('error'),
  view: { file: viewFile },
});
const say = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`);
const pick = (count: number) => Math.floor(Math.random() * count);

for (;;) {
  const incidents = [`sentry:hot/WEB-${pick(8)}`];
  const paths = [
    {
      glob: ['src/*.ts', `src/${pick(4)}.ts`, `lib/${pick(4)}/**`][pick(3)] ?? '',
      mode: 'exclusive' as const,
    },
  ];
  const answer = await ledger.register({
    cmd: randomUUID(),
    session,
    owner,
    incidents,
    paths,
    base: 'b',
    ttlMs: 60_000,
    intent: '',
  });
  if (!answer.ok) continue;
  const { run, fence } = answer.run;
  say({ did: 'register', run, fence, rev: answer.rev });
  const guarded = await ledger.guard({ run, fence, effect: 'commit' });
  if (!guarded.ok) say({ did: 'violation', reason: `a live owner lost run ${run}: ${guarded.reason}` });
  const closed = await ledger.close({
    cmd: randomUUID(),
    run,
    fence,
    status: 'completed',
    commits: [String(fence)],
  });
  if (closed.ok) say({ did: 'close', run, fence, rev: closed.rev });
  else say({ did: 'violation', reason: `a live owner could not close ${run}: ${closed.reason}` });
}
