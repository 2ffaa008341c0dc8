import type { Argument, Scene, Value } from './scene.ts';
import type { Command, Word } from './syntax.ts';

type ExpandWords = (words: readonly Word[], scene: Scene) => Argument[][];
type ExpandText = (word: Word, scene: Scene) => Argument[];

const COMPUTED: Value = { known: [], hole: 'computed' };
const PLAIN: Value = { known: [], hole: 'plain' };

// What these print is a date, a number or a name, never an option or a program.
const PLAIN_PROGRAMS = new Set([
  'date',
  'wc',
  'nproc',
  'id',
  'uname',
  'whoami',
  'hostname',
  'uuidgen',
  'mktemp',
  'tty',
  'seq',
  'arch',
  'sha256sum',
  'md5sum',
]);
const PLAIN_GIT = new Set([
  'branch',
  'rev-parse',
  'merge-base',
  'describe',
  'symbolic-ref',
  'log',
  'rev-list',
  'hash-object',
]);

// Programs that are made to print settings: `eval "$(ssh-agent -s)"` is how they are used.
const PRINTS_SETTINGS =
  /^(ssh-agent|brew shellenv|direnv (hook|export)|pyenv init|rbenv init|nodenv init|fnm env|mise activate|starship init|zoxide init|jenv init|opam env|conda shell|mamba shell|minikube docker-env|dircolors|keychain)\b/;

/** What a substitution puts in its place, as far as that can be told without running it. */
export function outputOf(
  commands: readonly Command[],
  scene: Scene,
  expandWords: ExpandWords,
  expandText: ExpandText,
): Value {
  const [command] = commands;
  if (commands.length !== 1 || command?.kind !== 'simple') return COMPUTED;
  const here = command.redirections.find((redirection) => redirection.body);
  const alternatives = expandWords(command.words, scene);
  const list = alternatives[0] ?? [];
  const name = list[0]?.text ?? '';
  if (name === 'cat' && list.length === 1 && here?.body) return textValue(expandText(here.body, scene));
  if (alternatives.length !== 1 || list.some((item) => item.hole !== 'none' || item.glob))
    return opaque(name, list);
  const texts = list.slice(1).map((item) => item.text);
  return known(name, texts, scene) ?? opaque(name, list);
}

function known(name: string, texts: readonly string[], scene: Scene): Value | undefined {
  if (name === 'echo')
    return one(texts.filter((text, index) => index > 0 || !/^-[neE]+$/.test(text)).join(' '));
  if (name === 'printf') return printed(texts);
  if (name === 'pwd') return scene.cwd === undefined ? PLAIN : one(scene.cwd);
  const looksUp = name === 'which' || (/^(command|type)$/.test(name) && /^-[vVpP]$/.test(texts[0] ?? ''));
  if (looksUp) return one(texts.at(-1) ?? '');
  if (name === 'git' && texts.includes('--show-toplevel')) return one(topLevel(scene));
  return undefined;
}

const opaque = (name: string, list: readonly Argument[]): Value => {
  const subcommand = list.slice(1).find((item) => !item.text.startsWith('-'));
  const plain =
    PRINTS_SETTINGS.test(list.map((item) => item.text).join(' ')) ||
    PLAIN_PROGRAMS.has(name) ||
    (name === 'git' && PLAIN_GIT.has(subcommand?.text ?? ''));
  return plain ? PLAIN : COMPUTED;
};

function printed(texts: readonly string[]): Value {
  const [format = '', ...values] = texts;
  const text = format.replace(/\\n$/, '');
  if (!/[%\\]/.test(text)) return one(text);
  return /^(%s)+$/.test(text) ? one(values.join('')) : COMPUTED;
}

function topLevel({ cwd, facts }: Scene): string {
  const holding = facts.worktrees.find((worktree) => cwd === worktree || cwd?.startsWith(`${worktree}/`));
  return holding ?? facts.root;
}

const one = (text: string): Value => ({ known: [text], hole: 'none' });

const textValue = (items: readonly Argument[]): Value => {
  const [item] = items;
  return items.length === 1 && item?.hole === 'none'
    ? one(item.text)
    : { known: [], hole: item?.hole ?? 'computed' };
};
