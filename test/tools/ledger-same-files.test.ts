import { spawn } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../src/core/run.ts';
import { until, untilGone } from '../core/processes.ts';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { masked } from '../support/masked.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { openStage, PROGRAM, type Stage } from '../support/stage.ts';
import { claim, person, works, worktreeOf } from '../support/steps.ts';

const [FIRST, SECOND, THIRD] = ['RACE-DAY-1', 'RACE-DAY-2', 'RACE-DAY-3'] as const;

let stage: Stage;
let one: TestClient;
let two: TestClient;
let counted: { log: string; env: Record<string, string> };
const counts: number[] = [];
const at: Record<string, string> = {};

beforeAll(async () => {
  stage = await openStage();
  for (const name of ['one', 'two', 'three']) await stage.crash(crashIn(`src/${name}.mjs`));
  counted = countingGit();
  one = await connect(stage, { name: 'first-crew', answer: person().answer });
  two = await connect(stage, { name: 'second-crew', answer: person().answer });
  await claim(one, [FIRST], ['src/orders/**']);
  await claim(two, [SECOND]);
});
afterAll(async () => {
  await one?.close();
  await two?.close();
  await stage?.close();
});

/** A `git` on the PATH that writes a line for each start, and then is git. */
function countingGit() {
  const bin = join(stage.folder, 'bin');
  const log = join(stage.folder, 'git.log');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'git'),
    `#!/bin/sh\necho "$@" >> '${log}'\nPATH=$(echo "$PATH" | cut -d: -f2-)\nfor word; do test "$word" = SLOW && exec sleep 60; done\nexec git "$@"\n`,
  );
  chmodSync(join(bin, 'git'), 0o755);
  return { log, env: { ...stage.env, PATH: `${bin}:${stage.env.PATH}` } };
}

/** How many git processes `pitcrew ledger status` starts now. */
async function gitProcesses(): Promise<number> {
  writeFileSync(counted.log, '');
  const done = await cli({ repository: stage.repository, env: counted.env }, ['ledger', 'status']);
  expect(done.code, done.stderr).toBe(0);
  return readFileSync(counted.log, 'utf8').split('\n').length - 1;
}

const change = (issue: string, file: string, text = `// ${issue}\n`): void =>
  appendFileSync(join(at[issue] ?? '', file), text);
const inWorktree = async (issue: string, ...args: string[]): Promise<void> => {
  const done = await run('git', args, { cwd: at[issue] ?? '', env: stage.env, timeoutMs: 30_000 });
  if (done.code !== 0) throw new Error(done.stderr);
};
const sameFiles = async () => (await works(one, 'ledger_status')).data.sameFiles;
const found = async (kind: string): Promise<{ what: string; next: string }[]> =>
  (await cli(stage, ['ledger', 'doctor', '--json'])).data.findings.filter(
    (finding: { kind: string }) => finding.kind === kind,
  );

// In order: the worktrees fill.
test('without two live worktrees nothing is compared: not one git process more', async () => {
  counts.push(await gitProcesses());
  at[FIRST] = await worktreeOf(one, FIRST);
  change(FIRST, 'package.json', '\n');
  counts.push(await gitProcesses());
  expect(counts[1]).toBe(counts[0]);
});

test('with two there are more, and what they do not both change is not named', async () => {
  at[SECOND] = await worktreeOf(two, SECOND);
  change(SECOND, 'src/orders/pricing.mjs');
  expect(await gitProcesses()).toBeGreaterThan(counts[0] ?? 0);
  expect(await sameFiles()).toEqual([]);
  expect(await found('same_files')).toEqual([]);
});

test('a file that both change, committed here and not there, is named with run, issue and holder, and who goes first', async () => {
  change(FIRST, 'src/orders/pricing.mjs');
  await inWorktree(FIRST, 'commit', '--quiet', '--all', '--message', 'a fix');
  const { text, data } = await works(one, 'ledger_status');
  const said = text.split('\n').filter((line) => line.includes('both change'));
  expect(said.map((line) => masked(line, stage).replaceAll(/run r\d+-\w+/g, 'run <run>'))).toEqual([
    '- same files: RACE-DAY-1 (this session, run <run>) and RACE-DAY-2 (second-crew, pid <pid> on <host>, run <run>) both change src/orders/pricing.mjs. Next: RACE-DAY-1 has claimed this: the others undo their change, or wait until that run has ended.',
  ]);
  expect(data.sameFiles).toEqual([
    {
      paths: ['src/orders/pricing.mjs'],
      count: 1,
      worktrees: [
        {
          run: data.active[0].run,
          incident: 'sentry:pitstop/RACE-DAY-1',
          holder: expect.stringMatching(/^first-crew, pid/),
          own: true,
          path: at[FIRST],
          branch: 'fix/sentry-race-day-1',
        },
        expect.objectContaining({ run: data.active[1].run, own: false, path: at[SECOND] }),
      ],
      next: expect.stringMatching(/^RACE-DAY-1 has claimed this/),
    },
  ]);
  expect(data.notCompared).toEqual([]);
  const [finding] = await found('same_files');
  expect(finding?.what).toMatch(
    /^RACE-DAY-1 \(first-crew, pid \d+ on \S+, run r\d+-\w+\) and RACE-DAY-2 \(second-crew.* both change src\/orders\/pricing\.mjs\.$/,
  );
  expect(finding?.next).toBe(data.sameFiles[0].next);
});

test('new files count, many are cut in words, and what nobody of them has claimed one has to claim', async () => {
  for (const issue of [FIRST, SECOND]) {
    for (let file = 0; file < 7; file++) change(issue, `new-${file}.mjs`);
  }
  change(FIRST, 'lonely.mjs');
  const done = await cli(stage, ['ledger']);
  const said = done.stdout.split('\n').filter((line) => line.includes('both change'));
  expect(said.map((line) => line.replace(/.*both/, ''))).toEqual([
    expect.stringMatching(
      /^ change new-0\.mjs, new-1\.mjs, new-2\.mjs, new-3\.mjs, new-4\.mjs and 2 more\. Next: None of these runs has claimed this: one does with `[^`]+ ledger update`, and the others undo their change\.$/,
    ),
    expect.stringMatching(/^ change src\/orders\/pricing\.mjs\. Next: RACE-DAY-1 has claimed this: /),
  ]);
  expect(done.stdout).not.toContain('lonely');
  expect(await sameFiles()).toMatchObject([
    { count: 7, paths: expect.arrayContaining(['new-6.mjs']) },
    { count: 1 },
  ]);
  await inWorktree(FIRST, 'reset', '--quiet', '--hard', 'HEAD~1');
  await inWorktree(SECOND, 'checkout', '--quiet', '.');
  for (const issue of [FIRST, SECOND]) await inWorktree(issue, 'clean', '-fdq');
  expect(await sameFiles()).toEqual([]);
});

test('what a branch has taken in from the base branch is not its change', async () => {
  writeFileSync(join(stage.repository, 'merged.mjs'), '// of a colleague\n');
  await stage.git('add', 'merged.mjs');
  await stage.git('commit', '--quiet', '--message', 'merged');
  await stage.git('push', '--quiet', 'origin', 'main');
  for (const issue of [FIRST, SECOND]) {
    await inWorktree(
      issue,
      '-c',
      'user.name=T',
      '-c',
      'user.email=t@example.invalid',
      'merge',
      '--quiet',
      'main',
    );
  }
  change(SECOND, 'README.md');
  expect(await sameFiles()).toEqual([]);
  change(FIRST, 'README.md');
  expect((await sameFiles())[0].paths).toEqual(['README.md']);
});

test('a file that one shares the other may share too; then they are merged one after the other', async () => {
  await works(two, 'ledger_update', { issue: SECOND, shared: ['README.md'] });
  expect((await cli(stage, ['ledger'])).stdout).toMatch(
    /both change README\.md\. Next: RACE-DAY-2 shares this: the others share it too \(`--shared` of `[^`]+ ledger update`\), or undo their change\.$/m,
  );
  // Of two claims of one run the one for itself counts.
  await works(two, 'ledger_update', { issue: SECOND, add: ['README.md'], shared: ['*.md'] });
  expect((await sameFiles())[0].next).toMatch(/^RACE-DAY-2 has claimed this/);
  await works(two, 'ledger_update', { issue: SECOND, shared: ['README.md'], drop: ['*.md'] });
  await works(one, 'ledger_update', { issue: FIRST, shared: ['README.md'] });
  const [group] = await sameFiles();
  expect(group.next).toBe('Let one be merged before the others go on (ledger_lane keeps the order).');
});

test('the picture of watch says it too, in commands', async () => {
  const child = spawn(process.execPath, [PROGRAM, 'ledger', 'watch'], {
    cwd: stage.repository,
    env: stage.env,
  });
  let shown = '';
  child.stdout.on('data', (chunk) => {
    shown += chunk;
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  await until('the picture', () => /both change README\.md\. Next: .*\n/.test(shown));
  child.kill('SIGINT');
  await ended;
  expect(shown).toMatch(
    /Next: Let one be merged before the others go on \(`[^`]+ ledger lane` keeps the order\)\.\n/,
  );
});

test('what cannot be looked into is left out, and said; the rest is compared', async () => {
  await claim(two, [THIRD]);
  at[THIRD] = await worktreeOf(two, THIRD);
  writeFileSync(join(stage.repository, '.git/worktrees', basename(at[THIRD] ?? ''), 'index'), 'no index');
  const { text, data } = await works(one, 'ledger_status');
  expect(data.sameFiles).toHaveLength(1);
  expect(data.notCompared).toEqual([
    expect.objectContaining({ incident: 'sentry:pitstop/RACE-DAY-3', why: expect.stringContaining('index') }),
  ]);
  expect(text).toMatch(/^- What the worktree of RACE-DAY-3 changes was not compared: git \S+ failed/m);
  expect((await found('not_compared'))[0]?.what).toContain('RACE-DAY-3');
});

test('it ends in time, two worktrees side by side, and what was not done is said', async () => {
  writeFileSync(counted.log, '');
  const bin = join(stage.folder, 'bin/git');
  const quick = readFileSync(bin, 'utf8');
  writeFileSync(bin, quick.replace('SLOW', 'ls-files'));
  try {
    const status = ['ledger', 'status', '--json'];
    const { data } = await cli({ repository: stage.repository, env: counted.env }, status);
    expect(data.active).toHaveLength(3);
    expect(data.sameFiles).toEqual([]);
    expect(data.notCompared.map(({ why }: { why: string }) => why)).toEqual(
      Array.from({ length: 3 }, () => 'not done within 5 s'),
    );
  } finally {
    writeFileSync(bin, quick);
  }
  const slow = readFileSync(counted.log, 'utf8')
    .split('\n')
    .filter((line) => line.includes('ls-files'));
  expect(slow).toHaveLength(2);
});

test('a session that is gone counts no more', async () => {
  const { pid } = two.transport;
  process.kill(pid ?? 0, 'SIGKILL');
  await untilGone(pid ?? 0);
  expect(await sameFiles()).toEqual([]);
});
