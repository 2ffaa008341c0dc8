import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { type Acknowledged, checkHistory, type Death, type Sent } from '../../ledger/history/check.ts';
import type { Log } from '../../src/core/log.ts';
import { buildWorker } from './build-worker.ts';
import { openRemote } from './remote.ts';
import { STORES } from './store.ts';
import type { Call, Order, Said, Teeth } from './words.ts';

export interface StormOptions {
  /** kill: sessions end at any moment. freeze: they also stop for longer than their lease, and others take over. */
  kind: 'kill' | 'freeze';
  engine: string;
  /** The store's place where it is not a file of this storm's own. */
  place?: string;
  seconds: number;
  processes: number;
  teeth?: Teeth;
}

export interface StormResult {
  operations: number;
  effects: number;
  kills: number;
  freezes: number;
  /** Commands that a successor repeated, since nobody knew whether they were done. */
  repeated: number;
  /** Somebody has led a group: where the engine has such, storms without one say nothing about it. */
  hasGroup: boolean;
  violations: string[];
}

/** Lets sessions loose on one store, kills and freezes them, and checks what they left. */
export async function storm(options: StormOptions): Promise<StormResult> {
  const store = STORES[options.engine];
  if (!store) throw new Error(`There is no engine ${options.engine}.`);
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-storm-'));
  try {
    const crowd = new Crowd(options, await buildWorker(folder, options.teeth), folder);
    openRemote(crowd.remote).close();
    // Made ahead, so that the storm is over the operations and not over the first opening.
    await (await store.open(crowd.place, { clock: Date.now, log: SILENT })).dispose();
    await crowd.rage();
    return await judge(crowd, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function judge(crowd: Crowd, { engine }: StormOptions): Promise<StormResult> {
  const store = STORES[engine];
  if (!store) throw new Error(`There is no engine ${engine}.`);
  const { entries, integrity } = await store.read(crowd.place);
  const ledger = await store.open(crowd.place, { clock: Date.now, log: SILENT });
  const { active } = await ledger.list();
  await ledger.dispose();
  const remote = openRemote(crowd.remote);
  const effects = remote.effects();
  remote.close();
  const { acknowledged, sent, deaths, faults, errors, kills, freezes, repeated } = crowd;
  const found = checkHistory({ entries, acknowledged, sent, deaths, effects, active });
  const blocks = (await readFile(crowd.view, 'utf8').catch(() => '')).match(/pitcrew:begin/g)?.length ?? 0;
  return {
    operations: entries.length,
    effects: effects.length,
    kills,
    freezes,
    repeated,
    hasGroup: existsSync(join(crowd.place, '..', 'group-lock.db')),
    violations: [
      ...found,
      ...faults,
      ...errors.map((text) => `a session failed: ${text.trim().slice(0, 600)}`),
      ...(integrity === 'ok' ? [] : [`I6 ${integrity}`]),
      ...(blocks <= 1 ? [] : [`I11 the view has ${blocks} blocks`]),
    ],
  };
}

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };
/** Times between two kills and two freezes, and how long a freeze lasts at most; the freeze storm's lease is 300 ms. */
const KILL_EVERY_MS = 100;
const FREEZE_EVERY_MS = 60;
const LEAST_FREEZE_MS = 100;
const FREEZE_MS = 1400;
/**
 * A database gives its lock to whoever came first, also to somebody who sleeps: with half of them asleep nearly nothing else
 * would happen. Fewer sleep, and some for longer than the second after which they are cut off.
 */
const DATABASE_FREEZE_EVERY_MS = 250;
const DATABASE_FREEZE_MS = 2900;

interface Session {
  child: ChildProcess;
  owner?: string;
  /** It has made its first call. */
  hasBegun: boolean;
  /** Its last call, as long as that is not answered. */
  pending?: Call | undefined;
}

class Crowd {
  readonly place: string;
  readonly remote: string;
  readonly view: string;
  readonly acknowledged: Acknowledged[] = [];
  readonly sent: Sent[] = [];
  readonly deaths: Death[] = [];
  readonly faults: string[] = [];
  readonly errors: string[] = [];
  kills = 0;
  freezes = 0;
  repeated = 0;
  private readonly options: StormOptions;
  private readonly worker: string;
  private sessions: Session[] = [];
  private started = 0;
  private readonly thaws: Promise<void>[] = [];

  constructor(options: StormOptions, worker: string, folder: string) {
    this.options = options;
    this.worker = worker;
    this.place = options.place ?? join(folder, 'pitcrew', 'ledger.db');
    this.remote = join(folder, 'remote.db');
    this.view = join(folder, '.claude', 'active-runs.md');
  }

  async rage(): Promise<void> {
    const { processes, seconds, kind } = this.options;
    try {
      this.sessions = Array.from({ length: processes }, () => this.start());
      // The time counts from when there is somebody to kill, however slow the machine starts them.
      while (!this.sessions.some((session) => session.hasBegun) && this.errors.length === 0) await delay(20);
      const endsAt = performance.now() + seconds * 1000;
      await Promise.all([this.killing(endsAt), ...(kind === 'freeze' ? [this.freezing(endsAt)] : [])]);
    } finally {
      await Promise.all(this.sessions.map((session) => this.kill(session)));
    }
  }

  private async killing(endsAt: number): Promise<void> {
    const every = this.options.kind === 'kill' ? KILL_EVERY_MS : 4 * KILL_EVERY_MS;
    for (; performance.now() < endsAt; await delay(every)) {
      const at = Math.floor(Math.random() * this.sessions.length);
      const victim = this.sessions[at];
      // One that has not begun yet would only make the storm a storm of starts.
      if (!victim?.hasBegun) continue;
      await this.kill(victim);
      this.kills++;
      this.sessions[at] = this.start(victim.pending);
    }
  }

  private async freezing(endsAt: number): Promise<void> {
    const every = this.isInDatabase() ? DATABASE_FREEZE_EVERY_MS : FREEZE_EVERY_MS;
    for (; performance.now() < endsAt; await delay(every)) {
      const session = this.sessions[Math.floor(Math.random() * this.sessions.length)];
      if (!session?.hasBegun || !session.child.kill('SIGSTOP')) continue;
      this.thawLater(session);
    }
    await Promise.all(this.thaws);
  }

  private thawLater({ child }: Session): void {
    this.freezes++;
    const longest = this.isInDatabase() ? DATABASE_FREEZE_MS : FREEZE_MS;
    this.thaws.push(delay(LEAST_FREEZE_MS + Math.random() * longest).then(() => void child.kill('SIGCONT')));
  }

  private isInDatabase(): boolean {
    return this.options.engine === 'postgres';
  }

  private start(repeat?: Call): Session {
    const { engine, kind, teeth } = this.options;
    const session = `session-${this.started++}`;
    const order: Order = {
      engine,
      place: this.place,
      remote: this.remote,
      session,
      ttlMs: kind === 'freeze' ? 300 : 60_000,
      // The others are on their own; and together nobody would see what happens without a transaction.
      together: this.started % 4 !== 0 && teeth !== 'no-immediate',
      ...(this.started % 4 === 0 ? { view: this.view } : {}),
      ...(teeth ? { teeth } : {}),
      ...(repeat ? { repeat } : {}),
    };
    if (repeat) this.repeated++;
    const child = spawn(process.execPath, [this.worker, JSON.stringify(order)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started: Session = { child, hasBegun: false };
    createInterface({ input: child.stdout }).on('line', (line) => this.hear(started, line));
    child.stderr.on('data', (chunk) => this.errors.push(String(chunk)));
    return started;
  }

  private hear(session: Session, line: string): void {
    const said = parsed(line);
    if (said?.did === 'start') session.owner = said.owner;
    if (said?.did === 'call') {
      session.hasBegun = true;
      session.pending = said.call;
      this.sent.push({ cmd: said.call.input.cmd, calledAt: said.calledAt });
    }
    if (said?.did === 'answer') {
      session.pending = undefined;
      this.acknowledged.push(said.acknowledged);
    }
    if (said?.did === 'stop') this.thawLater(session);
    if (said?.did === 'fault') this.faults.push(said.what);
  }

  private async kill(session: Session): Promise<void> {
    const { child } = session;
    const killedAt = Date.now();
    const isGone = child.exitCode !== null || child.signalCode !== null;
    if (!isGone) {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    }
    const goneAt = Number(process.hrtime.bigint()) / 1e6;
    if (session.owner !== undefined) this.deaths.push({ owner: session.owner, killedAt, goneAt });
  }
}

/** The last line of a process that was killed may be cut off. */
function parsed(line: string): Said | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
