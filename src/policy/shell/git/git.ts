import { isUnreadable, readOptions } from '../options.ts';
import { changeFolder, isWithin, pathOf } from '../paths.ts';
import { refuse, refuseUnreadable } from '../rules.ts';
import { type Argument, argument, firstRefusal, type Refusal, type Scene } from '../scene.ts';
import { HOLE } from '../syntax.ts';
import { judgeOtherTree } from './other-tree.ts';
import { judgeGitEnvironment, judgeGitSetting } from './settings.ts';
import { judgeStartedByGit } from './started.ts';
import { judgeSubcommandOf } from './subcommands.ts';

const SHAPE = {
  valued: 'Cc',
  long: [
    'git-dir',
    'work-tree',
    'namespace',
    'exec-path',
    'config-env',
    'super-prefix',
    'attr-source',
    'list-cmds',
  ],
  stopAtRest: true,
};
const MAX_ALIASES = 8;

/** Judges a git command; `list` is without the word `git`. */
export function judgeGit(list: readonly Argument[], outer: Scene): Refusal | undefined {
  const read = readOptions(list, SHAPE);
  const scene = inPlace(read.options, outer);
  const set =
    judgeGitEnvironment(scene) ?? firstRefusal(read.options, (option) => judgeGlobalOption(option, scene));
  if (set) return set;
  const [subcommand, ...rest] = read.rest;
  if (read.unreadable.length > 0) return refuseUnreadable(scene);
  if (!subcommand || read.options.some(({ name }) => name === 'help' || name === 'h')) return undefined;
  if (subcommand.text.includes(HOLE) || subcommand.glob) return refuseUnreadable(scene);
  if (isElsewhere(read.options, scene)) return undefined;
  const known = judgeSubcommandOf(subcommand.text, rest, scene);
  if (known)
    return (
      known.refusal ??
      judgeStartedByGit(subcommand.text, rest, scene) ??
      judgeOtherTree(subcommand.text, read.options, scene)
    );
  return judgeAlias(subcommand.text, rest, scene);
}

function inPlace(options: { name: string; value: Argument | undefined }[], scene: Scene): Scene {
  const inner: Scene = { ...scene };
  for (const { name, value } of options) if (name === 'C' && value) changeFolder(value, inner);
  return inner;
}

function judgeGlobalOption(
  option: { name: string; value: Argument | undefined },
  scene: Scene,
): Refusal | undefined {
  const { name, value } = option;
  if (name === 'config-env' || name === 'exec-path') return value ? refuse('unreadable') : undefined;
  if (name !== 'c' || !value) return undefined;
  const at = value.text.indexOf('=');
  const key = at < 0 ? value.text : value.text.slice(0, at);
  if (isUnreadable(value)) return refuseUnreadable(scene);
  return judgeGitSetting(
    key,
    { ...value, text: at < 0 ? 'true' : value.text.slice(at + 1) },
    scene,
    'for this call',
  );
}

/** Alias lookups end at some depth: git itself refuses an alias that leads to itself. */
function judgeAlias(name: string, rest: readonly Argument[], scene: Scene): Refusal | undefined {
  const text = scene.gitAliases.get(name) ?? scene.facts.aliasOf(name);
  // With another home git reads other settings, and aliases in them.
  if (text === undefined)
    return scene.variables.has('HOME') || scene.variables.has('XDG_CONFIG_HOME')
      ? refuseUnreadable(scene)
      : undefined;
  if (scene.depth > MAX_ALIASES) return refuseUnreadable(scene);
  const inner: Scene = { ...scene, depth: scene.depth + 1 };
  return judgeAliasText(text, rest, inner);
}

/** Judges what an alias stands for, followed by the arguments of its call. */
export function judgeAliasText(text: string, rest: readonly Argument[], scene: Scene): Refusal | undefined {
  if (text.startsWith('!')) {
    const quoted = rest.map((item) =>
      item.hole === 'none' ? `'${item.text.replaceAll("'", `'\\''`)}'` : HOLE,
    );
    return scene.judge.script([text.slice(1), ...quoted].join(' '), scene);
  }
  const words = text
    .trim()
    .split(/\s+/)
    .map((word) => argument(word.replace(/["']/g, '')));
  return judgeGit([...words, ...rest], scene);
}

// Programs that cannot put another repository, or a link to this one, where a command goes next.
const STEADY = new Set([
  'cd',
  'git',
  'echo',
  'printf',
  'pwd',
  'ls',
  'cat',
  'true',
  'test',
  '[',
  'set',
  'head',
  'tail',
  'grep',
  'wc',
]);

/** Whether the command certainly works on a repository other than this one. */
function isElsewhere(options: { name: string }[], scene: Scene): boolean {
  const { facts, cwd } = scene;
  if (!facts.isOtherRepository || cwd === undefined || isWithin(cwd, facts.root)) return false;
  if (facts.worktrees.some((worktree) => isWithin(cwd, worktree))) return false;
  if (options.some(({ name }) => name === 'git-dir' || name === 'work-tree')) return false;
  if ([...scene.gitVariables].some((name) => name.startsWith('GIT_'))) return false;
  if ([...scene.seen].some((name) => !STEADY.has(name))) return false;
  return facts.isOtherRepository(pathOf(argument(cwd), scene) ?? cwd);
}
