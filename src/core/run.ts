import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Writable } from 'node:stream';

export interface RunOptions {
  cwd: string;
  /** The child's whole environment; take it from `childEnvironment`, which leaves tokens out. */
  env: NodeJS.ProcessEnv;
  timeoutMs: number;
  /**
   * Written to stdin, which is closed after it; without it stdin is empty. A promise lets the program start before it is
   * known what to ask; one that fails ends the program.
   */
  input?: string | Promise<string>;
  /** Bytes kept of each stream. The end is kept: that is where test runners say what failed. */
  maxBytes?: number;
  signal?: AbortSignal;
  /** Ends what the program left running in its process group when it ends itself; `runShell` does. */
  endGroup?: boolean;
}

export interface RunResult {
  /** The exit code; 128 + the signal's number when a signal ended it; 127 when it could not be started. */
  code: number;
  stdout: string;
  stderr: string;
  timedOut: boolean;
  durationMs: number;
}

const DEFAULT_MAX_BYTES = 1024 * 1024;

/**
 * Runs a program to its end in a process group of its own, so that a time-out or a cancellation ends its
 * children too. Never throws for what the program does: read `code` and `timedOut`.
 */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const started = performance.now();
  const keep = options.maxBytes ?? DEFAULT_MAX_BYTES;
  return new Promise((resolve) => {
    const child = start(command, args, options);
    if (typeof child === 'string') {
      resolve({ code: 127, stdout: '', stderr: child, timedOut: false, durationMs: 0 });
      return;
    }
    liveChildren.add(child);
    const stdout = collectTail(child.stdout, keep);
    const stderr = collectTail(child.stderr, keep);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child);
    }, options.timeoutMs);
    const onAbort = () => killGroup(child);
    if (options.signal?.aborted) onAbort();
    options.signal?.addEventListener('abort', onAbort, { once: true });

    let settled = false;
    const settle = (code: number, note = '') => {
      if (settled) return;
      settled = true;
      liveChildren.delete(child);
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
      if (options.endGroup && process.platform !== 'win32') killGroup(child);
      resolve({
        code,
        stdout: stdout(),
        stderr: stderr() + note,
        timedOut,
        durationMs: Math.round(performance.now() - started),
      });
    };
    child.on('error', (error) => settle(127, error.message));
    child.on('close', (code, signal) => settle(code ?? 128 + signalNumber(signal)));
    // A program that leaves a background child behind keeps our pipes open; its own exit decides after a moment.
    child.on('exit', (code, signal) =>
      setTimeout(() => settle(code ?? 128 + signalNumber(signal)), EXIT_TO_CLOSE_MS).unref(),
    );
    // A program may end before it has read its input; that is its choice, not our failure.
    child.stdin.on('error', () => {});
    writeInput(child, options.input ?? '');
  });
}

/**
 * `run` for a command line as people write it in a configuration file: through the shell. What it leaves behind in the
 * background ends with it: a test's server would otherwise hold its port and its folder for ever. A service that is
 * meant to stay detaches itself (setsid, a container). Programs started by `run` are left alone, since git, ssh and gpg
 * keep helpers on purpose.
 */
export function runShell(commandLine: string, options: RunOptions): Promise<RunResult> {
  const ending = { ...options, endGroup: true };
  return process.platform === 'win32'
    ? run(options.env.ComSpec ?? 'cmd.exe', ['/d', '/s', '/c', commandLine], ending)
    : run('/bin/sh', ['-c', commandLine], ending);
}

/** Variables of `env` that a child may see: everything but what looks like a credential, by name or by value. */
export function childEnvironment(env: NodeJS.ProcessEnv, secrets: readonly string[] = []): NodeJS.ProcessEnv {
  const known = new Set(secrets.filter((secret) => secret.length >= 8));
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name, value = '']) =>
        KEPT.has(name) || !(SECRET_NAME.test(name) || known.has(value) || URL_WITH_PASSWORD.test(value)),
    ),
  );
}

/** Where commands run, which only looks like a password. */
const KEPT = new Set(['PWD', 'OLDPWD']);

const URL_WITH_PASSWORD = /^[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/@]{0,200}:[^\s/@]{1,200}@/i;

const SECRET_NAME =
  /TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|WEBHOOK|(^|_)(PWD|(API|PRIVATE|ACCESS|AUTH|SIGNING|ENCRYPTION)_?KEY|KEY_ID|AUTH|PAT|COOKIE|DSN)(_|$)|^ANTHROPIC_|^CLAUDE_CODE_MESSAGING_|^PITCREW_LEDGER_URL$/i;

function writeInput(child: ChildProcess & { stdin: Writable }, input: string | Promise<string>): void {
  if (typeof input === 'string') child.stdin.end(input);
  else {
    input.then(
      (text) => child.stdin.end(text),
      () => killGroup(child),
    );
  }
}

/** The child, or why there can be none: a NUL in an argument and too long a command line throw before there is one. */
function start(command: string, args: readonly string[], options: RunOptions) {
  try {
    return spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      detached: process.platform !== 'win32',
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const EXIT_TO_CLOSE_MS = 500;

// A child has a process group of its own, so it would outlive us: our exit takes it along.
const liveChildren = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of liveChildren) killGroup(child);
});

function collectTail(stream: NodeJS.ReadableStream, maxBytes: number): () => string {
  let chunks: Buffer[] = [];
  let held = 0;
  let dropped = false;
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    held += chunk.length;
    // Cut only now and then: copying on every chunk would make a chatty program quadratic.
    if (held > 2 * maxBytes) {
      chunks = [Buffer.concat(chunks).subarray(-maxBytes)];
      held = maxBytes;
      dropped = true;
    }
  });
  return () => {
    const all = Buffer.concat(chunks);
    const cut = all.length > maxBytes ? all.subarray(-maxBytes) : all;
    return dropped || cut !== all
      ? `[earlier output left out]\n${cut.toString('utf8')}`
      : cut.toString('utf8');
  };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is gone already: what was wanted.
  }
}

const signalNumber = (signal: NodeJS.Signals | null): number => (signal ? constants.signals[signal] : 1);
