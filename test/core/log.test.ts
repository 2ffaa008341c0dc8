import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../src/core/run.ts';

const secret = `sntryu_${'0123456789abcdef'.repeat(4)}`;
const script = `import { stderrLog } from ${JSON.stringify(resolve('src/core/log.ts'))};
const log = stderrLog(process.argv[1]);
for (const level of ['debug', 'info', 'warn', 'error']) log[level](level + ' with ' + process.env.WORD);`;

const logged = async (least: string, word = 'x') =>
  run(process.execPath, ['--input-type=module', '-e', script, '--', least], {
    cwd: '.',
    env: { WORD: word },
    timeoutMs: 30_000,
  });

test('lines go to stderr only, from the given level on', async () => {
  const { stdout, stderr } = await logged('warn');
  expect(stdout).toBe('');
  expect(stderr).toBe('pitcrew warn: warn with x\npitcrew error: error with x\n');
  expect((await logged('debug')).stderr.split('\n')).toHaveLength(5);
});

test('a token in a message is taken out', async () => {
  const { stderr } = await logged('error', secret);
  expect(stderr).toMatch(/^pitcrew error: error with \[secret:/);
  expect(stderr).not.toContain(secret);
});
