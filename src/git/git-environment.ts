import { childEnvironment } from '../core/run.ts';

/**
 * The environment of every git process: without credentials, without the variables that would point git at another
 * repository or index than the one asked for (a session that itself runs inside a git hook inherits those), without
 * editors and pagers, in a fixed language, never asking on a terminal, and never taking a lock just to read.
 */
export function gitEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(childEnvironment(env)).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && isWanted(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    // A path, not a credential, though `childEnvironment` takes its name for one; without it ssh cannot push.
    ...(env.SSH_AUTH_SOCK ? { SSH_AUTH_SOCK: env.SSH_AUTH_SOCK } : {}),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
  };
}

function isWanted(name: string): boolean {
  const upper = name.toUpperCase();
  return upper.startsWith('GIT') ? KEPT_GIT.test(upper) : !DROPPED.has(upper);
}

/** How to connect, who commits, and where the person's own settings are; nothing that names a repository. */
const KEPT_GIT =
  /^GIT_(SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|SSL_\w+|PROXY_COMMAND|EXEC_PATH|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|(AUTHOR|COMMITTER)_(NAME|EMAIL))$/;

// PREFIX: simple-git refuses to start under it.
const DROPPED = new Set(['EDITOR', 'VISUAL', 'PAGER', 'PREFIX', 'LANGUAGE', 'LC_ALL']);
