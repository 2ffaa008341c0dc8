// The program of the plugin's hooks: a client starts it before every tool that writes, so it starts fast. Reads the
// client's question on stdin and answers on stdout. It must not open the gate by failing, and must not close it for
// those who do not use Pitcrew: where nobody works it says nothing, whatever else is wrong.
import { existsSync, readFileSync, writeSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../core/cache-folder.ts';
import { asTypedHere } from '../core/program-name.ts';
import { isHarmlessCommand } from './harmless-command.ts';
import { mayMatter } from './ledger-file.ts';

const NEEDED = [22, 19];

const text = readFileSync(0, 'utf8');
if (mayMatter(text, process.env, Date.now()) && !isHarmlessCommand(text)) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > (NEEDED[0] ?? 0) || (major === NEEDED[0] && minor >= (NEEDED[1] ?? 0))) {
    module.enableCompileCache?.(cacheFolder(process.env));
    import('./answer-hook.ts')
      .then(({ answerHook }) => answerHook(text))
      .catch(refuse)
      // Node's own way to its end takes milliseconds more.
      .finally(() => process.exit());
  } else {
    import('node:child_process').then(({ spawnSync }) => onOldNode(spawnSync)).catch(refuse);
  }
}

/** In a clone the toolchain's own Node lies beside us; anywhere else nobody can read the ledger. */
function onOldNode(spawnSync: typeof import('node:child_process').spawnSync): void {
  const toolchain = join(dirname(fileURLToPath(import.meta.url)), '../node_modules/node/bin/node');
  if (!existsSync(toolchain)) {
    refuse(
      `it needs Node ${NEEDED.join('.')} or newer to read who works here, and this is ${process.versions.node}; put a newer Node first in PATH and start the client again`,
    );
    return;
  }
  const child = spawnSync(toolchain, process.argv.slice(1), {
    input: text,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  process.exitCode = child.status ?? 2;
}

/** Exit code 2 stops the tool in every version of the client; the model reads this line. */
function refuse(reason: unknown): void {
  const why = reason instanceof Error ? reason.message : String(reason);
  process.exitCode = 2;
  writeSync(
    2,
    asTypedHere(
      `Pitcrew's guard could not tell whether this is allowed (${why}), so it is not. Ask the person to run \`pitcrew doctor\`.\n`,
    ),
  );
}
