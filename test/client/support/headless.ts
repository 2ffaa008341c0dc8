import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Stage } from '../../support/stage.ts';
import { type ClientOptions, clientArguments, clientEnvironment, makeHome } from './home.ts';
import type { InstalledClient } from './install.ts';
import { type Model, type ModelOptions, type Script, startModel } from './model.ts';

export interface HeadlessOptions extends ClientOptions, ModelOptions {
  prompt: string;
  script: Script;
}

export interface HeadlessRun {
  /** The exit code; null where a signal ended it. */
  code: number | null;
  stderr: string;
  /** Every line of the client's event stream. */
  events: Record<string, unknown>[];
  /** The first event: loaded plugins, servers, commands, tools. */
  init: Record<string, unknown>;
  /** The last event of type `result`. */
  result: Record<string, unknown>;
  session: string;
  home: string;
  model: Model;
}

export interface Headless {
  pid: number;
  model: Model;
  home: string;
  /** The run to its end. Rejects with what the script threw. */
  done: Promise<HeadlessRun>;
  /** Waits for something that happens while it runs; rejects when the run ends before. */
  until<T>(event: Promise<T>): Promise<T>;
  kill(signal: NodeJS.Signals): void;
}

const LONGEST_RUN_MS = 120_000;

/** Runs one prompt without a terminal (`claude -p`), to its end. */
export async function runHeadless(
  client: InstalledClient,
  stage: Stage,
  options: HeadlessOptions,
): Promise<HeadlessRun> {
  return (await startHeadless(client, stage, options)).done;
}

/** Starts one prompt without a terminal, for a test that does something meanwhile. */
export async function startHeadless(
  client: InstalledClient,
  stage: Stage,
  options: HeadlessOptions,
): Promise<Headless> {
  const home = options.home ?? (await makeHome(stage));
  const model = await startModel(options.script, options);
  const child = spawn(
    client.program,
    ['-p', options.prompt, '--output-format', 'stream-json', '--verbose', ...clientArguments(options)],
    {
      cwd: options.cwd ?? stage.repository,
      env: clientEnvironment(stage, home, model.url, options),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  await once(child, 'spawn');
  const done = readToTheEnd(child, model, home);
  const tooEarly = done.then(() => Promise.reject(new Error('The client ended before that.')));
  // Whoever awaits neither hears of it through `done`.
  tooEarly.catch(() => {});
  return {
    pid: child.pid ?? 0,
    model,
    home,
    done,
    until: (event) => Promise.race([event, tooEarly]),
    kill: (signal) => child.kill(signal),
  };
}

async function readToTheEnd(child: ChildProcess, model: Model, home: string): Promise<HeadlessRun> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const tooLong = setTimeout(() => child.kill('SIGKILL'), LONGEST_RUN_MS);
  const [code] = await once(child, 'close');
  clearTimeout(tooLong);
  await model.close();
  if (model.failures[0]) throw model.failures[0];
  const events = stdout
    .split('\n')
    .flatMap((line): Record<string, unknown>[] => (line.startsWith('{') ? [JSON.parse(line)] : []));
  const init = events.find(({ type, subtype }) => type === 'system' && subtype === 'init') ?? {};
  const result = events.findLast(({ type }) => type === 'result') ?? {};
  return { code, stderr, events, init, result, session: String(init.session_id ?? ''), home, model };
}
