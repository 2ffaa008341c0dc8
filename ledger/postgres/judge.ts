import {
  type Answer,
  type Changes,
  changesOf,
  type Input,
  type Kind,
  type Moment,
  type State,
} from '../apply/state.ts';
import { apply } from '../apply.ts';
import { type Engine, JUDGES_OTHERS, NOBODY, READS } from '../engine.ts';
import { historyText } from '../history/entry.ts';
import type { HandwrittenEntry } from '../ledger.ts';
import type { LastKnown } from './last-known.ts';
import { type LoadedState, type Place, stateOf, stateQuery } from './load.ts';
import type { Mirror } from './mirror.ts';
import { pictureAfter } from './picture.ts';
import type { RepositoryKey } from './repository-key.ts';
import { answerKept, savingOf } from './save.ts';
import { type Sql, sql, text } from './sql.ts';
import type { Store } from './store.ts';

export interface JudgeParts {
  database: Store;
  key: RepositoryKey;
  place: () => Place;
  known: LastKnown;
  handwritten: () => HandwrittenEntry[];
  /** What others are told of a new revision. */
  announcementOf: (rev: number) => string;
  /** Every judged operation is written into the table `history`. */
  isRecorded: boolean;
  /** Something was written down; `rev` is the new revision where there is one. Awaited before the answer. */
  onWritten: (kind: Kind, rev: number | undefined, mirror: Mirror) => Promise<void>;
}

/** `Engine.judge` on the database: two messages for a command, one for what nearly always changes nothing. */
export function judgeOn(parts: JudgeParts): Engine['judge'] {
  return async (kind, input) => {
    for (let tries = 1; ; tries++) {
      try {
        return await judgeOnce(parts, kind, input, tries === MOST_SIGHTS);
      } catch (error) {
        if (!(error instanceof SightOutdated)) throw error;
      }
    }
  };
}

/** Nothing was written; the processes are asked anew. */
class SightOutdated extends Error {}
/** Where processes come and go that fast, whoever is overlooked is seen by the next operation. */
const MOST_SIGHTS = 5;

async function judgeOnce<K extends Kind>(
  parts: JudgeParts,
  kind: K,
  input: Input<K>,
  isLast: boolean,
): Promise<Answer<K>> {
  const { database, known, place } = parts;
  // Before the transaction: reading files and asking for processes must not hold up other sessions.
  const judges = JUDGES_OTHERS.has(kind);
  const sight = judges ? await known.sight() : undefined;
  const byHand = judges ? parts.handwritten() : NOBODY.handwritten;
  const decide = (data: unknown): Judged<K> => {
    const state = stateOf(place(), data);
    const { gone, alive } = sight ?? NOBODY;
    const moment: Moment = { gone, alive, handwritten: byHand, now: state.now };
    // A guard looks at no more than one run.
    if (kind !== 'guard') known.learn(pictureAfter(state, changesOf(state, moment, [])));
    if (!isLast && sight?.isOutdatedBy(state)) throw new SightOutdated();
    return { state, moment, ...apply(state, { kind, input, moment }) };
  };
  const load = stateQuery(place(), kind, input);
  // What changes nothing needs no lock; a waiter asks often, and nearly always there is nothing to write.
  if (READS.has(kind) || (kind === 'poll' && !parts.isRecorded)) {
    const { state, answer, changes } = decide(await database.ask()(load));
    if (READS.has(kind) || isNothing(state, changes)) return answer;
  }
  const { state, answer, changes } = await database.transact({
    what: kind,
    cmd: 'cmd' in input ? input.cmd : undefined,
    load,
    decide: (data) => {
      const judged = decide(data);
      return { writes: writesOf(parts, kind, input, judged), result: judged };
    },
  });
  const mirror = known.learn(pictureAfter(state, changes));
  await parts.onWritten(kind, changes.rev > state.rev ? changes.rev : undefined, mirror);
  return answer;
}

interface Judged<K extends Kind> {
  state: LoadedState;
  moment: Moment;
  answer: Answer<K>;
  changes: Changes;
}

function writesOf<K extends Kind>(parts: JudgeParts, kind: K, input: Input<K>, judged: Judged<K>): Sql[] {
  const { key, announcementOf } = parts;
  const { state, moment, answer, changes } = judged;
  const writes: Sql[] = [];
  if (!state.known) {
    writes.push(...savingOf(key.name, state, changes, moment.now));
    if ('cmd' in input) writes.push(answerKept(key.name, input.cmd, kind, answer, moment.now));
  }
  if (changes.rev > state.rev) {
    writes.push(sql`NOTIFY ${text(key.channel)}, ${announcementOf(changes.rev)}`);
  }
  if (parts.isRecorded) {
    const entry = historyText(kind, input, moment, answer, changes.rev);
    writes.push(sql`INSERT INTO pitcrew.history (repository, data) VALUES (${key.name}, ${entry})`);
  }
  return writes;
}

const isNothing = (state: State, changes: Changes): boolean =>
  changes.rev === state.rev &&
  changes.runs.length + changes.tickets.length + changes.dropTickets.length === 0;
