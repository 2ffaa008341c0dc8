import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../engine.ts';
import { handwrittenReader, readOrSay } from '../handwritten.ts';
import { MAX_TICKET_MS } from '../limits.ts';
import type { PostgresLedgerOptions } from '../postgres-ledger.ts';
import { SHOWN_RECENT } from '../view.ts';
import { type ViewWriter, viewWriter } from '../view-writer.ts';
import { addressOf } from './address.ts';
import { judgeOn } from './judge.ts';
import { type Keeper, keeperOf } from './keeper.ts';
import { lastKnownOf, READ_PATIENCE_MS } from './last-known.ts';
import { type Place, SERVER_CLOCK } from './load.ts';
import { mirrorFile } from './mirror.ts';
import { type MirrorWriter, mirrorWriter } from './mirror-writer.ts';
import { eventsAfter, findTriage, incidentRecord, revisionOf } from './queries.ts';
import { repositoryKey } from './repository-key.ts';
import { LOOK_AGAIN_MS, revisionsOf } from './revisions.ts';
import { type Sql, sql } from './sql.ts';
import { openDatabase } from './store.ts';

export interface PostgresEngine extends Engine {
  /** How long ago the history was trimmed, in milliseconds of the server's clock. Fails where there is no database. */
  sinceTrim(): Promise<number>;
  /** How long a waiter may sleep that hears of changes, and that has to ask for its ticket before that is over. */
  askAgainMs(ticket: string): number;
  /** Whether something is known although the database cannot be reached. */
  hasLastKnown(): boolean;
}

/** The database as an engine: see README.md for what each part has to hold. */
export function postgresEngine(options: PostgresLedgerOptions): PostgresEngine {
  const { clock, log, folder, liveness } = options;
  const address = addressOf(options.url);
  const key = repositoryKey(options.repository);
  const now = (): Sql => (options.serverClock ? sql`${options.serverClock()}::bigint` : SERVER_CLOCK);
  const place = (): Place => ({ shown: address.shown, repository: key.name, now: now() });
  const onElsewhere = () => {
    view?.changed();
    mirror?.changed();
  };
  const revisions = revisionsOf({
    channel: key.channel,
    read: (patienceMs) => revisionOf(place(), database.ask(patienceMs)),
    hear: (patienceMs) => database.hear(patienceMs),
    ignore: () => database.ignore(),
    isKeeping: () => keeper?.isKeeping() ?? false,
    onElsewhere,
  });
  const { listener } = revisions;
  const database = openDatabase({ ...options, url: address.url, place: place(), key, log, listener });
  const readHandwritten = handwrittenReader(options.view?.file);
  const handwritten = () => readHandwritten(clock());
  const known = lastKnownOf(options, { ask: database.ask, place, handwritten });
  let view: ViewWriter | undefined;
  let mirror: MirrorWriter | undefined;
  let keeper: Keeper | undefined;

  const judge = judgeOn({
    database,
    key,
    place,
    known,
    handwritten,
    announcementOf: revisions.announcementOf,
    isRecorded: options.history ?? false,
    async onWritten(kind, rev, now) {
      if (rev !== undefined) {
        revisions.made(rev);
        view?.changed();
        // Hooks judge by it what the session does next.
        await mirror?.write(now);
      } else if (kind === 'renew') void mirror?.write(now);
    },
  });

  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    mirror = mirrorWriter({ file: mirrorFile(folder), log, read: () => known.look(READ_PATIENCE_MS) });
    if (options.view) {
      const read = async () => ({
        ...(await known.listing(SHOWN_RECENT)),
        handwritten: readOrSay(handwritten),
      });
      const lockFile = join(folder, 'view-lock.db');
      view = viewWriter({ ...options.view, lockFile, clock, log, read });
    }
    const file = join(folder, `${options.view ? 'view' : 'mirror'}-${key.channel}.keeper`);
    // Nobody has kept anything for a moment.
    const onStart = () => void revisions.hear().then(onElsewhere, () => {});
    keeper = keeperOf({ file, clock, onStart });
  }

  let closed: Promise<void> | undefined;
  return {
    judge,
    list: known.list,
    events: (query) => eventsAfter(place(), database.ask(READ_PATIENCE_MS), query),
    triage: (query) => findTriage(place(), database.ask(), query),
    incident: (incident) => incidentRecord(place(), database.ask(), incident, liveness),
    async sinceTrim() {
      await revisions.hear(READ_PATIENCE_MS);
      const found = await known.look(READ_PATIENCE_MS);
      void mirror?.write(found);
      return found.picture.now - found.picture.trimmedAt;
    },
    hasLastKnown: known.isThere,
    revisionAfter: revisions.after,
    askAgainMs: (ticket) => Math.min(LOOK_AGAIN_MS, (known.ticketTtlMs(ticket) ?? MAX_TICKET_MS) / 3),
    dispose: () => {
      revisions.stop();
      keeper?.stop();
      closed ??= Promise.all([view?.finish(), mirror?.finish()]).then(() => database.dispose());
      return closed;
    },
  };
}
