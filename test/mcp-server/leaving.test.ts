import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ISSUE, WORKTREE } from '../cli/trouble.ts';
import { isAlive, until, untilGone } from '../core/processes.ts';
import type { RawServer } from '../mcp-server/raw-server.ts';
import { tool, useServers } from '../mcp-server/servers.ts';
import { silentUpstream } from '../mcp-server/silent-upstream.ts';
import { PROGRAM } from '../support/stage.ts';

const at = useServers();

/** How long a server may take to leave: it promises two seconds, the rest is for a busy machine. */
const LEAVES_WITHIN_MS = 5000;

const clients: ChildProcess[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.kill('SIGKILL');
});

describe('the end', () => {
  let upstream: Awaited<ReturnType<typeof silentUpstream>>;
  beforeEach(async () => {
    upstream = await silentUpstream();
  });
  afterEach(() => upstream.close());

  const busy = async (one: RawServer) => {
    one.send('tools/call', tool('sentry_list_issues'));
    await until('the request arrives', () => upstream.counts.arrived > 0);
  };

  test('it leaves when stdin ends: idle', async () => {
    const one = await at.start();
    one.child.stdin.end();
    await untilGone(one.pid, LEAVES_WITHIN_MS);
    expect(await one.exited()).toBe(0);
    expect(one.stderr()).toBe('');
  });

  test('it leaves when stdin ends: with a request under way', async () => {
    const one = await at.start({ SENTRY_URL: upstream.url });
    await busy(one);
    one.child.stdin.end();
    await untilGone(one.pid, LEAVES_WITHIN_MS);
    await until('the request is given up', () => upstream.counts.givenUp > 0);
  });

  test('it leaves when stdin ends while a check runs, and takes that along', async () => {
    const one = await at.start();
    const worktree = await at.claim(one);
    one.send('tools/call', await at.slowProof(worktree, 'stdin-end'));
    const grandchild = await at.slowProgram('stdin-end');
    one.child.stdin.end();
    await untilGone(one.pid, LEAVES_WITHIN_MS);
    await untilGone(grandchild, LEAVES_WITHIN_MS);
  });

  test('it leaves when nobody reads its answers any more', async () => {
    const one = await at.start();
    one.child.stdout.destroy();
    for (let i = 0; i < 3; i += 1) one.send('tools/list');
    await untilGone(one.pid, LEAVES_WITHIN_MS);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('it leaves on %s', async (signal) => {
    const one = await at.start({ SENTRY_URL: upstream.url });
    await busy(one);
    one.child.kill(signal);
    await untilGone(one.pid, LEAVES_WITHIN_MS);
  });

  test('a message too large for the transport does not leave a server behind that nobody can talk to', async () => {
    const one = await at.start();
    one.write(`"${'x'.repeat(24 * 1024 * 1024)}"`);
    const id = one.send('ping');
    const answered = () => one.messages().some((message) => message.id === id);
    await until('it answers or leaves', () => answered() || !isAlive(one.pid));
  });

  test.each(['idle', 'request', 'check'] as const)('its client is killed: %s', async (state) => {
    const client = await startClient(
      state === 'check' ? ['triage_select', 'ledger_register', 'worktree_create'] : [],
      state === 'request' ? { SENTRY_URL: upstream.url } : {},
    );
    if (state === 'check') client.call(await at.slowProof(join(at.stage.repository, WORKTREE), 'killed'));
    if (state === 'request') client.call(tool('sentry_list_issues'));
    const grandchild = state === 'check' ? await at.slowProgram('killed') : undefined;
    if (state === 'request') await until('the request arrives', () => upstream.counts.arrived > 0);
    client.process.kill('SIGKILL');
    await untilGone(client.serverPid, LEAVES_WITHIN_MS);
    if (grandchild !== undefined) await untilGone(grandchild, LEAVES_WITHIN_MS);
    if (state === 'request') await until('the request is given up', () => upstream.counts.givenUp > 0);
  });
});

/**
 * A client in a process of its own, which starts the server, shakes hands, takes these steps with the worst issue, and
 * then makes the calls that it is told to, waiting for none of them.
 */
async function startClient(steps: string[], env: Record<string, string>) {
  const script = join(at.stage.folder, 'client.mjs');
  await writeFile(script, CLIENT);
  const { PITCREW_SESSION: _, ...own } = at.stage.env;
  const client = spawn(process.execPath, [script, PROGRAM, ISSUE, ...steps], {
    cwd: at.stage.repository,
    env: { ...own, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  clients.push(client);
  const [first] = await once(client.stdout, 'data');
  return {
    process: client,
    serverPid: Number(String(first)),
    call: (params: object) => client.stdin.write(`${JSON.stringify(params)}\n`),
  };
}

const CLIENT = `import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
const [program, issue, ...steps] = process.argv.slice(2);
const server = spawn(process.execPath, [program, 'mcp'], { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: server.stdout });
const send = (message) => server.stdin.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
const request = async (method, params) => {
  send({ id: 1, method, params });
  const [line] = await once(answers, 'line');
  if (JSON.parse(line).result?.isError) console.error(line);
};
const clientInfo = { name: 'doomed', version: '1' };
await request('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
send({ method: 'notifications/initialized' });
const args = {
  triage_select: { selection: 'all' },
  ledger_register: { issues: [issue], paths: [] },
  worktree_create: { issue },
};
if (steps.length > 0) await request('tools/call', { name: 'sentry_list_issues', arguments: { issues: [issue] } });
for (const name of steps) await request('tools/call', { name, arguments: args[name] });
console.log(server.pid);
for await (const line of createInterface({ input: process.stdin }))
  send({ id: 2, method: 'tools/call', params: JSON.parse(line) });
`;
