import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { childEnvironment, run } from '../../src/core/run.ts';
import { namedCopy } from './person-terminal.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pitcrew-apart-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

const PROGRAM = `
import { agentOf } from ${JSON.stringify(resolve('src/context/agents.ts'))};
import { processesAbove } from ${JSON.stringify(resolve('src/context/processes.ts'))};
import { leaveAgents } from ${JSON.stringify(resolve('test/support/apart-from-agents.ts'))};

leaveAgents();
const agents = processesAbove().flatMap((process) => agentOf(process) ?? []);
console.log(JSON.stringify({ agents, variable: process.env.CLAUDECODE ?? null, words: process.argv.slice(2) }));
process.exitCode = 7;
`;

test.skipIf(process.platform === 'win32')(
  'a program that an agent starts can go on without it, with its words, output and exit code',
  async () => {
    const program = join(folder, 'program.ts');
    await writeFile(program, PROGRAM);
    const agent = namedCopy('/bin/sh', folder, 'claude');
    const done = await run(
      agent,
      ['-c', '"$@"; exit $?', 'sh', process.execPath, program, 'two words', '$HOME'],
      { cwd: folder, env: { ...childEnvironment(process.env), CLAUDECODE: '1' }, timeoutMs: 30_000 },
    );
    expect(done.stderr).toBe('');
    expect(JSON.parse(done.stdout)).toEqual({ agents: [], variable: null, words: ['two words', '$HOME'] });
    expect(done.code).toBe(7);
  },
);
