import { join } from 'node:path';
import { type Crash, fact, finish, type Program, succeed } from './program.ts';

/** Builds the program with cargo, lets it panic, and puts the printed backtrace in the form of sentry-rust. */
export async function crashRust(program: Program): Promise<Crash> {
  const target = join(program.scratch, 'target');
  await succeed('cargo', ['build', '--quiet', '--offline', '--target-dir', target], { cwd: program.folder });
  const { stderr } = await finish(join(target, 'debug', fact(program, 'run')), [], {
    cwd: program.folder,
    env: { RUST_BACKTRACE: '1' },
  });
  const panic = /panicked at [^\n]*\n([\s\S]*?)\nstack backtrace:\n([\s\S]*)/.exec(stderr);
  if (!panic) throw new Error(`no panic in:\n${stderr}`);
  const frames = framesOf(panic[2] ?? '', program.folder);
  return {
    event: {
      platform: 'native',
      level: 'fatal',
      exception: {
        values: [
          {
            type: 'panic',
            value: panic[1],
            mechanism: { type: 'panic', handled: false },
            stacktrace: { frames: frames.reverse() },
          },
        ],
      },
    },
  };
}

function framesOf(backtrace: string, folder: string): object[] {
  const frame = /^ +\d+: (.+)\n(?: +at (.+?):(\d+)(?::(\d+))?\n)?/gm;
  return [...backtrace.matchAll(frame)].map(([, name = '', path, line, column]) => ({
    function: name,
    ...(path === undefined
      ? {}
      : {
          filename: path.split('/').at(-1),
          abs_path: path.startsWith('./') ? join(folder, path) : path,
          lineno: Number(line),
          colno: Number(column),
        }),
    in_app: !/^<?(std|core|alloc|rust_begin_unwind|__rustc|_)\b/.test(name),
  }));
}
