import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../../support/stage.ts';
import { type ClientOptions, clientArguments, clientEnvironment, makeHome } from './home.ts';
import type { InstalledClient } from './install.ts';
import { type Model, type ModelOptions, type Script, startModel } from './model.ts';

const KEYS = {
  enter: '\r',
  esc: '\u001b',
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  tab: '\t',
  backspace: '\u007f',
  'ctrl-c': '\u0003',
  'ctrl-d': '\u0004',
};
export type Key = keyof typeof KEYS;

export interface Terminal {
  pid: number;
  home: string;
  model: Model;
  /** What a person sees now, without trailing blanks. */
  screen(): string;
  /** Types text as a person would, without Enter. */
  type(text: string): Promise<void>;
  press(...keys: Key[]): Promise<void>;
  /** Types a prompt and sends it. */
  submit(text: string): Promise<void>;
  /** Waits until the screen matches and answers it; throws with the screen, or with what the script threw. */
  waitFor(pattern: RegExp, seconds?: number): Promise<string>;
  /** `waitFor`, and the moment that a new dialog does not listen to keys. */
  waitForDialog(pattern: RegExp, seconds?: number): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** The exit code, when the client has ended. */
  exited: Promise<number>;
  /** Ends the client and its model; throws what the script threw. */
  close(): Promise<void>;
}

const LARGE = { columns: 140, rows: 60 };

/** Starts the client as a person does, in a terminal of this size, and waits until it takes a prompt. */
export async function openTerminal(
  client: InstalledClient,
  stage: Stage,
  options: ClientOptions & ModelOptions & { script: Script; size?: { columns: number; rows: number } },
): Promise<Terminal> {
  const { columns, rows } = options.size ?? LARGE;
  const home = options.home ?? (await makeHome(stage));
  const model = await startModel(options.script, options);
  const { spawn }: Pty = client.load('@lydell/node-pty');
  const { Terminal: Screen }: Xterm = client.load('@xterm/headless');
  const screen = new Screen({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
  const pty = spawn(client.program, clientArguments(options), {
    cols: columns,
    rows,
    cwd: options.cwd ?? stage.repository,
    env: clientEnvironment(stage, home, model.url, options),
  });
  pty.onData((data) => screen.write(data));
  // The client asks the terminal things (its cursor, its kind); a terminal answers.
  screen.onData((data) => pty.write(data));
  let ended = false;
  const exited = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode }) => {
      ended = true;
      resolve(exitCode);
    });
  });
  const terminal = face({ pty, screen, rows, model, home, exited, ended: () => ended });
  await terminal.waitFor(/^\s*[❯>]/m).catch(async (error: unknown) => {
    await terminal.close();
    throw error;
  });
  return terminal;
}

interface Inside {
  pty: PtyProcess;
  screen: XtermScreen;
  rows: number;
  model: Model;
  home: string;
  exited: Promise<number>;
  ended(): boolean;
}

function face({ pty, screen, rows, model, home, exited, ended }: Inside): Terminal {
  const text = () => textOf(screen, rows);
  const terminal: Terminal = {
    pid: pty.pid,
    home,
    model,
    exited,
    screen: text,
    async type(words) {
      pty.write(words);
      await sleep(150);
    },
    async press(...keys) {
      for (const key of keys) {
        pty.write(KEYS[key]);
        await sleep(120);
      }
    },
    async submit(words) {
      await terminal.type(words);
      await terminal.press('enter');
    },
    async waitFor(pattern, seconds = 40) {
      const end = performance.now() + seconds * 1000;
      for (;;) {
        const shown = text();
        if (pattern.test(shown)) return shown;
        if (model.failures[0]) throw model.failures[0];
        const late = performance.now() > end;
        if (late || ended())
          throw new Error(
            `${late ? `After ${seconds} s` : 'The client ended, and'} no ${pattern} on:\n${shown}`,
          );
        await sleep(50);
      }
    },
    async waitForDialog(pattern, seconds) {
      const shown = await terminal.waitFor(pattern, seconds);
      await sleep(DEAF_MS);
      return shown;
    },
    kill(signal) {
      if (!ended()) process.kill(pty.pid, signal);
    },
    async close() {
      terminal.kill('SIGTERM');
      const stubborn = setTimeout(() => terminal.kill('SIGKILL'), 3000);
      await exited;
      clearTimeout(stubborn);
      await model.close();
      if (model.failures[0]) throw model.failures[0];
    },
  };
  return terminal;
}

/** A dialog of the client ignores keys for about a second, so that nobody answers what they have not read. */
const DEAF_MS = 1300;

function textOf(screen: XtermScreen, rows: number): string {
  const { active } = screen.buffer;
  const lines = Array.from(
    { length: rows },
    (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? '',
  );
  return lines.join('\n').trimEnd();
}

/** What is used of the two packages, which are no dependencies of ours and bring no types here. */
interface PtyProcess {
  pid: number;
  onData(listener: (data: string) => void): unknown;
  onExit(listener: (event: { exitCode: number }) => void): unknown;
  write(data: string): void;
}
interface Pty {
  spawn(
    program: string,
    args: string[],
    options: { cols: number; rows: number; cwd: string; env: Record<string, string> },
  ): PtyProcess;
}
interface XtermScreen {
  write(data: string): void;
  onData(listener: (data: string) => void): unknown;
  buffer: {
    active: {
      viewportY: number;
      getLine(row: number): { translateToString(trim: boolean): string } | undefined;
    };
  };
}
interface Xterm {
  Terminal: new (options: object) => XtermScreen;
}
