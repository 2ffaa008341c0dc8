// npm run clients: Codex, Gemini CLI and opencode, each installed from npm and tried for real against our server over
// stdio, as `pitcrew init` wires it. Real: the clients, the server, git, their settings files. Stand-ins, all on loopback:
// the models (a script), Sentry and GitHub (the sandbox).
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../src/core/errors.ts';
import { childEnvironment, run } from '../src/core/run.ts';
import type { OtherClient } from './clients/client.ts';
import { codex } from './clients/codex.ts';
import { gemini } from './clients/gemini.ts';
import { installClient } from './clients/install.ts';
import { opencode } from './clients/opencode.ts';
import { dataOf, hasFailed, type Row, tableOf } from './clients/table.ts';

const CLIENTS: readonly OtherClient[] = [codex, gemini, opencode];
const IDS = CLIENTS.map(({ id }) => id).join(', ');

/** A proxy that is not there: to say its version a client needs nothing from outside. */
const NOWHERE = { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' };

const { values } = parseArgs({
  options: {
    client: { type: 'string', multiple: true, default: [] },
    cache: { type: 'string', default: 'node_modules/.cache/pitcrew-other-clients' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const unknown = values.client.find((name) => !CLIENTS.some(({ id }) => id === name));

if (values.help || unknown !== undefined) {
  if (unknown !== undefined) console.error(`There is no client "${unknown}". Clients: ${IDS}.`);
  console.log(`npm run clients -- [--client NAME]... [--cache FOLDER] [--json]

  --client NAME   Only this one: ${IDS}. May be repeated.
  --cache FOLDER  Where the clients are installed, once (default node_modules/.cache/pitcrew-other-clients; all three
                  take about 900 MB).
  --json          The result as JSON on stdout.

Exit code 1 if a client that runs here failed; one that cannot be installed or started is a row that says why.`);
  process.exitCode = unknown === undefined ? 0 : 2;
} else {
  process.exitCode = await clients();
}

async function clients(): Promise<number> {
  const rows: Row[] = [];
  for (const client of CLIENTS) {
    if (values.client.length > 0 && !values.client.includes(client.id)) continue;
    rows.push(await rowOf(client));
  }
  console.log(
    values.json ? JSON.stringify({ schema_version: 1, data: dataOf(rows) }, null, 2) : `\n${tableOf(rows)}`,
  );
  return rows.some(hasFailed) ? 1 : 0;
}

async function rowOf(client: OtherClient): Promise<Row> {
  progress(`${client.title}: ${client.npm}@${client.version} from npm`);
  const done = await installClient(client.npm, client.version, resolve(values.cache));
  if (!done.ok) return { client, why: done.why };
  const installed = done.client;
  const why = await whyNotRunning(client, installed.folder);
  if (why !== undefined) return { client, installed, why };
  try {
    // It loads the sandbox and all tools, which nobody needs to hear that there is no such client.
    const { tryClient } = await import('./clients/trial.ts');
    return { client, installed, trial: await tryClient(client, installed.folder, progress) };
  } catch (error) {
    return { client, installed, why: messageOf(error), failed: true };
  }
}

async function whyNotRunning(client: OtherClient, folder: string): Promise<string | undefined> {
  const [program = '', ...args] = client.command(folder);
  const done = await run(program, [...args, '--version'], {
    cwd: folder,
    env: { ...childEnvironment(process.env), HOME: folder, ...NOWHERE },
    timeoutMs: 60_000,
  });
  return done.code === 0 ? undefined : `does not run here: ${done.stderr.trim().slice(-300)}`;
}

function progress(line: string): void {
  console.error(`... ${line}`);
}
