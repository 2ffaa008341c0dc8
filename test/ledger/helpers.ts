import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Ledger, PathClaim, RegisterAnswer, Run, SteadyTime } from '../../ledger/ledger.ts';
import type { OwnerLiveness } from '../../ledger/owner.ts';
import { openSqliteLedger, type SqliteLedgerOptions } from '../../ledger/sqlite-ledger.ts';
import type { Log } from '../../src/core/log.ts';
import { cmd, MINUTE, ownerOf, START } from './plain-helpers.ts';

export * from './plain-helpers.ts';

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pitcrew-ledger-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function collectingLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const write = (line: string) => {
    lines.push(line);
  };
  return { lines, debug: write, info: write, warn: write, error: write };
}

export interface Desk {
  ledger: Ledger;
  folder: string;
  file: string;
  viewFile: string;
  log: ReturnType<typeof collectingLog>;
  /** Moves the ledger's clock. */
  pass(ms: number): void;
  now(): number;
  /** What the machine answers about an owner's process, by the owner's name. */
  processes: Map<string, OwnerLiveness>;
  claim(session: string, incidents: string[], paths?: PathClaim[], ttlMs?: number): Promise<RegisterAnswer>;
  granted(session: string, incidents: string[], paths?: PathClaim[], ttlMs?: number): Promise<Run>;
}

export type OpenEngine = (options: SqliteLedgerOptions) => Promise<Ledger>;
let openEngine: OpenEngine = openSqliteLedger;

/** From now on the desks of this test file stand on another engine: the same tests then hold for it. */
export function openDesksOn(engine: OpenEngine): void {
  openEngine = engine;
}

/** A ledger in a folder of its own, with a clock and processes that the test moves. */
export async function openDesk(options: { view?: boolean; steady?: () => SteadyTime } = {}): Promise<Desk> {
  const folder = tempFolder();
  const file = join(folder, 'git', 'pitcrew', 'ledger.db');
  const viewFile = join(folder, '.claude', 'active-runs.md');
  const log = collectingLog();
  const processes = new Map<string, OwnerLiveness>();
  let now = START;
  const ledger = await openEngine({
    file,
    clock: () => now,
    log,
    liveness: (owner) => processes.get(owner.start) ?? 'unknown',
    ...(options.steady ? { steady: options.steady } : {}),
    ...(options.view ? { view: { file: viewFile, delayMs: 1 } } : {}),
  });
  onTestFinished(() => ledger.dispose());
  const claim: Desk['claim'] = (session, incidents, paths = [], ttlMs = 2 * MINUTE) =>
    ledger.register({
      cmd: cmd(),
      session,
      owner: ownerOf(session),
      incidents,
      paths,
      base: 'a1b2c3',
      ttlMs,
      intent: `fix ${incidents.join(', ')}`,
    });
  return {
    ledger,
    folder,
    file,
    viewFile,
    log,
    processes,
    pass: (ms) => {
      now += ms;
    },
    now: () => now,
    claim,
    granted: async (...args) => {
      const answer = await claim(...args);
      if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer.conflicts)}`);
      return answer.run;
    },
  };
}
