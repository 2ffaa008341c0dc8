import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CUT_LOOSE } from '../support/apart-from-agents.ts';
import { namedCopy } from '../support/person-terminal.ts';
import { contractCrash, openStage, PROGRAM, type Stage } from '../support/stage.ts';

// A client is what its process is called: a copy of the shell that stays above what it starts. Whoever runs the tests, an
// agent perhaps, is not above it.
const ISSUE = 'RACE-DAY-1';
const SERVER = [process.execPath, PROGRAM, 'mcp'];
let stage: Stage;
let agent: string;
let elsewhere: string;

beforeAll(async () => {
  stage = await openStage();
  await stage.crash(contractCrash());
  agent = namedCopy('/bin/sh', stage.folder, 'claude');
  elsewhere = namedCopy('/bin/sh', stage.folder, 'sidecar');
});
afterAll(() => stage?.close());

const below = (program: string, command: readonly string[]) => [
  program,
  '-c',
  '"$@"; exit $?',
  'sh',
  ...command,
];
const named = (name: string, command: readonly string[]) => [
  ...['/bin/bash', '-c', 'exec -a "$0" /bin/sh -c \'"$@"; exit $?\' sh "$@"', name],
  ...command,
];
/** As clients start the commands of their agents: in a session of their own. */
const ofItsOwn = (command: readonly string[]) => ['/usr/bin/env', 'setsid', '--wait', ...command];
const hidden = (command: readonly string[]) => ['/usr/bin/env', '-i', `HOME=${stage.folder}`, ...command];

/** What comes of a dialog that is answered, and of a reply that is "typed", with a server that was started so. */
async function consentIn(command: readonly string[]): Promise<{ dialog: string; typed: string }> {
  const env = { ...stage.env, CLAUDECODE: '1', CLAUDE_CODE_ENTRYPOINT: 'cli' };
  const transport = new StdioClientTransport({
    command: '/bin/sh',
    args: ['-c', CUT_LOOSE, 'sh', ...command],
    cwd: stage.repository,
    env,
  });
  const client = new Client({ name: 'claude-code', version: '2' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { selection: '1' } }));
  await client.connect(transport);
  const call = async (name: string, input: Record<string, unknown> = {}): Promise<string> =>
    JSON.stringify((await client.callTool({ name, arguments: input })).content);
  try {
    await call('sentry_list_issues', { issues: [ISSUE] });
    const dialog = await call('triage_select');
    await call('person_prompt', { prompt: '1', session: '0f2f6c1e-5b0a-4a51-9d5e-2f1b7c9f4d10' });
    return { dialog, typed: await call('triage_select') };
  } finally {
    await client.close();
  }
}

describe.skipIf(process.platform !== 'linux')('a server below a coding agent', () => {
  test.each([
    ['started by the client itself', () => below(agent, SERVER)],
    ['through a shell, as npx does it', () => below(agent, below('/bin/sh', SERVER))],
    ['of a client that has its own session', () => ofItsOwn(below(agent, SERVER))],
    ['of a process of the client that has its own', () => below(agent, ofItsOwn(below(agent, SERVER)))],
    ['of a program that is no agent, in a session of its own', () => below(elsewhere, ofItsOwn(SERVER))],
  ])('%s: the person’s word counts', async (_name, command) => {
    expect(await consentIn(command())).toEqual({
      dialog: expect.stringContaining(`Selected by person (elicitation): ${ISSUE}`),
      typed: expect.stringContaining(`Selected by person (typed): ${ISSUE}`),
    });
  });

  test.each([
    ['in a shell', () => below(agent, ofItsOwn(below('/bin/sh', SERVER)))],
    ['in place of the shell', () => below(agent, ofItsOwn(SERVER))],
    ['below a client of its own', () => below(agent, ofItsOwn(below('/bin/sh', below(agent, SERVER))))],
    ['below what only calls itself a client', () => below(agent, ofItsOwn(named('claude', SERVER)))],
  ])('started by a command of the agent, %s: nobody’s word counts', async (_name, command) => {
    const refused = expect.stringMatching(
      /There is nobody to ask here \(a command of an agent started this (server|client) \(claude, pid \d+\)\)/,
    );
    expect(await consentIn(command())).toEqual({ dialog: refused, typed: refused });
  });

  test('of a client that calls itself what it is not: nobody’s word counts', async () => {
    expect((await consentIn(below(namedCopy('/bin/sh', stage.folder, 'goose'), SERVER))).typed).toMatch(
      /the client calls itself claude-code, but it is not \(goose, pid \d+\)/,
    );
  });

  test('with the environment hidden as well', async () => {
    const services = Object.entries(stage.env).map(([name, value]) => `${name}=${value}`);
    const command = below(agent, ofItsOwn(hidden([...services, ...SERVER])));
    expect((await consentIn(command)).dialog).toContain('a command of an agent started this server');
  });
});
