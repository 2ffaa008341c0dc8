import type { Table } from '../sessions.ts';
import { afterProof, changes } from './changes.ts';
import { afterTriage, beforeTriage, fresh } from './forge.ts';
import { git } from './git.ts';
import { alone, beside } from './guest.ts';
import { scheduled, whileHolding } from './holding.ts';
import { ledger } from './ledger.ts';
import { afterCommit, afterOffer, committing } from './offer.ts';
import { outside } from './outside.ts';
import { proof } from './proof.ts';
import { proofCommand } from './proof-command.ts';
import { byDesign, resolving } from './resolve.ts';
import { rules } from './rules.ts';
import { machine, processes, secrets } from './secrets.ts';
import { stopped } from './stop.ts';

/** Every attempt, by the situation in which it starts. */
export const ATTEMPTS: Table = {
  fresh,
  nothing: [...beforeTriage, ...alone],
  triaged: afterTriage,
  beside,
  claimed: [
    ...resolving,
    ...whileHolding,
    ...git,
    ...outside,
    ...rules,
    ...secrets,
    ...machine,
    ...proof,
    ...changes,
    ...proofCommand,
    ...ledger,
  ],
  proven: [...afterProof, ...committing],
  committed: afterCommit,
  offered: afterOffer,
  stopped,
  scheduled,
  last: [...byDesign, ...processes],
};
