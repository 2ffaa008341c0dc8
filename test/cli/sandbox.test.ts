import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { run } from '../../src/core/run.ts';
import { PROGRAM } from '../support/stage.ts';

test('in a repository, what it keeps does not show in git status', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-sandbox-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const git = (...args: string[]) => run('git', args, { cwd: folder, env: process.env, timeoutMs: 10_000 });
  await git('init', '--quiet');
  const sandbox = spawn(process.execPath, [PROGRAM, 'sandbox', '--json'], { cwd: folder });
  const [line] = await once(createInterface(sandbox.stdout), 'line');
  expect(JSON.parse(line).data.SENTRY_AUTH_TOKEN).toMatch(/^sntryu_/);
  const status = await git('status', '--porcelain', '--untracked-files=all');
  const gone = once(sandbox, 'exit');
  sandbox.kill('SIGTERM');
  await gone;
  expect(status).toMatchObject({ code: 0, stdout: '' });
});
