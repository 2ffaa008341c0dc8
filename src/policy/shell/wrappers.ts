import { programName } from './names.ts';
import { readOptions } from './options.ts';
import { unwrapContainer, unwrapSsh } from './places.ts';
import { type Argument, argument, type Hole, type Scene, unknownArgument, worstHole } from './scene.ts';
import { sedScripts } from './sed-scripts.ts';
import { unwrapFind, unwrapParallel, unwrapXargs } from './spreaders.ts';
import { keepValues } from './variables.ts';

/** What a program starts: argument lists, and texts that a shell reads. */
export interface Started {
  programs: Argument[][];
  scripts: Argument[];
}

/** `[letters with a value, long names with a value, words before the command]`. */
type Shape = [valued?: string, long?: string, positionals?: number];

// After the options and the words that belong to the wrapper, the rest is a command.
const WRAPPERS: Record<string, Shape | undefined> = {
  command: [],
  builtin: [],
  exec: ['a'],
  nohup: [],
  noglob: [],
  nocorrect: [],
  '-': [],
  nice: ['n', 'adjustment'],
  ionice: ['cnpPu', 'class classdata'],
  time: ['fo', 'format output'],
  gtime: ['fo', 'format output'],
  timeout: ['ks', 'kill-after signal', 1],
  gtimeout: ['ks', 'kill-after signal', 1],
  sudo: ['ugpCrtThDR', 'user group prompt host chdir role type close-from chroot other-user'],
  doas: ['uC'],
  run0: ['uD', 'user chdir'],
  pkexec: ['', 'user'],
  stdbuf: ['ioe', 'input output error'],
  setsid: [],
  setpriv: [],
  taskset: ['', '', 1],
  chrt: ['', '', 1],
  numactl: [],
  unshare: [],
  nsenter: ['tSG'],
  chroot: ['', 'userspec groups', 1],
  fakeroot: ['ils'],
  faketime: ['', '', 1],
  flock: ['wE', 'timeout conflict-exit-code', 1],
  setarch: ['', '', 1],
  arch: [],
  linux32: [],
  linux64: [],
  caffeinate: ['tw'],
  strace: ['eosaIOPpuX'],
  ltrace: ['eosalnpu'],
  perf: [],
  valgrind: [],
  catchsegv: [],
  rlwrap: [],
  winpty: [],
  unbuffer: [],
  chronic: [],
  'systemd-run': ['pEuGt', 'unit property uid gid setenv working-directory slice description'],
  'systemd-inhibit': ['', 'what who why mode'],
  'dbus-run-session': [],
  'xvfb-run': ['nefspw'],
  proxychains: ['f'],
  proxychains4: ['f'],
  torsocks: [],
  prlimit: [],
  softlimit: [],
  cpulimit: ['lpe'],
  dotenv: ['epcv'],
  'cross-env': [],
  'cross-env-shell': [],
  busybox: [],
  toybox: [],
  coproc: [],
  entr: [],
  watchexec: ['eiwfdsEo', 'exts ignore watch filter'],
  retry: ['dtm'],
  npx: ['pw', 'package workspace cache registry'],
  pnpx: [],
  bunx: ['p', 'package'],
  uvx: ['p', 'python from with'],
  script: [],
};

// The same for a program's subcommand that starts a command.
const SUBCOMMANDS: Record<string, Record<string, number> | undefined> = {
  npm: { exec: 0, x: 0 },
  pnpm: { exec: 0, dlx: 0 },
  yarn: { exec: 0, dlx: 0, run: 0 },
  bun: { x: 0 },
  uv: { run: 0 },
  poetry: { run: 0 },
  pipenv: { run: 0 },
  pdm: { run: 0 },
  hatch: { run: 0 },
  rye: { run: 0 },
  conda: { run: 0 },
  bundle: { exec: 0 },
  rbenv: { exec: 0 },
  pyenv: { exec: 0 },
  nodenv: { exec: 0 },
  asdf: { exec: 0 },
  mise: { exec: 0, x: 0 },
  direnv: { exec: 1 },
  doppler: { run: 0 },
  dotenvx: { run: 0 },
  op: { run: 0 },
  perf: { record: 0, stat: 0, trace: 0 },
  nix: { develop: 0, shell: 0, run: 0 },
};

// Options of these programs whose value a shell reads.
const SCRIPT_OPTIONS: Record<string, string[] | undefined> = {
  su: ['c', 'command', 'session-command'],
  runuser: ['c', 'command'],
  sg: ['c'],
  script: ['c', 'command'],
  npx: ['c', 'call'],
  npm: ['c', 'call'],
  flock: ['c', 'command'],
  'nix-shell': ['run', 'command'],
  nix: ['c', 'command'],
  nodemon: ['x', 'exec'],
  entr: ['s'],
  rsync: ['e', 'rsh'],
  tar: ['checkpoint-action', 'to-command', 'use-compress-program', 'I'],
  man: ['P', 'pager'],
  env: ['S', 'split-string'],
  make: ['eval'],
};

// Every argument of these, and all of them joined, may be read by a shell.
const TEXT_RUNNERS = new Set(
  'watch concurrently hyperfine tmux screen dtach zellij npm-run-all run-p run-s watchman chokidar'.split(
    ' ',
  ),
);

/** What a wrapping program starts, or undefined when it is none. */
export function unwrap(name: string, list: readonly Argument[], scene: Scene): Started | undefined {
  if (name === 'xargs') return unwrapXargs(list);
  if (name === 'find' || name === 'gfind' || name === 'fd') return unwrapFind(list);
  if (name === 'parallel' || name === 'env_parallel') return unwrapParallel(list);
  if (name === 'env' || name === 'genv') return unwrapEnv(list, scene);
  if (name === 'ssh') return unwrapSsh(list);
  if (name === 'docker' || name === 'podman') return unwrapContainer(list);
  const scripts = name === 'sed' || name === 'gsed' ? sedScripts(list) : scriptsOf(name, list);
  if (TEXT_RUNNERS.has(name)) scripts.push(...list, joined(list));
  const programs = programsOf(name, list);
  return scripts.length + programs.length > 0 ? { programs, scripts } : undefined;
}

/** The arguments as one text, as a shell would be given them. */
export const joined = (list: readonly Argument[]): Argument => ({
  text: list.map((item) => item.text).join(' '),
  hole: list.reduce<Hole>((worst, item) => worstHole(worst, item.hole), 'none'),
  many: false,
  glob: false,
  quoted: true,
});

function scriptsOf(name: string, list: readonly Argument[]): Argument[] {
  const wanted = SCRIPT_OPTIONS[name];
  if (!wanted) return [];
  const letters = wanted.filter((option) => option.length === 1).join('');
  const read = readOptions(list, { valued: letters, long: wanted.filter((option) => option.length > 1) });
  return read.options
    .filter((option) => wanted.includes(option.name))
    .flatMap(({ value }) => value ?? [])
    .map((value) => ({ ...value, text: value.text.replace(/^exec=/, '') }));
}

function programsOf(name: string, list: readonly Argument[]): Argument[][] {
  const shape = WRAPPERS[name];
  if (name === 'command' && /^-[vV]+$/.test(list[0]?.text ?? '')) return [];
  if (shape) return [afterOptions(list, shape)];
  const read = readOptions(list, { stopAtRest: true });
  const positionals = SUBCOMMANDS[name]?.[read.rest[0]?.text ?? ''];
  if (positionals !== undefined) {
    const after = read.rest.slice(1);
    return [
      afterOptions(after, ['pncC', 'package name prefix python directory project with group', positionals]),
    ];
  }
  // `yarn pitcrew` and `pnpm pitcrew` start a program of the project.
  return (name === 'yarn' || name === 'pnpm') && programName(read.rest[0]?.text ?? '') === 'pitcrew'
    ? [read.rest]
    : [];
}

function afterOptions(
  list: readonly Argument[],
  [valued = '', long = '', positionals = 0]: Shape,
): Argument[] {
  const { rest } = readOptions(list, { valued, long: long.split(' '), stopAtRest: true });
  let start = positionals;
  while (/^[A-Za-z_]\w*=/.test(rest[start]?.text ?? '')) start += 1;
  if (rest[start]?.text === '--') start += 1;
  return rest.slice(start);
}

function unwrapEnv(list: readonly Argument[], scene: Scene): Started {
  const read = readOptions(list, {
    valued: 'uCSP',
    long: ['unset', 'chdir', 'split-string'],
    stopAtRest: true,
  });
  const split = read.options.find(({ name }) => name === 'S' || name === 'split-string')?.value;
  const rest = read.rest.slice(read.rest.findIndex((item) => !/^[A-Za-z_]\w*=/.test(item.text)));
  const assignments = read.rest.filter((item) => /^[A-Za-z_]\w*=/.test(item.text));
  for (const item of assignments) {
    const at = item.text.indexOf('=');
    keepValues(item.text.slice(0, at), [{ ...item, text: item.text.slice(at + 1) }], scene);
  }
  const program = assignments.length === read.rest.length ? [] : rest;
  if (!split) return { programs: [program], scripts: [] };
  const words = split.text.split(/\s+/).filter(Boolean).map(argument);
  return {
    programs: [[argument('env'), ...words, ...program]],
    scripts: split.hole === 'none' ? [] : [unknownArgument('computed')],
  };
}
