import { type Context, openContext } from '../context.ts';
import { systemClock } from '../core/clock.ts';
import { type Log, stderrLog } from '../core/log.ts';
import { ownWords } from './in-commands.ts';

/** The context of a command: this folder, this environment, its log on stderr. The caller disposes of it. */
export const openHere = (): Promise<Context> =>
  openContext({
    cwd: process.cwd(),
    env: process.env,
    clock: systemClock,
    log: logInOwnWords(stderrLog()),
    session: { kind: 'command' },
  });

/** What is logged ends with what to do, as an error does. */
const logInOwnWords = (log: Log): Log => ({ ...log, warn: (message) => log.warn(ownWords(message)) });
