#!/usr/bin/env node
// Only this file may be read by an old Node: it imports nothing that such a Node cannot load.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../core/cache-folder.ts';

const NEEDED = [22, 19];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > (NEEDED[0] ?? 0) || (major === NEEDED[0] && minor >= (NEEDED[1] ?? 0))) {
  // The next start is faster by about a third. `init` shows all that it writes, and `doctor` writes nothing.
  if (!['init', 'doctor'].includes(process.argv[2] ?? ''))
    module.enableCompileCache?.(cacheFolder(process.env));
  await start(process.argv.slice(2));
} else {
  await startOnToolchainNode();
}

/** The server is started without the commands, and they without the server: start-up is paid by every session. */
async function start(argv: string[]): Promise<void> {
  if (argv[0] === 'mcp' && argv.length === 1) {
    const { serveStdio } = await import('../../mcp-server/stdio.ts');
    return serveStdio();
  }
  const { main } = await import('./cli.ts');
  return main(argv);
}

/** In a clone the toolchain's own Node lies beside us: use it. Anywhere else, say what is needed. */
async function startOnToolchainNode(): Promise<void> {
  const toolchain = join(dirname(fileURLToPath(import.meta.url)), '../node_modules/node/bin/node');
  if (!existsSync(toolchain)) {
    tellWhatIsNeeded();
    process.exitCode = 2;
    return;
  }
  const { spawnSync } = await import('node:child_process');
  const child = spawnSync(toolchain, process.argv.slice(1), { stdio: 'inherit' });
  process.exitCode = child.status ?? 1;
}

/** As the commands tell an error: as JSON on stdout where that is wanted, whose form is in `core/json.ts`. */
function tellWhatIsNeeded(): void {
  const message = `pitcrew needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}.`;
  const hint = 'Install a newer Node and run it again.';
  if (process.argv.includes('--json')) {
    const error = { kind: 'input', message, hint };
    process.stdout.write(`${JSON.stringify({ schema_version: 1, data: { error } })}\n`);
  } else process.stderr.write(`${message} ${hint}\n`);
}
