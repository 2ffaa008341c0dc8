import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { refuse } from '../policy/shell/rules.ts';
import { judgeCommand } from '../policy/shell.ts';
import type { HookInput } from './input.ts';
import { type Place, realOf } from './place.ts';
import { guardFiles, privateFiles } from './private-files.ts';
import type { Watched } from './repository.ts';
import { ALLOW, deny, type HookVerdict } from './verdict.ts';

/** Whether a command line may be run in a repository in which somebody works. */
export function judgeBash(input: HookInput, seen: Watched, env: NodeJS.ProcessEnv): HookVerdict {
  // What cannot be read may be anything, this session's own runs among it.
  const holdsRuns = seen.own.length > 0 || seen.unreadable !== undefined;
  const guarded = once(() => guardFiles(seen.place).map(realOf));
  const foreign = once(() => seen.others.flatMap((run) => run.worktrees.map(({ path }) => realOf(path))));
  const verdict = judgeCommand(input.command, {
    cwd: realOf(input.cwd),
    root: seen.place.mainCheckout,
    worktrees: seen.own.flatMap((run) => run.worktrees.map(({ path }) => realOf(path))),
    holdsRuns,
    aliasOf: (name) => aliasOf(name, input.cwd),
    readScript: (path) => scriptAt(resolve(input.cwd, path)),
    privateFiles: privateFiles(seen, holdsRuns),
    // Asked only for what a command writes, which most do not.
    get guardFiles() {
      return guarded();
    },
    get otherWorktrees() {
      return foreign();
    },
    home: homedir(),
    resolveLinks: realOf,
    serviceHosts: [env.SENTRY_URL, env.GITHUB_API_URL].flatMap(hostOf),
    ownProcesses: processesOf(seen),
  });
  return verdict.allow ? ALLOW : deny(verdict.reason, verdict.instead);
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/**
 * A command line that names the ledger's files in a repository in which nobody works now: read they may be, but a row
 * written there by hand would be believed by whoever works next.
 */
export function judgeIdleBash(input: HookInput, place: Place, env: NodeJS.ProcessEnv): HookVerdict {
  const verdict = judgeBash(input, { place, own: [], others: [], isCopy: false }, env);
  if (verdict.allow) return ALLOW;
  const { reason, instead } = refuse('private-file');
  return deny(reason, instead);
}

/** The host of a service's address, with its port; nothing where there is none. */
function hostOf(url: string | undefined): string[] {
  return url !== undefined && URL.canParse(url) ? [new URL(url).host] : [];
}

/** The servers of everybody who works here, and the clients above them. */
const processesOf = ({ own, others }: Watched): number[] =>
  [...own, ...others]
    .flatMap(({ owner }) => [owner.pid, ...(owner.client?.pids ?? [])])
    .filter((pid) => pid > 1);

/** What a git alias stands for. Asked only for a word that is no command of git's own. */
function aliasOf(name: string, cwd: string): string | undefined {
  try {
    // Loaded only now: most command lines have no alias in them.
    const { execFileSync } = process.getBuiltinModule('node:child_process');
    const alias = execFileSync('git', ['config', '--get', `alias.${name}`], {
      cwd,
      encoding: 'utf8',
      timeout: 1000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return alias.trim() || undefined;
  } catch {
    return undefined;
  }
}

function scriptAt(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() && stat.size <= LONGEST_SCRIPT ? readFileSync(path, 'utf8') : undefined;
}

/** Longer ones are programs, not what an agent writes to get around a rule. */
const LONGEST_SCRIPT = 64 * 1024;
