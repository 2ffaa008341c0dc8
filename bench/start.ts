import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { childEnvironment } from '../src/core/run.ts';
import type { Bench } from './bench.ts';
import { atMost, type Figure, median, rounded, span } from './figure.ts';
import { officialCommand, officialReference } from './official.ts';
import { ourCommand, type ServerCommand } from './server.ts';

const ROUNDS = 15;

/** From spawn to the answer to `initialize`, against a hello-world server on the same SDK in one file. */
export async function start({ official, progress }: Bench): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-bench-'));
  try {
    const commands: Record<string, ServerCommand> = {
      bare: { args: ['-e', "process.stdin.once('data', () => console.log('{}'))"], env: {} },
      hello: { args: [await buildHello(folder)], env: {} },
      ours: ourCommand(),
      // Nothing listens there: an answer to initialize needs no request.
      ...(official ? { theirs: officialCommand(official, 'http://127.0.0.1:9', 'sntryu_bench') } : {}),
    };
    const times = new Map<string, number[]>(Object.keys(commands).map((name) => [name, []]));
    // Round 0 only fills caches: the disk's, and the compile cache of those that have one.
    for (let round = 0; round <= ROUNDS; round += 1) {
      if (round % 5 === 0) progress(`start, round ${round} of ${ROUNDS}`);
      for (const [name, command] of Object.entries(commands)) {
        const elapsed = await timeToAnswer(command);
        if (round > 0) times.get(name)?.push(elapsed);
      }
    }
    return [figureOf(times)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function figureOf(times: Map<string, number[]>): Figure {
  const of = (name: string) => times.get(name) ?? [];
  const theirs = of('theirs');
  const ratio = (name: string) => rounded(median(of(name)) / median(of('hello')));
  return atMost(
    {
      name: 'server start to initialize, against hello-world',
      value: ratio('ours'),
      unit: 'x',
      references: [officialReference('start', theirs.length > 0 ? ratio('theirs') : undefined)],
      detail: [
        `ours ${span(of('ours'), 'ms')}`,
        `hello-world ${span(of('hello'), 'ms')}`,
        `bare node ${span(of('bare'), 'ms')}`,
        ...(theirs.length > 0 ? [`official ${span(theirs, 'ms')}`] : []),
      ].join('; '),
    },
    1.25,
  );
}

const HELLO = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
const server = new McpServer({ name: 'hello', version: '1.0.0' });
server.registerTool('hello', { description: 'Says hello' }, async () => ({ content: [{ type: 'text', text: 'hello' }] }));
await server.connect(new StdioServerTransport());
`;

async function buildHello(folder: string): Promise<string> {
  const source = join(folder, 'hello.mjs');
  const outfile = join(folder, 'hello.bundle.mjs');
  await writeFile(source, HELLO);
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    nodePaths: [resolve('node_modules')],
    banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
    logLevel: 'error',
  });
  return outfile;
}

export const INITIALIZE = `${JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'bench', version: '1.0.0' },
  },
})}\n`;

/** Starts a server as a client would, without the tokens of whoever runs the bench. */
export const startServer = ({ args, env, cwd }: ServerCommand) =>
  spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...childEnvironment(process.env), ...env },
    cwd,
  });

async function timeToAnswer(command: ServerCommand): Promise<number> {
  const started = performance.now();
  const child = startServer(command);
  const ended = new Promise((done) => child.once('exit', done));
  child.stdin.write(INITIALIZE);
  await Promise.race([new Promise((done) => child.stdout.once('data', done)), ended.then(died)]);
  const elapsed = performance.now() - started;
  // Its client going away is how a server ends; so whatever it keeps for the next start is kept.
  child.stdin.end();
  const killer = setTimeout(() => child.kill('SIGKILL'), 2000);
  await ended;
  clearTimeout(killer);
  return elapsed;
}

function died(): never {
  throw new Error('A server ended before it answered.');
}
