import { type Context, openContext } from '../context.ts';
import { systemClock } from '../core/clock.ts';
import { stderrLog } from '../core/log.ts';

/** The context of a command: this folder, this environment, its log on stderr. The caller disposes of it. */
export const openHere = (): Promise<Context> =>
  openContext({
    cwd: process.cwd(),
    env: process.env,
    clock: systemClock,
    log: stderrLog(),
    session: { kind: 'command' },
  });
