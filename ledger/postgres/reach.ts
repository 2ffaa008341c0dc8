import { PitcrewError } from '../../src/core/errors.ts';
import { addressOf } from './address.ts';
import type { Credentials } from './client.ts';
import { connection } from './connection.ts';
import { explained } from './failures.ts';
import { READ_PATIENCE_MS } from './last-known.ts';
import { persistently } from './persistently.ts';

/**
 * Why the database lets nobody in now, as the ledger itself would say it; `undefined` where it does. For who cannot open
 * the ledger for another reason, and has to be told of both. Throws `input` for an address that is none.
 */
export async function whyNotIn(credentials: Credentials): Promise<PitcrewError | undefined> {
  const { url, shown } = addressOf(credentials.url);
  const knock = connection({ ...credentials, url });
  try {
    await persistently(() => knock.session(), READ_PATIENCE_MS);
    return undefined;
  } catch (error) {
    const why = explained(error, shown);
    if (why instanceof PitcrewError) return why;
    throw why;
  } finally {
    await knock.close();
  }
}
