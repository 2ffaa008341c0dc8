import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { atMost, type Figure, median, rounded, span } from './figure.ts';

const ROUNDS = 15;

/** From spawn to the answer to `initialize`, against a hello-world server on the same SDK in one file. */
export async function start(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-bench-'));
  try {
    const hello = await buildHello(folder);
    const bare: number[] = [];
    const reference: number[] = [];
    const ours: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(await timeToAnswer(['-e', "process.stdin.once('data', () => console.log('{}'))"]));
      reference.push(await timeToAnswer([hello]));
      ours.push(await timeToAnswer([resolve('dist/pitcrew.mjs'), 'mcp']));
    }
    return [
      atMost(
        {
          name: 'server start to initialize, against hello-world',
          value: rounded(median(ours) / median(reference)),
          unit: 'x',
          detail: `ours ${span(ours, 'ms')}; hello-world ${span(reference, 'ms')}; bare node ${span(bare, 'ms')}`,
        },
        1.25,
      ),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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

async function timeToAnswer(args: string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise((done) => child.once('exit', done));
  child.stdin.write(INITIALIZE);
  await new Promise((done) => child.stdout.once('data', done));
  const elapsed = performance.now() - started;
  // Its client going away is how a server ends; so whatever it keeps for the next start is kept.
  child.stdin.end();
  setTimeout(() => child.kill(), 2000).unref();
  await ended;
  return elapsed;
}
