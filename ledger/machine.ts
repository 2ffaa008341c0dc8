import type { Owner } from './ledger.ts';

/** Whose ports are meant. */
export type Machine = Pick<Owner, 'host' | 'boot'>;

/**
 * False only where name and boot both differ: a name may be changed, and containers have names of their own on one kernel.
 * Two that are taken for one only cost a port; one that is taken for two costs what listens there.
 */
export const isOneMachine = (a: Machine | undefined, b: Machine | undefined): boolean =>
  a === undefined || b === undefined || a.host === b.host || (a.boot !== '' && a.boot === b.boot);
