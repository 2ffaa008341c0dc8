import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { failsAsJson, failsWith, holdsNoSecret } from '../cli/failing.ts';
import { CHANGED, IDS, ISSUE, NOT_AN_ID, useTrouble } from '../cli/trouble.ts';
import { until, untilGone } from '../core/processes.ts';
import { silentUpstream } from '../mcp-server/silent-upstream.ts';
import { PROGRAM, readText } from '../support/stage.ts';

const at = useTrouble();

describe.concurrent('arguments that are something else', () => {
  at.groupChangesNothing();

  test.each(IDS)('a short id that is %s', async (_name, make) => {
    const trap = join(at.stage.folder, 'pwned');
    await failsWith(['sentry-latest-event', `--issue=${make(trap)}`], at.place(), {
      code: 2,
      sentence: NOT_AN_ID,
    });
    expect(existsSync(trap)).toBe(false);
  });

  test('a short id that would be an option where it stands', async () => {
    await failsWith(['sentry-latest-event', '--help; rm'], at.place(), {
      code: 2,
      sentence: /has no flag --help; rm/,
    });
    await failsWith(['worktree-create', '-rf'], at.place(), { code: 2, sentence: /-rf/ });
  });

  test.each<[line: string[], sentence: RegExp, hint?: RegExp]>([
    [['frobnicate'], /no command "frobnicate"/, /--help/],
    [['sentry_list_issues'], /no command/, /sentry-list-issues/],
    [['sentry-list-issues', '--frobnicate'], /no flag --frobnicate/, /--top/],
    [['sentry-list-issues', '--top'], /--top needs a value/],
    [['sentry-list-issues', '--top', 'many'], /--top needs a number, not "many"/],
    [['sentry-list-issues', '--top', '0'], /top/],
    [['sentry-list-issues', '--sort', 'luck'], /sort/],
    [['sentry-latest-event', 'A-1', 'B-2'], /cannot place "B-2"/, /--help/],
    [['sentry-list-issues', 'A-1'], /cannot place "A-1"/, /behind a flag: .*--issues/],
    [['sentry-list-issues', '--period', 'x'], /--period: a number of hours, days or weeks, such as 24h/],
    [['sandbox', '--port', 'many'], /--port needs a number/],
    [['sandbox', '--frob'], /--frob/],
    [['mcp', '--frob'], /mcp takes no arguments/],
    [['sentry-latest-event'], /ISSUE: missing/, /sentry-latest-event --help/],
    [['ledger-register', 'A-1', '--wait-seconds', '-1'], /: --wait-seconds: Too small/, /--help/],
    [['a\nb\u001b[31m'], /no command/],
    [['sentry-list-issues', '--\u001b[31mtop'], /no flag/],
    [['sentry-latest-event', 'A-1', 'B\u001b[2J'], /cannot place/],
  ])('%j', async (line, sentence, hint) => {
    await failsWith(line, at.place(), { code: 2, sentence, ...(hint ? { hint } : {}) });
  });

  test('an unknown command with --json', async () => {
    await failsAsJson(['frobnicate'], at.place(), { code: 2, sentence: /frobnicate/ });
  });
});

describe('interrupted', () => {
  test.each([
    ['SIGINT', 130, []],
    ['SIGINT', 130, ['--json']],
    ['SIGTERM', 130, []],
  ] as const)(
    '%s while Sentry is silent: code %i, the request is given up (%j)',
    async (signal, code, flags) => {
      const upstream = await silentUpstream();
      const { env } = at.place({ SENTRY_URL: upstream.url });
      const child = spawn(process.execPath, [PROGRAM, 'sentry-list-issues', ...flags], {
        cwd: at.stage.repository,
        env,
      });
      const output = { stdout: '', stderr: '' };
      child.stdout.on('data', (chunk) => {
        output.stdout += chunk;
      });
      child.stderr.on('data', (chunk) => {
        output.stderr += chunk;
      });
      await until('a request arrives', () => upstream.counts.arrived > 0);
      child.kill(signal);
      const [actual] = await once(child, 'close');
      await until('it is given up', () => upstream.counts.givenUp === upstream.counts.arrived);
      upstream.close();
      expect(actual).toBe(code);
      expect(output).toEqual({ stdout: '', stderr: '' });
      holdsNoSecret(output, env);
    },
  );

  test('SIGINT while a check runs ends the check, and leaves no copy of the base', async () => {
    const file = join(at.stage.folder, 'check.pid');
    await at.here('ledger-register', ISSUE, '--paths', 'slow.test.mjs');
    await at.here('worktree-create', ISSUE);
    for (const name of [...CHANGED, 'slow.test.mjs']) await writeFile(join(at.worktree(), name), '');
    const command = `sleep 300 & echo $! > ${file}; wait`;
    const args = ['fix-verify', ISSUE, '--test', command, '--test-files', 'slow.test.mjs'];
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: at.stage.repository,
      env: at.stage.env,
      stdio: 'ignore',
    });
    const grandchild = await until('the check runs', async () =>
      existsSync(file) ? Number(await readText(file)) : 0,
    );
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    await untilGone(grandchild);
    expect(await readdir(join(at.stage.repository, '.pitcrew/base')).catch(() => [])).toEqual([]);
    expect(code).toBe(130);
  });
});
