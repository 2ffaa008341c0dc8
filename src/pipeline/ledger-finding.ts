import type { Ledger, RunView } from '../../ledger/ledger.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../core/clock.ts';
import type { PitcrewError } from '../core/errors.ts';
import type { Repository } from '../git/repository.ts';
import type { Holder } from './end-run.ts';

export interface LedgerWorld {
  /** Absent where it cannot be opened. */
  ledger: Ledger | undefined;
  /** Why it cannot be. */
  problem?: PitcrewError;
  repository: Repository;
  config: Config;
  holder: Holder;
  clock: Clock;
  signal: AbortSignal;
}

/** One thing in which ledger, git, disk and processes do not agree. */
export interface LedgerFinding {
  kind:
    | 'session_gone'
    | 'session_silent'
    | 'folder_missing'
    | 'folder_unknown'
    | 'unfinished_worktree'
    | 'unknown_worktree'
    | 'work_is_over'
    | 'branch_missing'
    | 'same_files'
    | 'not_compared'
    | 'fence_left'
    | 'remote_unknown'
    | 'ledger_unknown';
  /** One sentence. */
  what: string;
  /** Whose move it is, and which. */
  next: string;
  /** What `repair` may mend by itself; absent where a person has to look. */
  repair?:
    | { do: 'end_run'; run: RunView }
    | { do: 'forget_folder'; path: string }
    | { do: 'remove_unfinished'; path: string; head: string }
    | { do: 'remove_finished'; path: string; branch: string }
    | { do: 'remove_fence'; ref: string; id: string };
}
