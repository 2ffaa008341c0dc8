import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionLost, wantsRepetition } from './failures.ts';

/**
 * Repeats `attempt` for `patienceMs` while its connection breaks. A command may be repeated although it may have been
 * written: its id brings back its first answer then.
 */
export async function persistently<T>(attempt: () => Promise<T>, patienceMs: number): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const isWorthIt = error instanceof ConnectionLost || wantsRepetition(error);
      if (!isWorthIt || performance.now() > giveUpAt) throw error;
    }
    await delay(50 + Math.random() * 200);
  }
}
