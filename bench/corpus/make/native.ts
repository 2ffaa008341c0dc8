import { join } from 'node:path';
import { type Crash, finish, type Program, succeed } from './program.ts';

/** Compiles the C or C++ program, lets it crash under gdb, and puts the stack in the form of a symbolicated native event. */
export async function crashNative(program: Program): Promise<Crash> {
  const binary = join(program.scratch, 'crashing');
  const symbols = program.facts.layout === 'no-filenames' ? [] : ['-g'];
  const sources = program.files
    .filter((path) => /\.(c|cc)$/.test(path))
    .map((path) => join(program.folder, path));
  const compiler = program.facts.language === 'c' ? 'gcc' : 'g++';
  await succeed(compiler, [...symbols, '-O0', '-pthread', ...sources, '-o', binary], { cwd: program.folder });
  const commands = ['set print frame-arguments none', 'set debuginfod enabled off', 'run', 'bt'];
  const { stdout, stderr } = await finish(
    'gdb',
    ['-nx', '-batch', ...commands.flatMap((each) => ['-ex', each]), binary],
    {
      cwd: program.folder,
    },
  );
  const signal = /received signal (SIG\w+)/.exec(stdout)?.[1];
  if (!signal) throw new Error(`no signal in:\n${stdout}${stderr}`);
  const deployed = `${program.facts.root ?? ''}/bin/program`;
  const frames = stdout.split('\n').flatMap((line) => frameOf(line, deployed) ?? []);
  return {
    event: {
      platform: 'native',
      level: 'fatal',
      exception: {
        values: [
          {
            type: signal,
            value: MEANINGS[signal] ?? signal,
            mechanism: { type: 'signalhandler', handled: false },
            stacktrace: { frames: frames.reverse() },
          },
        ],
      },
    },
  };
}

/** As sentry-native names them. */
const MEANINGS: Record<string, string> = {
  SIGSEGV: 'Segfault',
  SIGABRT: 'Abort',
  SIGFPE: 'FloatingPointException',
};

function frameOf(line: string, binary: string): object | undefined {
  const frame = /^#\d+\s+(?:(0x[0-9a-f]+) in )?(.+) \([^()]*\)(?: at (.+):(\d+)| from (.+))?$/.exec(line);
  if (!frame) return undefined;
  const [, address, name, path, number, library] = frame;
  const system =
    library !== undefined || /^\.\/|^\/usr\//.test(path ?? '') || /^(_start|std::|__)/.test(name ?? '');
  return {
    function: name,
    ...(address === undefined ? {} : { instruction_addr: address }),
    package: library ?? (system && path?.startsWith('./') ? '/lib/x86_64-linux-gnu/libc.so.6' : binary),
    ...(path === undefined
      ? {}
      : { filename: path.split('/').at(-1), abs_path: path, lineno: Number(number) }),
    in_app: !system,
  };
}
