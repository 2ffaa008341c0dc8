/** What the judge knows of the place in which a command would run. Every function is asked only when it is needed. */
export interface CommandFacts {
  /** Where the shell stands. Absolute, like all paths here. */
  cwd: string;
  /** The main checkout. */
  root: string;
  /** The worktrees of this session's own runs. */
  worktrees: readonly string[];
  /** This session itself holds live runs: the rules for sessions that repair apply too. */
  holdsRuns: boolean;
  defaultBranch?: string;
  /** The value of a git alias of the repository's or the person's configuration; asked for unknown subcommands. */
  aliasOf(name: string): string | undefined;
  /** The text of a script that the command would run, at most 64 KB of it. */
  readScript(path: string): string | undefined;
  /** Files and folders that only Pitcrew itself writes: the ledger, its view, pitcrew.yml, the plugin, client settings. */
  privateFiles: readonly string[];
  /** Of those, what nobody writes while somebody works here: the ledger, the client's settings, the guard itself. */
  guardFiles?: readonly string[];
  /** The worktrees of other sessions' runs. */
  otherWorktrees?: readonly string[];
  home?: string;
  /** The path with its links resolved, also of a file that does not exist yet; undefined when that fails. */
  resolveLinks?(path: string): string | undefined;
  /** True when this existing folder, links resolved, certainly belongs to another repository. */
  isOtherRepository?(directory: string): boolean;
  /** Hosts of the configured Sentry and GitHub, besides the public ones. */
  serviceHosts?: readonly string[];
  /** Processes that must not be ended: this session's server and client. */
  ownProcesses?: readonly number[];
}
