import type { Input } from '../../ledger/apply/state.ts';
import type { Acknowledged } from '../../ledger/history/check.ts';

export const TEETH = ['check-then-act', 'no-pid-check', 'seed-overlap', 'no-immediate'] as const;
export type Teeth = (typeof TEETH)[number];

type Sent = 'register' | 'amend' | 'renew' | 'close' | 'takeover' | 'lane' | 'leave';

/** A command of a storm's session, by which a successor can repeat it. */
export type Call = { [K in Sent]: { kind: K; input: Input<K> } }[Sent];

/** What a session is told when it starts. */
export interface Order {
  engine: string;
  place: string;
  remote: string;
  view?: string;
  /** Whether it leads or follows a group, where the engine has such. */
  together: boolean;
  session: string;
  ttlMs: number;
  /** What is done wrong on purpose. */
  teeth?: Teeth;
  /** The last command of its predecessor, when that was not acknowledged. */
  repeat?: Call;
}

/** What it says, one line each. */
export type Said =
  | { did: 'start'; owner: string }
  | { did: 'call'; call: Call; calledAt: number }
  | { did: 'answer'; acknowledged: Acknowledged }
  /** It stops itself now. */
  | { did: 'stop' }
  | { did: 'fault'; what: string };
