import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { atMost, type Figure, rounded } from './figure.ts';
import { INITIALIZE } from './start.ts';

/** Memory of an idle server, and what a user downloads. */
export async function footprint(): Promise<Figure[]> {
  const megabytes = await residentMemory();
  const packed = packedSize();
  return [
    ...(megabytes === undefined
      ? []
      : [
          atMost(
            {
              name: 'memory after start, tools listed',
              value: rounded(megabytes, 1),
              unit: 'MiB',
              detail: 'VmRSS two seconds after tools/list',
            },
            90,
          ),
        ]),
    atMost(
      {
        name: 'packed tarball',
        value: rounded(packed.size / 1e6, 2),
        unit: 'MB',
        detail: `${packed.files} files`,
      },
      3,
    ),
    atMost({ name: 'packages installed at run time', value: packed.dependencies, unit: 'packages' }, 0),
  ];
}

async function residentMemory(): Promise<number | undefined> {
  const child = spawn(process.execPath, [resolve('dist/pitcrew.mjs'), 'mcp'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.write(INITIALIZE);
  child.stdin.write(
    '{"jsonrpc":"2.0","method":"notifications/initialized"}\n{"jsonrpc":"2.0","id":2,"method":"tools/list"}\n',
  );
  await new Promise((done) => setTimeout(done, 2000));
  let status = '';
  try {
    status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  } catch {
    // No /proc on this system: the figure is left out.
  }
  child.kill();
  const kilobytes = /VmRSS:\s+(\d+)/.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

function packedSize(): { size: number; files: number; dependencies: number } {
  const packed: unknown = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  const first = Object(Array.isArray(packed) ? packed[0] : Object.values(Object(packed))[0]);
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  return {
    size: Number(first.size),
    files: Number(first.entryCount),
    dependencies: Object.keys(manifest.dependencies ?? {}).length,
  };
}
