import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkHistory, type Evidence } from '../../../ledger/history/check.ts';
import type { HistoryEntry } from '../../../ledger/history/entry.ts';
import type { Run } from '../../../ledger/ledger.ts';
import { ownerKey } from '../../../ledger/liveness.ts';
import { readHistory } from '../../../ledger/sqlite/history.ts';
import { openSqliteLedger } from '../../../ledger/sqlite-ledger.ts';
import { cmd, collectingLog, exclusive, MINUTE, ownerOf, START, tempFolder } from '../helpers.ts';

const [A, B] = ['sentry:a/A-1', 'sentry:a/B-1'];

/** Ann holds A and ends, Ben waited for it and holds it; Cid dies with B, and Dot has it. */
async function evidence(): Promise<Required<Evidence>> {
  const file = join(tempFolder(), 'ledger.db');
  const gone = new Set<string>();
  let now = START;
  const liveness = (owner: { start: string }) =>
    gone.has(owner.start) ? ('gone' as const) : ('alive' as const);
  const ledger = await openSqliteLedger({
    file,
    clock: () => now,
    liveness,
    log: collectingLog(),
    history: true,
  });
  onTestFinished(() => ledger.dispose());
  const acknowledged: Required<Evidence>['acknowledged'][number][] = [];
  const tell = async <T>(name: string, work: Promise<T>): Promise<T> => {
    const calledAt = now++;
    const answer = await work;
    acknowledged.push({ cmd: name, answer: JSON.parse(JSON.stringify(answer)), calledAt, answeredAt: now++ });
    return answer;
  };
  const claim = async (session: string, incident: string) => {
    const name = cmd();
    const input = {
      session,
      owner: ownerOf(session),
      incidents: [incident],
      paths: exclusive(`${incident}.ts`),
    };
    const more = { base: 'b', ttlMs: MINUTE, intent: '', ticketTtlMs: MINUTE };
    const answer = await tell(name, ledger.register({ cmd: name, ...input, ...more }));
    return answer.ok ? answer.run : undefined;
  };
  const ann = await claim('ann', A);
  await claim('ben', A);
  const { run = '', fence = 0 } = ann ?? {};
  const name = cmd();
  await tell(name, ledger.close({ cmd: name, run, fence, status: 'completed', commits: [] }));
  const ben = await claim('ben', A);
  await claim('cid', B);
  gone.add('cid');
  const death = { owner: ownerKey(ownerOf('cid')), killedAt: now++, goneAt: now++ };
  await claim('dot', B);
  const { active } = await ledger.list();
  const effects = [ann, ben].map((held) => ({ incident: A, fence: held?.fence ?? 0 }));
  return { entries: readHistory(file).entries, acknowledged, sent: [], deaths: [death], effects, active };
}

/** A copy with one thing changed. */
const changed = (
  entries: readonly HistoryEntry[],
  change: (copy: HistoryEntry[]) => void,
): HistoryEntry[] => {
  const copy = structuredClone([...entries]);
  change(copy);
  return copy;
};

test('a sound history has no faults, and each fault is seen', async () => {
  const sound = await evidence();
  const { entries, acknowledged } = sound;
  const kinds = (part: Partial<Evidence>) => [
    ...new Set(checkHistory({ ...sound, ...part }).map((text) => text.slice(0, text.indexOf(' ')))),
  ];
  expect(checkHistory(sound)).toEqual([]);

  expect(kinds({ entries: entries.slice(0, -1) })).toEqual(['I5']);
  expect(kinds({ active: sound.active.slice(1) })).toEqual(['I5']);
  expect(kinds({ effects: [...sound.effects].reverse() })).toEqual(['I7']);
  expect(kinds({ deaths: [{ owner: 'another', killedAt: 0, goneAt: 0 }] })).toEqual(['I9']);
  const late = acknowledged.map((one, at) =>
    at === 0 ? { ...one, calledAt: START + 500, answeredAt: START + 600 } : one,
  );
  expect(kinds({ acknowledged: late })).toEqual(['I2']);
  // Judged twice, as a process that was not heard any more may do: it may stand at either place, but at none that is too early.
  const judgedAgain = (at: number) =>
    changed(entries, (copy) => {
      const [first, before] = [copy[1], copy[at - 1]];
      if (first && before) copy.splice(at, 0, { ...first, rev: before.rev, moment: before.moment });
    });
  expect(checkHistory({ ...sound, entries: judgedAgain(entries.length) })).toEqual([]);
  expect(checkHistory({ ...sound, acknowledged: late, entries: judgedAgain(entries.length) })).toEqual([]);
  expect(kinds({ acknowledged: late, entries: judgedAgain(2) })).toEqual(['I2']);
  expect(kinds({ entries: changed(entries, (copy) => (copy[1] as HistoryEntry).rev++) })).toEqual(['I1']);
  // Nobody looked for processes: Dot should have had it at once.
  const blind = changed(entries, (copy) => {
    for (const entry of copy) entry.moment.gone = [];
  });
  expect(kinds({ entries: blind })).toContain('I2');
  // The second holder, as if the check had not been.
  const twice = changed(entries, (copy) => {
    for (const entry of copy)
      if ('ok' in entry.answer) entry.answer = { ...entry.answer, ok: true } as typeof entry.answer;
  });
  expect(kinds({ entries: twice })).toContain('I2');
});

describe('a refusal for an owner who is dead', () => {
  /** Ann is granted A, Ben refused; and Ann's end, at a moment between the call of the one and of the other. */
  async function refusal() {
    const sound = await evidence();
    const [grant, refused] = sound.acknowledged;
    if (!grant || !refused) throw new Error('nothing was acknowledged');
    const { run } = grant.answer as { run: Run };
    const death = { owner: ownerKey(run.owner), killedAt: run.startedAt + 1, goneAt: refused.calledAt - 1 };
    const again = (part: Partial<Evidence>) =>
      checkHistory({ ...sound, deaths: [...sound.deaths, death], ...part }).filter((text) =>
        text.startsWith('I9'),
      );
    return { ...sound, grant, refused, death, again };
  }
  const seen = [expect.stringMatching(/^I9 .* was refused for .*, whose owner was dead by then$/)];
  /** What a process that repeats a command after its sender's death makes of a history. */
  const repeated = (entries: readonly HistoryEntry[], name: string) => {
    const first = entries.find((entry) => 'cmd' in entry.input && entry.input.cmd === name);
    if (!first) throw new Error(`${name} is not in the history`);
    return [...entries, { ...first, moment: { ...first.moment, now: first.moment.now + 1000 } }];
  };

  test('is seen where that was known before the request was made', async () => {
    const { again, refused } = await refusal();
    expect(again({})).toEqual(seen);
    expect(again({ sent: [{ cmd: refused.cmd, calledAt: refused.calledAt }] })).toEqual(seen);
  });

  test('is as it should be where the command was judged before the death, and repeated after it', async () => {
    const { again, refused, entries, death } = await refusal();
    const sent = [
      { cmd: refused.cmd, calledAt: death.goneAt - 1 },
      { cmd: refused.cmd, calledAt: refused.calledAt },
    ];
    expect(again({ entries: repeated(entries, refused.cmd), sent })).toEqual([]);
  });

  test('is seen where the command was sent before the death, but not judged until it was repeated', async () => {
    const { again, refused, death } = await refusal();
    expect(again({ sent: [{ cmd: refused.cmd, calledAt: death.goneAt - 1 }] })).toEqual(seen);
  });

  test('is seen where it was sent after the death the first time, however often that was repeated', async () => {
    const { again, refused, entries } = await refusal();
    const sent = [{ cmd: refused.cmd, calledAt: refused.calledAt }];
    expect(again({ entries: repeated(entries, refused.cmd), sent })).toEqual(seen);
  });

  test('of a run granted to them after their death: as it should be until that grant was known, seen from then on', async () => {
    const { again, grant, refused, acknowledged, death, deaths: ended } = await refusal();
    const early = { ...death, killedAt: 0, goneAt: 0 };
    expect(again({ deaths: [...ended, early] })).toEqual(seen);
    const late = acknowledged.map((one) =>
      one === grant ? { ...one, answeredAt: refused.calledAt + 1 } : one,
    );
    expect(again({ deaths: [...ended, early], acknowledged: late })).toEqual([]);
  });

  test('is seen where the grant was made before the death and its answer repeated after it', async () => {
    const { again, grant, entries } = await refusal();
    expect(again({ entries: repeated(entries, grant.cmd) })).toEqual(seen);
  });
});
