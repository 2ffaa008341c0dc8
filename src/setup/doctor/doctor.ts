import { openRepository, type Repository } from '../../git/repository.ts';
import type { World } from '../world.ts';
import { type Check, type Group, reporter } from './check.ts';
import { checkClients } from './clients.ts';
import { checkCrawlers } from './crawlers.ts';
import { checkGitHub, checkPush } from './github.ts';
import { checkLedger } from './ledger.ts';
import { checkDisk, checkGit, checkNode } from './machine.ts';
import { checkChecks } from './project.ts';
import { checkBase, checkCommits, checkConfig, checkStopped, checkWorktreesIgnored } from './repository.ts';
import { checkSentry } from './sentry.ts';

export interface Examination {
  checks: Check[];
  /** The main checkout, where there is one. */
  root?: string;
}

/**
 * Walks the whole chain and changes nothing. What does not depend on each other runs side by side; nothing lasts longer
 * than its time-out, and a check that throws is a failed check. `waiting` is told what is still under way. Throws the
 * signal's reason when broken off.
 */
export async function examine(
  world: World,
  options: { runChecks: boolean; waiting: (names: ReadonlySet<string>) => void },
): Promise<Examination> {
  const underWay = new Set<string>();
  const guarded: Guard = async (group, id, work, limitMs = LIMIT_MS) => {
    underWay.add(id);
    try {
      return await within(limitMs, work());
    } catch (error) {
      return [reporter(group).thrown(id, error)];
    } finally {
      underWay.delete(id);
    }
  };
  options.waiting(underWay);
  const machine = [
    guarded('machine', 'Node', () => checkNode(world)),
    guarded('machine', 'git', () => checkGit(world)),
  ];
  const opened = await open(world);
  const rest =
    'repository' in opened
      ? inRepository(world, opened.repository, guarded, options.runChecks)
      : [Promise.resolve([opened.check])];
  const checks = (await Promise.all([...machine, ...rest])).flat();
  world.signal.throwIfAborted();
  return 'repository' in opened ? { checks, root: opened.repository.mainCheckout } : { checks };
}

type Guard = (group: Group, id: string, work: () => Promise<Check[]>, limitMs?: number) => Promise<Check[]>;

/** Above the time-outs of everything that is asked, which say more about what was late. */
const LIMIT_MS = 45_000;
/** Checks have time-outs of their own. */
const NO_LIMIT_MS = 2 ** 31 - 1;

async function open(world: World): Promise<{ repository: Repository } | { check: Check }> {
  try {
    return { repository: await openRepository({ cwd: world.cwd, env: world.env, signal: world.signal }) };
  } catch (error) {
    return { check: reporter('repository').thrown('repository', error) };
  }
}

function inRepository(
  world: World,
  repository: Repository,
  guarded: Guard,
  runChecks: boolean,
): Promise<Check[]>[] {
  const root = repository.mainCheckout;
  const configured = checkConfig(repository);
  const config = configured.then((found) => found.config);
  return [
    guarded('machine', 'disk', () => checkDisk(root)),
    guarded('repository', 'commits', () => checkCommits(repository)),
    guarded('repository', 'stop', async () => checkStopped(world, root)),
    guarded('repository', 'config', async () => (await configured).checks),
    guarded('repository', 'base', async () => checkBase(repository, await config)),
    guarded('repository', 'worktrees-ignored', async () => checkWorktreesIgnored(repository, await config)),
    guarded(
      'project',
      'checks',
      async () => checkChecks(world, repository, await config, runChecks),
      runChecks ? NO_LIMIT_MS : LIMIT_MS,
    ),
    guarded('project', 'crawlers', async () => checkCrawlers(root, await config)),
    guarded('sentry', 'Sentry', async () => checkSentry(world, root, await config)),
    guarded('github', 'GitHub', async () => checkGitHub(world, repository, await config)),
    guarded('github', 'push', () => checkPush(repository)),
    guarded('ledger', 'ledger', async () => checkLedger(world, repository, await config)),
    guarded('clients', 'clients', () => checkClients(world, repository)),
  ];
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new DOMException('too late', 'TimeoutError')), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
