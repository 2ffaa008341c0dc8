import type fc from 'fast-check';
import type { Ledger } from '../../ledger/ledger.ts';
import { MINUTE } from './helpers.ts';
import { type Napkin, strongest, type Wants } from './napkin.ts';

export interface Real {
  ledger: Ledger;
  number: number;
}
export type Step = fc.AsyncCommand<Napkin, Real>;

export const step = (name: string, run: (model: Napkin, real: Real) => Promise<void>): Step => ({
  check: () => true,
  run,
  toString: () => name,
});

export const fresh = (real: Real): string => `c${++real.number}`;
export const TICKET_MS = 10 * MINUTE;

export const wantsOf = (asked: {
  session: string;
  incidents: string[];
  paths: string[];
  resources: string[];
}): Wants => ({
  session: asked.session,
  incidents: new Set(asked.incidents),
  paths: strongest(asked.paths),
  resources: new Set(asked.resources),
});
