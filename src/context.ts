import type { Ledger, Run } from '../ledger/ledger.ts';
import { type Config, loadConfig } from './config/config.ts';
import { elicitationHook } from './context/elicitation-hooks.ts';
import { type GitHubAccess, openGitHub } from './context/github.ts';
import { untilIdle } from './context/idle.ts';
import { stopReason } from './context/kill-switch.ts';
import { closeUntouched } from './context/leaving.ts';
import { openLedger } from './context/ledger.ts';
import { namedOrganization, openSentry, type SentryAccess } from './context/sentry.ts';
import { openSession, type Session, type SessionKind } from './context/session.ts';
import type { Clock } from './core/clock.ts';
import { sentryIncident, shortIdOf } from './core/incident.ts';
import type { Log } from './core/log.ts';
import { type Recent, recent } from './core/recent.ts';
import { childEnvironment } from './core/run.ts';
import { readFileAt } from './git/export-tree.ts';
import { atMainCheckout, openRepository, type Repository } from './git/repository.ts';
import type { RelatedAnswer } from './github/search-issues.ts';
import { EVIDENCE_GOOD_FOR_MS, type EvidenceCache } from './pipeline/evidence.ts';

/** Everything a tool may need; what is costly is opened when it is first asked for. */
export interface Context {
  clock: Clock;
  log: Log;
  config: Config;
  repository: Repository;
  session: Session;
  /** Why nothing may be written now, where a person has stopped it (`pitcrew stop`). */
  stopped(): string | undefined;
  /** Something was asked for just now: a session that is left alone does not keep its claims for ever. */
  used(): void;
  /** The file with a hook of Claude Code's that could answer a dialog in the person's place, where there is one. */
  answeringHook(): string | undefined;
  /** The environment of children: without tokens. */
  childEnv: NodeJS.ProcessEnv;
  ledger(): Promise<Ledger>;
  sentry(): Promise<SentryAccess>;
  github(): Promise<GitHubAccess>;
  /** What this session asked Sentry and GitHub lately, so that one issue's steps ask once. */
  recentEvidence: EvidenceCache;
  recentRelated: Recent<RelatedAnswer>;
  /** The ledger's key of an issue, from its short id. */
  incidentOf(issue: string): Promise<string>;
  /** Keeps a run's claim alive while this process lives. */
  hold(run: Run): Promise<void>;
  /** Stops renewing a run that has ended. */
  release(run: Run): void;
  /** The ledger as Markdown, as people find it in `.claude/active-runs.md`. */
  ledgerView(): Promise<string>;
  /** Ends a server's claims under which nothing was done, waits for the view, ends timers, closes connections. */
  dispose(): Promise<void>;
}

export interface ContextOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  log: Log;
  session: SessionKind;
}

/** Opens the repository around `cwd` and its configuration. Throws input errors for what is wrong with either. */
export async function openContext(options: ContextOptions): Promise<Context> {
  const { clock, env, log } = options;
  const childEnv = childEnvironment(env);
  const repository = await openRepository({ cwd: options.cwd, env });
  const config = await loadConfig(repository.mainCheckout, (path) =>
    readFileAt(atMainCheckout(repository), 'HEAD', path),
  );
  const session = await openSession(options.session, env, config.lease_seconds * 1000);

  let lastUsed = clock();
  const ledger = once(async () =>
    untilIdle(await openLedger({ repository, config, env, leaseMs: session.leaseMs, clock, log }), {
      clock,
      log,
      lastUsed: () => lastUsed,
    }),
  );
  const sentryOptions = { root: repository.mainCheckout, config, env, clock, log };
  const sentry = once(() => openSentry(sentryOptions));
  const organization = once(
    async () => (await namedOrganization(sentryOptions)) ?? (await sentry.get()).organization,
  );
  const github = once(() => openGitHub({ repository, config, env, childEnv, clock, log }));

  return {
    clock,
    log,
    config,
    repository,
    session,
    stopped: () => stopReason(repository.mainCheckout, env),
    used() {
      lastUsed = clock();
    },
    answeringHook: () =>
      elicitationHook(
        [
          ...new Set([
            options.cwd,
            repository.root,
            repository.mainCheckout,
            env.CLAUDE_PROJECT_DIR ?? options.cwd,
          ]),
        ],
        env,
      ),
    childEnv,
    ledger: async () => (await ledger.get()).ledger,
    sentry: sentry.get,
    github: github.get,
    recentEvidence: recent(clock, EVIDENCE_GOOD_FOR_MS, 50),
    recentRelated: recent(clock, EVIDENCE_GOOD_FOR_MS, 50),
    incidentOf: async (issue) => {
      // Before the organization, for which a token may be asked.
      const shortId = shortIdOf(issue);
      return sentryIncident(await organization.get(), shortId);
    },
    hold: async (run) => (await ledger.get()).hold(run),
    release: (run) => ledger.opened()?.release(run),
    async ledgerView() {
      const { renderView } = await import('../ledger/view.ts');
      return renderView(await (await ledger.get()).ledger.list());
    },
    async dispose() {
      const store = ledger.opened()?.ledger;
      // A session ends with its server; a command is only a part of one. Whoever is leaving is not held up by a failure.
      if (store && session.kind === 'server')
        await closeUntouched(store, { session: session.id, repository }).catch(() => {});
      await Promise.all([ledger.opened()?.dispose(), sentry.opened()?.client?.close()]);
    },
  };
}

/** Opens at the first `get` and keeps the result; a failure is not kept, so that a later call may succeed. */
function once<T>(open: () => Promise<T>): { get: () => Promise<T>; opened: () => T | undefined } {
  let pending: Promise<T> | undefined;
  let value: T | undefined;
  return {
    get() {
      pending ??= open().then(
        (opened) => {
          value = opened;
          return opened;
        },
        (error: unknown) => {
          pending = undefined;
          throw error;
        },
      );
      return pending;
    },
    opened: () => value,
  };
}
