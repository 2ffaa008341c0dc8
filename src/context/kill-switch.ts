import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { untrustedLine } from '../core/untrusted.ts';

/** The file that stops every write in a repository while it is there; a person may also just touch it. */
export const stopFile = (mainCheckout: string): string => join(mainCheckout, '.pitcrew', 'stop');

/**
 * Why nothing may be written now, as words for a sentence; `undefined` where nobody stopped anything. Looked up anew
 * each time: it has to work at once. What is at the file's place and cannot be read stops too.
 */
export function stopReason(mainCheckout: string, env: NodeJS.ProcessEnv): string | undefined {
  if (env.PITCREW_STOP !== undefined && !['', '0', 'false'].includes(env.PITCREW_STOP)) {
    return 'PITCREW_STOP is set in the environment';
  }
  const file = stopFile(mainCheckout);
  try {
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
    const note = untrustedLine(readFileSync(file, 'utf8').slice(0, 2000), 200);
    return note === '' ? `${file} is there` : `${note} (${file})`;
  } catch {
    return `${file} is there`;
  }
}
