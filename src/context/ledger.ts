import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { leaseKeeper } from '../../ledger/lease.ts';
import type { Ledger, Run } from '../../ledger/ledger.ts';
import type { Credentials } from '../../ledger/postgres/client.ts';
import { steadyTime } from '../../ledger/steady-clock.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import { inputError, PitcrewError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { packageVersion } from '../core/package-root.ts';
import { excludePatterns } from '../git/exclude.ts';
import { remoteRepository } from '../git/remote.ts';
import type { Repository } from '../git/repository.ts';
import { type ClaimDoor, openClaimDoor } from './claim-door.ts';

export interface OpenLedger {
  ledger: Ledger;
  hold(run: Run): void;
  release(run: Run): void;
  dispose(): Promise<void>;
}

/** What Pitcrew writes into the main checkout: nobody should find it in their `git status`, or commit it unawares. */
const WRITTEN_HERE = [
  '/.pitcrew/',
  '/.claude/active-runs.md',
  '/.claude/active-runs.md.*',
  '/.claude/sentry/',
];

interface EngineOptions {
  repository: Repository;
  config: Pick<Config, 'ledger'>;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  log: Log;
}

export interface LedgerContextOptions extends EngineOptions {
  leaseMs: number;
}

/**
 * Opens the ledger and renews what is held: in the directory that all worktrees share, out of reach of any commit, or in
 * the database that PITCREW_LEDGER_URL or pitcrew.yml names.
 */
export async function openLedger(options: LedgerContextOptions): Promise<OpenLedger> {
  const { repository, clock, log, leaseMs } = options;
  await excludePatterns(repository, WRITTEN_HERE);
  const ledger = await openEngine(options);
  const leases = leaseKeeper(ledger, {
    ttlMs: leaseMs,
    clock,
    log,
    // The next step of the lost run is refused by the ledger itself; this only tells people why.
    onLost: (run, reason, advice) => log.warn(`Run ${run.run} is no longer held: ${reason} ${advice}`),
  });
  const door = databaseUrl(options) === undefined ? undefined : doorFor(options, ledger);
  return {
    ledger,
    hold(run) {
      leases.hold(run);
      door?.hold(run);
    },
    release(run) {
      leases.release(run.run);
      door?.release(run);
    },
    async dispose() {
      leases.stop();
      door?.close();
      await ledger.dispose();
    },
  };
}

/** Opened with the first run that this process itself owns: a command of the command line answers nobody. */
function doorFor({ repository, log }: LedgerContextOptions, ledger: Ledger) {
  const held = new Set<string>();
  let open: ClaimDoor | undefined;
  return {
    hold(run: Run): void {
      if (run.owner.pid !== process.pid) return;
      held.add(run.run);
      const folder = join(repository.commonDirectory, 'pitcrew');
      open ??= openClaimDoor(folder, { ledger, holds: (name) => held.has(name), log });
    },
    release: (run: Run) => held.delete(run.run),
    close: () => open?.close(),
  };
}

/** The ledger alone, where it is in a database; `undefined` where it is a file of the clone. */
export async function openDatabase(options: EngineOptions): Promise<Ledger | undefined> {
  return databaseUrl(options) === undefined ? undefined : openEngine(options);
}

const databaseUrl = ({ config, env }: Pick<EngineOptions, 'config' | 'env'>): string | undefined =>
  env.PITCREW_LEDGER_URL || config.ledger?.url || undefined;

async function openEngine(options: EngineOptions): Promise<Ledger> {
  const { repository, config, env, clock, log } = options;
  const folder = join(repository.commonDirectory, 'pitcrew');
  const file = join(folder, 'ledger.db');
  const view = { file: join(repository.mainCheckout, '.claude', 'active-runs.md') };
  const own = env.PITCREW_LEDGER_URL || undefined;
  const url = databaseUrl(options);
  if (url === undefined) {
    if (existsSync(join(folder, 'active-runs.json'))) {
      const { refuseBesideDatabase } = await import('../../ledger/postgres/other-engine.ts');
      refuseBesideDatabase(folder, clock());
    }
    const { openSqliteLedger } = await import('../../ledger/sqlite-ledger.ts');
    const { groupCommit } = await import('../../ledger/sqlite/group/group-commit.ts');
    const together = groupCommit(packageVersion());
    return openSqliteLedger({ file, view, clock, log, steady: steadyTime, together });
  }
  const { addressOf } = await import('../../ledger/postgres/address.ts');
  // What is no address is said before anything else that may be wrong.
  addressOf(url);
  const { refuseBesideEmbedded } = await import('../../ledger/postgres/other-engine.ts');
  refuseBesideEmbedded(file, clock());
  const credentials = {
    url,
    // Only for an address from the person's own environment: a repository must not decide where a password is sent.
    // The password file is looked up by host and user, so it may be used for both.
    password: own === undefined ? undefined : env.PGPASSWORD,
    passwordFile: env.PGPASSFILE || join(env.HOME ?? homedir(), '.pgpass'),
  };
  const name = config.ledger?.repository ?? (await nameOf(repository));
  if (name === undefined) throw await nameless(credentials);
  const { openPostgresLedger } = await import('../../ledger/postgres-ledger.ts');
  return openPostgresLedger({ ...credentials, repository: name, folder, view, clock, log });
}

/** The same on every machine, however the remote is spelled there: without user, port and ending. */
async function nameOf(repository: Repository): Promise<string | undefined> {
  const remote = await remoteRepository(repository);
  return remote && `${remote.host.replace(/:\d+$/, '')}/${remote.owner}/${remote.name}`;
}

/** A database that is out of reach is said first: that comes first, whoever has to mend it, and a name alone helps nobody. */
async function nameless(credentials: Credentials): Promise<PitcrewError> {
  const { whyNotIn } = await import('../../ledger/postgres/reach.ts');
  const why = await whyNotIn(credentials);
  if (why === undefined) {
    return inputError(
      "The ledger's database needs a name for this repository, and its remote called origin has none.",
      'Name it as ledger.repository in pitcrew.yml, the same on every machine.',
    );
  }
  return new PitcrewError(
    why.kind,
    `${why.message} It also needs a name for this repository, and its remote called origin has none.`,
    `${why.hint} Then name it as ledger.repository in pitcrew.yml, the same on every machine.`,
    { cause: why.cause },
  );
}
