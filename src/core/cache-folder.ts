import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where compiled code is kept for the next start: in a folder of this person's, not in the system's for temporary files,
 * where somebody else could have laid out code for us.
 */
export const cacheFolder = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'pitcrew', 'compiled');
