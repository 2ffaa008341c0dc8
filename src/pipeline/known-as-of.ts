import type { Listed } from '../../ledger/ledger.ts';

/**
 * Of when a list is, in epoch milliseconds, where the ledger could not be asked now and this is what was known last;
 * `undefined` where it is of now. Of the ledger's own notices only this one has a time.
 */
export const knownAsOf = ({ handwritten }: Listed): number | undefined =>
  handwritten.find(({ isNotice, since }) => isNotice && since !== undefined)?.since;
