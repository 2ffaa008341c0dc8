#!/usr/bin/env node
// Only this file may be read by an old Node: it imports nothing that such a Node cannot load.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = [22, 19];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > (NEEDED[0] ?? 0) || (major === NEEDED[0] && minor >= (NEEDED[1] ?? 0))) {
  const { main } = await import('./cli.ts');
  await main(process.argv.slice(2));
} else {
  startOnToolchainNode();
}

/** In a clone the toolchain's own Node lies beside us: use it. Anywhere else, say what is needed. */
function startOnToolchainNode(): void {
  const toolchain = join(dirname(fileURLToPath(import.meta.url)), '../node_modules/node/bin/node');
  if (!existsSync(toolchain)) {
    process.stderr.write(
      `pitcrew needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}. Install a newer Node and run it again.\n`,
    );
    process.exitCode = 2;
    return;
  }
  const child = spawnSync(toolchain, process.argv.slice(1), { stdio: 'inherit' });
  process.exitCode = child.status ?? 1;
}
