import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunOptions, run, runShell } from '../../src/core/run.ts';
import { isAlive, until, untilGone } from './processes.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitcrew-run-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const options = (more: Partial<RunOptions> = {}): RunOptions => ({
  cwd: folder,
  env: { PATH: process.env.PATH },
  timeoutMs: 30_000,
  ...more,
});
const node = (script: string, more: Partial<RunOptions> = {}) =>
  run(process.execPath, ['-e', script], options(more));
const pidIn = (file: string) =>
  until(`${file} holds a process id`, async () => Number(await readFile(file, 'utf8').catch(() => '')));

describe('how it ended', () => {
  test.each([
    ['exit 0', 0],
    ['exit 3', 3],
    ['kill -TERM $$', 143],
    ['kill -KILL $$', 137],
  ])('`%s` is code %i', async (line, code) => {
    expect(await runShell(line, options())).toMatchObject({ code, timedOut: false });
  });

  test('both streams come back apart, with the duration in whole milliseconds', async () => {
    const result = await runShell('echo out; echo err >&2', options());
    expect(result).toMatchObject({ stdout: 'out\n', stderr: 'err\n' });
    expect(Number.isInteger(result.durationMs)).toBe(true);
  });

  test('what cannot be started is code 127 with the reason on stderr', async () => {
    expect(await run('no-such-program-here', [], options())).toMatchObject({ code: 127, timedOut: false });
    const missing = await run('true', [], options({ cwd: join(folder, 'missing') }));
    expect(missing).toMatchObject({ code: 127, stdout: '' });
    expect(missing.stderr).toContain('ENOENT');
    const file = join(folder, 'not-executable');
    await writeFile(file, '#!/bin/sh\n');
    await chmod(file, 0o644);
    const forbidden = await run(file, [], options());
    expect(forbidden).toMatchObject({ code: 127 });
    expect(forbidden.stderr).toContain('EACCES');
  });

  test.each([
    ['an argument longer than the system takes', 'x'.repeat(4 * 1024 * 1024)],
    ['an argument with a NUL', 'a\0b'],
  ])('%s is code 127, not a rejection', async (_name, argument) => {
    expect(await run('true', [argument], options())).toMatchObject({ code: 127 });
  });
});

describe('time-out and cancellation', () => {
  test('a time-out ends the grandchildren too', async () => {
    const result = await runShell('sleep 300 & echo $!; wait', options({ timeoutMs: 400 }));
    expect(result).toMatchObject({ timedOut: true, code: 137 });
    const grandchild = Number(result.stdout);
    expect(grandchild).toBeGreaterThan(1);
    await untilGone(grandchild);
  });

  test('a program that ignores TERM is ended as well', async () => {
    const result = await runShell(
      "trap '' TERM INT HUP; while :; do sleep 1; done",
      options({ timeoutMs: 300 }),
    );
    expect(result).toMatchObject({ timedOut: true, code: 137 });
  });

  test('an abort ends the whole group and is no time-out', async () => {
    const abort = new AbortController();
    const file = join(folder, 'aborted.pid');
    const running = runShell(`sleep 300 & echo $! > ${file}; wait`, options({ signal: abort.signal }));
    const grandchild = await pidIn(file);
    abort.abort();
    expect(await running).toMatchObject({ timedOut: false, code: 137 });
    await untilGone(grandchild);
  });

  test('a signal that is aborted already lets nothing run on', async () => {
    const result = await runShell('sleep 300', options({ signal: AbortSignal.abort() }));
    expect(result).toMatchObject({ timedOut: false, code: 137 });
  });

  test.each([
    ['holding its output', 'sleep 300 & echo $!'],
    ['with output of its own', 'sleep 300 > /dev/null 2>&1 & echo $!'],
    ['deaf to TERM', 'sh -c \'trap "" TERM HUP; sleep 300; sleep 300\' > /dev/null 2>&1 & echo $!'],
  ])('what a command line leaves behind ends with it, %s', async (_name, line) => {
    const result = await runShell(line, options());
    expect(result).toMatchObject({ code: 0, timedOut: false });
    await untilGone(Number(result.stdout));
  });

  test('what detaches itself stays', async () => {
    const file = join(folder, 'detached.pid');
    const detach = `require('node:child_process').spawn('sleep', ['300'], { detached: true, stdio: 'ignore' })`;
    const script = `require('node:fs').writeFileSync(${JSON.stringify(file)}, String(${detach}.pid)); process.exit()`;
    expect(
      await runShell(`${process.execPath} -e '${script.replaceAll("'", '"')}'`, options()),
    ).toMatchObject({
      code: 0,
    });
    const left = await pidIn(file);
    expect(isAlive(left)).toBe(true);
    process.kill(left, 'SIGKILL');
  });

  test('a program that is no command line may leave a helper behind, and hangs nobody', async () => {
    const result = await run('/bin/sh', ['-c', 'sleep 300 & echo $!'], options());
    expect(result).toMatchObject({ code: 0, timedOut: false });
    const left = Number(result.stdout);
    expect(isAlive(left)).toBe(true);
    process.kill(left, 'SIGKILL');
  });

  test('our own exit takes the children along', async () => {
    const file = join(folder, 'orphan.pid');
    const script = join(folder, 'parent.mjs');
    await writeFile(
      script,
      `import { runShell } from ${JSON.stringify(resolve('src/core/run.ts'))};
       runShell('sleep 300 & echo $! > ${file}; wait', { cwd: '.', env: process.env, timeoutMs: 60000 });
       process.stdin.on('end', () => process.exit(0)).resume();`,
    );
    const parent = spawn(process.execPath, [script], { cwd: folder, stdio: ['pipe', 'ignore', 'inherit'] });
    const grandchild = await pidIn(file);
    parent.stdin.end();
    await untilGone(grandchild);
  });
});

describe('output', () => {
  test('the end is kept and the loss is said', async () => {
    const result = await node('for (let i = 1; i <= 20000; i++) console.log("line " + i)', {
      maxBytes: 1000,
    });
    const [first, ...rest] = result.stdout.split('\n');
    expect(first).toBe('[earlier output left out]');
    expect(rest.join('\n').length).toBeLessThanOrEqual(1000);
    expect(rest.at(-2)).toBe('line 20000');
  });

  test('each stream has its own limit; what fits is whole', async () => {
    const result = await node(
      'process.stdout.write("o".repeat(1000)); process.stderr.write("e".repeat(1001))',
      {
        maxBytes: 1000,
      },
    );
    expect(result.stdout).toBe('o'.repeat(1000));
    expect(result.stderr).toBe(`[earlier output left out]\n${'e'.repeat(1000)}`);
  });

  test('characters that arrive in pieces are put together', async () => {
    const result = await node(
      'const b = Buffer.from("é€😀"); for (const x of b) process.stdout.write(Buffer.from([x]));',
    );
    expect(result.stdout).toBe('é€😀');
  });
});

describe('stdin', () => {
  test('the input is written and closed; without one stdin is empty', async () => {
    expect((await run('cat', [], options({ input: 'héllo\n' }))).stdout).toBe('héllo\n');
    expect(await run('cat', [], options())).toMatchObject({ code: 0, stdout: '' });
  });

  test('the program runs while its input is still unknown; an input that fails ends it', async () => {
    const began = join(folder, 'began');
    const { promise, resolve: tell } = Promise.withResolvers<string>();
    const running = runShell(`touch ${began}; cat`, options({ input: promise }));
    await until('it began', async () => (await readFile(began).catch(() => undefined)) !== undefined);
    tell('late\n');
    expect((await running).stdout).toBe('late\n');
    expect(await run('cat', [], options({ input: Promise.reject(new Error('no')) }))).toMatchObject({
      code: 137,
    });
  });

  test('a program that does not read its input is no failure', async () => {
    expect(await run('true', [], options({ input: 'x'.repeat(2_000_000) }))).toMatchObject({
      code: 0,
      stderr: '',
    });
  });
});

test('arguments reach the program as they are: no shell in between', async () => {
  const words = ['$(id)', '; echo x', '`id`', "it's", 'a\nb', '*', ''];
  const result = await run(
    process.execPath,
    ['-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', ...words],
    options(),
  );
  expect(JSON.parse(result.stdout)).toEqual(words);
});
