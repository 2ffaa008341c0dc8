import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCheck } from '../../src/checks/run-check.ts';
import { folderWith, node } from './programs.ts';

const check = (command: string, timeoutSeconds = 30) => ({ name: 'test', command, timeoutSeconds });

describe('runCheck', () => {
  test('records the exit code and both streams in the order they were written', async () => {
    const cwd = folderWith();
    const run = await runCheck(check('echo one; echo two >&2; echo three; exit 3'), {
      cwd,
      env: process.env,
    });
    expect(run).toMatchObject({ name: 'test', exitCode: 3, timedOut: false, tail: 'one\ntwo\nthree' });
    expect(run.durationMs).toBeGreaterThanOrEqual(0);
  });

  test('says 127 for a command that does not exist', async () => {
    const run = await runCheck(check('no-such-command-here'), { cwd: folderWith(), env: process.env });
    expect(run.exitCode).toBe(127);
  });

  test('ends grandchildren with the time-out', async () => {
    const cwd = folderWith({
      'parent.mjs': `
        import { spawn } from 'node:child_process';
        import { writeFileSync } from 'node:fs';
        const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
        writeFileSync('child.pid', String(child.pid));
        setInterval(() => {}, 1000);`,
    });
    const run = await runCheck(check(`${node} parent.mjs & wait`, 2), { cwd, env: process.env });
    expect(run.timedOut).toBe(true);
    const pid = Number(readFileSync(join(cwd, 'child.pid'), 'utf8'));
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  test('ends on cancellation', async () => {
    const cwd = folderWith();
    const abort = new AbortController();
    const running = runCheck(check('touch started; sleep 60'), {
      cwd,
      env: process.env,
      signal: abort.signal,
    });
    await expect.poll(() => existsSync(join(cwd, 'started'))).toBe(true);
    abort.abort(new Error('cancelled by the client'));
    await expect(running).rejects.toThrow('cancelled by the client');
  });

  describe('a check that fills the disk is ended', () => {
    const writes = (where: string) =>
      `while :; do head -c 8000000 /dev/zero >> ${where}; echo more; sleep 0.05; done`;

    test('with what it writes into its folder', async () => {
      const cwd = folderWith({ 'node_modules/cache/old': '' });
      const disk = { mostBytes: 64e6, leaveBytes: 1 };
      const run = await runCheck(check(writes('node_modules/cache/big')), { cwd, env: process.env, disk });
      expect(run).toMatchObject({ exitCode: 137, timedOut: false });
      expect(run.tail).toMatch(/more\nPitcrew: it was ended, because it wrote more than 64 MB\.$/);
    });

    test('with little left free, wherever it writes', async () => {
      const cwd = folderWith();
      const elsewhere = folderWith();
      const { bavail, bsize } = statfsSync(cwd);
      const disk = { mostBytes: 1e15, leaveBytes: bavail * bsize - 100e6 };
      const run = await runCheck(check(writes(join(elsewhere, 'big'))), { cwd, env: process.env, disk });
      expect(run.exitCode).toBe(137);
      expect(run.tail).toMatch(/Pitcrew: it was ended, because it left less than \d+ MB free on the disk\.$/);
    });

    test('but one that others fill is not its doing', async () => {
      const cwd = folderWith();
      const elsewhere = folderWith();
      const disk = { mostBytes: 16e6, leaveBytes: 1 };
      const line = `head -c 64000000 /dev/zero > ${join(elsewhere, 'big')}; sync; sleep 3; echo done`;
      const run = await runCheck(check(line), { cwd, env: process.env, disk });
      expect(run).toMatchObject({ exitCode: 0, tail: 'done' });
    });
  });

  test('keeps the end of huge output, small', async () => {
    const cwd = folderWith({
      'loud.mjs': `
        for (let i = 0; i < 200000; i++) console.log('line ' + i + ' ' + 'x'.repeat(50));
        process.stdout.write(' '.repeat(3_000_000) + '\\n');
        console.log('the end');`,
    });
    const run = await runCheck(check(`${node} loud.mjs`), { cwd, env: process.env });
    expect(run.exitCode).toBe(0);
    expect(run.tail.length).toBeLessThanOrEqual(4_000);
    expect(run.tail.split('\n').length).toBeLessThanOrEqual(40);
    expect(run.tail).toMatch(/the end$/);
  });

  test('takes colours, hidden characters, secrets and this machine out of the tail', async () => {
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const cwd = folderWith({
      'say.mjs': `
        console.log('\\u001b[31mred\\u001b[0m \\u202eback\\u202c \\u{e0041}');
        console.log('token=' + ${JSON.stringify(token)});
        console.log('at f (' + process.cwd() + '/src/a.js:1:2) in ' + process.cwd());
        console.log('at g (file://' + process.cwd() + '/src/b.js:1:2)');`,
    });
    const run = await runCheck(check(`${node} say.mjs`), { cwd, env: process.env });
    const [colours, secret, ...paths] = run.tail.split('\n');
    expect(colours).toBe('red back');
    expect(secret).not.toContain(token);
    expect(secret).toContain('[secret:');
    expect(paths).toEqual(['at f (src/a.js:1:2) in .', 'at g (src/b.js:1:2)']);
  });

  test('hands over no credentials, no git pointers and no outer test runner', async () => {
    const cwd = folderWith({ 'env.mjs': 'console.log(JSON.stringify(process.env));' });
    const env = {
      PATH: process.env.PATH,
      SENTRY_AUTH_TOKEN: 'sntryu_0123456789abcdef',
      GIT_DIR: '/elsewhere/.git',
      NODE_TEST_CONTEXT: 'child-v8',
      FORCE_COLOR: '1',
      KEPT: 'yes',
    };
    const run = await runCheck(check(`${node} env.mjs`), { cwd, env });
    const seen = JSON.parse(run.tail);
    expect(seen).toMatchObject({ KEPT: 'yes', CI: 'true', NO_COLOR: '1' });
    for (const name of ['SENTRY_AUTH_TOKEN', 'GIT_DIR', 'NODE_TEST_CONTEXT', 'FORCE_COLOR']) {
      expect(seen).not.toHaveProperty(name);
    }
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie that its new parent has not reaped yet has ended.
    return !/^State:\s+Z/m.test(
      existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '',
    );
  } catch {
    return false;
  }
}
