import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { atMost, type Figure, median, rounded, span } from './figure.ts';
import { officialCommand, officialReference } from './official.ts';
import { ourCommand, type ServerCommand } from './server.ts';
import { INITIALIZE, startServer } from './start.ts';
import { tryTarball } from './tarball.ts';

const ROUNDS = 3;
const SETTLED_MS = 2000;

/** Memory of an idle server, what a user downloads, and whether that is all it takes. */
export async function footprint({ official, progress }: Bench): Promise<Figure[]> {
  progress(`memory, ${ROUNDS} rounds`);
  const theirs = official && officialCommand(official, 'http://127.0.0.1:9', 'sntryu_bench');
  const ourMemory: number[] = [];
  const theirMemory: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ourMemory.push(...(await residentMemory(ourCommand())));
    if (theirs) theirMemory.push(...(await residentMemory(theirs)));
  }
  progress('the packed tarball, installed offline into an empty folder');
  const folder = await mkdtemp(join(tmpdir(), 'pitcrew-bench-'));
  const tarball = await tryTarball(folder).finally(() => rm(folder, { recursive: true, force: true }));
  return [
    ...(ourMemory.length > 0 ? [memoryFigure(ourMemory, theirMemory)] : []),
    atMost(
      {
        name: 'packed tarball',
        value: rounded(tarball.packed / 1e6, 2),
        unit: 'MB',
        detail: `${tarball.files} files`,
      },
      3,
    ),
    {
      name: 'installed size',
      value: rounded(tarball.installed / 1e6, 1),
      unit: 'MB',
      references: [officialReference('installed', official && rounded(official.bytes / 1e6, 1))],
    },
    atMost(
      {
        name: 'packages installed at run time',
        value: tarball.dependencies,
        unit: 'packages',
        references: [officialReference('packages', official?.packages)],
        detail: 'beside its own',
      },
      0,
    ),
    atMost(
      {
        name: 'steps that fail from the tarball, offline, with an empty HOME',
        value: tarball.failed.length,
        unit: `of ${tarball.steps}`,
        detail: tarball.failed.join('; ') || 'install, --help, initialize and tools/list',
      },
      0,
    ),
  ];
}

const memoryFigure = (ours: number[], theirs: number[]): Figure =>
  atMost(
    {
      name: 'memory after start, tools listed',
      value: rounded(median(ours), 1),
      unit: 'MiB',
      references: [officialReference('memory', theirs.length > 0 ? rounded(median(theirs), 1) : undefined)],
      detail: [
        `VmRSS two seconds after tools/list: ours ${span(ours, 'MiB')}`,
        ...(theirs.length > 0 ? [`official ${span(theirs, 'MiB')}`] : []),
      ].join('; '),
    },
    90,
  );

/** MiB; nothing where the system has no /proc. */
async function residentMemory(command: ServerCommand): Promise<number[]> {
  const child = startServer(command);
  const ended = new Promise((done) => child.once('exit', done));
  child.stdin.write(INITIALIZE);
  child.stdin.write(
    '{"jsonrpc":"2.0","method":"notifications/initialized"}\n{"jsonrpc":"2.0","id":2,"method":"tools/list"}\n',
  );
  await toolsListed(child.stdout);
  await new Promise((done) => setTimeout(done, SETTLED_MS));
  let status = '';
  try {
    status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  } catch {
    // No /proc on this system: the figure is left out.
  }
  child.kill('SIGKILL');
  await ended;
  const kilobytes = /VmRSS:\s+(\d+)/.exec(status)?.[1];
  return kilobytes === undefined ? [] : [Number(kilobytes) / 1024];
}

/** Reads on to the end, so that nothing waits in the server's memory for a reader. */
function toolsListed(stdout: NodeJS.ReadableStream): Promise<void> {
  let seen = '';
  return new Promise((resolve) => {
    stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes('"tools":[')) resolve();
    });
    stdout.on('end', resolve);
  });
}
