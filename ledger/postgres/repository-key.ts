import { createHash } from 'node:crypto';
import { inputError } from '../../src/core/errors.ts';
import { untrustedLine } from '../../src/core/untrusted.ts';

export interface RepositoryKey {
  /** `github.com/acme/shop`: by what one database tells repositories apart. */
  name: string;
  /** A bigint's digits: what its transactions lock. Two names that meet here wait for each other, no more. */
  lock: string;
  /** Where its changes are announced. */
  channel: string;
}

/** `name` in one spelling: hosts of git tell no capitals apart, and two keys of one repository would be two ledgers. */
export function repositoryKey(name: string): RepositoryKey {
  const key = untrustedLine(name, 300).toLowerCase();
  if (key === '') {
    throw inputError(
      'The repository has no name for the ledger.',
      'Name it as ledger.repository in pitcrew.yml.',
    );
  }
  const digest = createHash('sha256').update(`pitcrew:${key}`).digest();
  return {
    name: key,
    lock: digest.readBigInt64BE(0).toString(),
    channel: `pitcrew_${digest.toString('hex', 0, 12)}`,
  };
}
