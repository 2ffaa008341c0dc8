import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { literalGlob } from '../ledger/glob-text.ts';
import { currentOwner } from '../ledger/owner.ts';
import { openSqliteLedger } from '../ledger/sqlite-ledger.ts';
import { systemClock } from '../src/core/clock.ts';
import { stderrLog } from '../src/core/log.ts';
import { childEnvironment, run } from '../src/core/run.ts';
import type { Bench } from './bench.ts';
import { atMost, type Figure, median, rounded, span } from './figure.ts';

const ROUNDS = 30;

/** What the client starts: hooks.json names it. */
const GUARD = resolve('hooks/guard.sh');

/** What a hook may take as a process, where a bare Node takes about 40. */
const MOST_MS = 60;
const BARE_MS = 40;

interface Asked {
  tool: string;
  input: Record<string, string>;
  /** Which repository it is asked in: one where nobody works, or one with live runs. */
  cwd: string;
}

/**
 * The guard as the client starts it, before every Bash, Edit and Write, beside a Node that does nothing. Each round asks
 * every question once, so that a busy moment of the machine hits all of them.
 */
export async function hooks({ progress }: Bench): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-bench-hooks-'));
  try {
    const questions = await prepare(folder);
    const times = new Map(['bare', ...Object.keys(questions)].map((name): [string, number[]] => [name, []]));
    // Round 0 only fills caches.
    for (let round = 0; round <= ROUNDS; round += 1) {
      if (round % 10 === 0) progress(`hooks, round ${round} of ${ROUNDS}`);
      const note = (name: string, elapsed: number) => round > 0 && times.get(name)?.push(elapsed);
      note('bare', (await timed(process.execPath, ['-e', '0'], '', folder)).elapsed);
      for (const [name, { cwd, tool, input }] of Object.entries(questions)) {
        const question = JSON.stringify({
          session_id: 'bench',
          cwd,
          hook_event_name: 'PreToolUse',
          tool_name: tool,
          tool_input: input,
        });
        const done = await timed('sh', [GUARD], question, cwd);
        if (done.said !== '') throw new Error(`The hook refused what it should allow: ${done.said}`);
        note(name, done.elapsed);
      }
    }
    return Object.keys(questions).map((name) => figureOf(name, times));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function figureOf(name: string, times: Map<string, number[]>): Figure {
  const ours = times.get(name) ?? [];
  const bare = times.get('bare') ?? [];
  // All that a hook does is computing: on a machine on which Node itself takes longer, all of it does.
  const value = rounded((median(ours) / median(bare)) * BARE_MS, 1);
  return atMost(
    {
      name: `hook: ${name}, at a bare node of ${BARE_MS} ms`,
      value,
      unit: 'ms',
      detail: `hook ${span(ours, 'ms')}; bare node ${span(bare, 'ms')}`,
    },
    MOST_MS,
  );
}

/** A repository in which nobody works, and one in which this process, as the client, and another session do. */
async function prepare(folder: string): Promise<Record<string, Asked>> {
  const quiet = await repositoryIn(join(folder, 'quiet'));
  const live = await repositoryIn(join(folder, 'live'));
  const worktree = join(live, '.pitcrew', 'worktrees', 'web-1');
  await git(live, 'worktree', 'add', '--quiet', '-b', 'fix/web-1', worktree);
  await mkdir(join(live, '.git', 'pitcrew'), { recursive: true });
  const ledger = await openSqliteLedger({
    file: join(live, '.git', 'pitcrew', 'ledger.db'),
    clock: systemClock,
    log: stderrLog('error'),
  });
  const owner = { ...currentOwner({ label: 'bench' }), client: { pids: [process.pid] } };
  const register = async (session: string, incident: string, path: string) => {
    const paths = [{ glob: literalGlob(path), mode: 'exclusive' as const }];
    const base = { base: 'HEAD', ttlMs: 3_600_000, intent: 'bench', cmd: incident };
    const answer = await ledger.register({ session, owner, incidents: [incident], paths, ...base });
    if (!answer.ok) throw new Error('The bench could not register.');
    return answer.run;
  };
  const own = await register('bench', 'sentry:acme/WEB-1', 'src/a.mjs');
  const data = { path: worktree, branch: 'fix/web-1', base: 'HEAD' };
  const step = { run: own.run, fence: own.fence, incident: 'sentry:acme/WEB-1', step: 'worktree' as const };
  await ledger.recordStep({ cmd: 'step', ...step, data });
  for (let other = 2; other < 12; other += 1) {
    await register(`other-${other}`, `sentry:acme/WEB-${other}`, `src/other-${other}.mjs`);
  }
  await ledger.dispose();
  const file = join(worktree, 'src', 'a.mjs');
  const edit = { tool: 'Edit', input: { file_path: file, old_string: 'a', new_string: 'b' } };
  const plain = { tool: 'Bash', input: { command: 'npm test -- --run src && git status --short | head' } };
  const judged = { tool: 'Bash', input: { command: 'for f in src/*.ts; do sed -n 1,5p "$f"; done | wc -l' } };
  return {
    'a command where nobody works': { ...plain, cwd: quiet },
    'an edit in its own worktree': { ...edit, cwd: live },
    'a plain command beside live runs': { ...plain, cwd: live },
    'a command beside live runs that is judged': { ...judged, cwd: live },
  };
}

async function repositoryIn(folder: string): Promise<string> {
  await mkdir(folder);
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  writeFileSync(join(folder, 'README.md'), '# bench\n');
  await git(folder, 'add', 'README.md');
  await git(
    folder,
    '-c',
    'user.name=b',
    '-c',
    'user.email=b@example.invalid',
    'commit',
    '--quiet',
    '-m',
    'base',
  );
  return folder;
}

async function git(cwd: string, ...args: string[]): Promise<void> {
  const done = await run('git', args, { cwd, env: childEnvironment(process.env), timeoutMs: 30_000 });
  if (done.code !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`);
}

/** From start to end of a process, with what it said. */
async function timed(
  program: string,
  args: string[],
  input: string,
  cwd: string,
): Promise<{ elapsed: number; said: string }> {
  const own = childEnvironment(process.env);
  // The guard's script starts the Node in PATH: the same one as the bare Node beside it.
  const path = [dirname(process.execPath), own.PATH].join(delimiter);
  const env = { ...own, PATH: path, CLAUDE_PID: String(process.pid), CLAUDE_PROJECT_DIR: cwd };
  const started = performance.now();
  const child = spawn(program, args, { cwd, stdio: 'pipe', env });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  await new Promise((done) => child.once('close', done));
  return { elapsed: performance.now() - started, said };
}
