import { judgeBuiltin } from './builtins.ts';
import { judgeCall } from './calls.ts';
import { EVALUATES, judgeEvaluated } from './evaluated.ts';
import { judgeGit } from './git/git.ts';
import { judgeInterpreter } from './interpreters.ts';
import { isShell, mayBe, programName } from './names.ts';
import { isUnreadable } from './options.ts';
import { judgePackageScript } from './package-scripts.ts';
import { pathOf } from './paths.ts';
import { refuseUnreadable } from './rules.ts';
import { type Argument, argument, firstRefusal, type Input, type Refusal, type Scene } from './scene.ts';
import { judgeSession } from './session/session.ts';
import { SHELL_PLUGIN_ALIASES } from './shell-aliases.ts';
import { judgeScriptFile, judgeShell } from './shells.ts';
import { HOLE } from './syntax.ts';
import { judgeTreeDeletion } from './tree-deletion.ts';
import { unwrap } from './wrappers.ts';

const MAX_PROGRAMS = 40;
const DANGEROUS = ['git', 'sh', 'bash', 'zsh', 'env', 'eval', 'xargs', 'sudo'];

/** Judges one program with its arguments: what it is, what it starts in turn, and what this session's rules say of it. */
export function judgeProgram(program: readonly Argument[], input: Input, outer: Scene): Refusal | undefined {
  const [head, ...rest] = program;
  outer.budget.left -= 1;
  if (!head) return undefined;
  if (outer.depth > MAX_PROGRAMS || outer.budget.left < 0) return refuseUnreadable(outer);
  if (head.text.includes(HOLE) || head.glob) {
    const refusal = judgeUnknownHead(head, rest, input, outer);
    if (refusal || programName(head.text) === '') return refusal;
  }
  const name = programName(head.text);
  const known = judgeDefined(head.text, name, rest, input, outer);
  if (known !== undefined) return known.refusal;
  outer.seen.add(name);
  const ofTree = judgeTreeDeletion(name, rest, outer);
  const ofSession = judgeSession(name, rest, outer);
  // Each session hears the reason that is nearer to it.
  const own = outer.facts.holdsRuns ? (ofSession ?? ofTree) : (ofTree ?? ofSession);
  const evaluated =
    EVALUATES.has(name) || /^\w+\[/.test(head.text)
      ? firstRefusal(program, (item) => judgeEvaluated(item, outer))
      : undefined;
  if (evaluated) return evaluated;
  if (COPIERS.has(name)) noteCopy(rest, outer);
  if (name === 'tee') noteWritten(rest, input, outer);
  return own ?? judgePackageScript(name, rest, outer) ?? judgeStarted(head, name, rest, input, outer);
}

const COPIERS = new Set(['cp', 'ln', 'mv', 'install', 'link']);

/** A copy of git or of a shell, or a link to one, is that program by another name. */
function noteCopy(list: readonly Argument[], scene: Scene): void {
  const files = list.filter((item) => !item.text.startsWith('-'));
  const copied = programName(files.at(-2)?.text ?? '');
  const place = files.at(-1);
  if (place && files.length === 2 && (copied === 'git' || isShell(copied)))
    scene.aliases.set(place.text, copied);
}

/** `tee` leaves what it is given in its files: read where it is a here-document. */
function noteWritten(list: readonly Argument[], input: Input, scene: Scene): void {
  for (const item of list) {
    const path = item.text.startsWith('-') ? undefined : pathOf(item, scene);
    if (path !== undefined && !path.startsWith('/dev/')) scene.written.set(path, input.text);
  }
}

/** What the program runs: git, a shell, an interpreter, a wrapped command, a script file. */
function judgeStarted(
  head: Argument,
  name: string,
  rest: readonly Argument[],
  input: Input,
  scene: Scene,
): Refusal | undefined {
  if (name === 'git' || name === 'hub') return judgeGit(rest, scene);
  if (name.startsWith('git-')) return judgeGit([argument(name.slice(4)), ...rest], scene);
  if (isShell(name)) return judgeShell(name, rest, input, scene);
  const builtin = judgeBuiltin(name, rest, input, scene);
  if (builtin.handled) return builtin.refusal;
  const interpreted = judgeInterpreter(name, rest, input, scene);
  if (interpreted) return interpreted;
  const started = unwrap(name, rest, scene);
  if (started) {
    const inner: Scene = { ...scene, depth: scene.depth + 1 };
    return (
      firstRefusal(started.scripts, (text) => judgeScriptText(text, inner)) ??
      firstRefusal(started.programs, (more) => judgeProgram(more, input, withoutFunction(more[0], inner)))
    );
  }
  if (head.text.includes('/')) return judgeScriptFile(head, rest, input, scene, 'direct');
  return judgeEmbedded(name, rest, scene);
}

/** A program that another one starts is no function of the shell: `command git` in a function `git` is git. */
function withoutFunction(head: Argument | undefined, scene: Scene): Scene {
  if (!head || !scene.functions.has(head.text)) return scene;
  const functions = new Map(scene.functions);
  functions.delete(head.text);
  return { ...scene, functions };
}

function judgeScriptText(item: Argument, scene: Scene): Refusal | undefined {
  if (item.hole === 'computed' || item.text === HOLE) return refuseUnreadable(scene);
  return scene.judge.script(item.text, scene);
}

/** Functions and aliases come before programs of the same name. */
function judgeDefined(
  text: string,
  name: string,
  rest: readonly Argument[],
  input: Input,
  scene: Scene,
): { refusal: Refusal | undefined } | undefined {
  const body = scene.functions.get(text);
  if (body) return { refusal: judgeCall(text, body, rest, scene) };
  const alias = scene.aliases.get(text) ?? SHELL_PLUGIN_ALIASES[name];
  if (alias === undefined || scene.depth > 10) return undefined;
  const script = scene.judge.script(alias, scene);
  if (script) return { refusal: script };
  const words = alias.trim().split(/\s+/).map(argument);
  const inner: Scene = { ...scene, depth: scene.depth + 1, aliases: new Map(scene.aliases) };
  inner.aliases.delete(text);
  return { refusal: judgeProgram([...words, ...rest], input, inner) };
}

/** A program whose name is not known may be git, a shell, or nothing at all. */
function judgeUnknownHead(
  head: Argument,
  rest: readonly Argument[],
  input: Input,
  scene: Scene,
): Refusal | undefined {
  const whole = head.text.slice(head.text.lastIndexOf('/') + 1).replaceAll(HOLE, '') === '';
  if (head.glob || !whole) {
    if (!DANGEROUS.some((name) => mayBe(head, name))) return undefined;
    return judgeGit(rest, scene) ?? (head.glob ? refuseUnreadable(scene) : undefined);
  }
  if (head.hole === 'plain') return undefined;
  const [first] = rest;
  if (!first) return head.hole === 'computed' ? refuseUnreadable(scene) : undefined;
  if (head.hole === 'computed' && isUnreadable(first) && first.hole === 'computed')
    return refuseUnreadable(scene);
  const inner: Scene = { ...scene, depth: scene.depth + 1 };
  const asGit = soundsLikeGit(rest) ? judgeGit(rest, { ...inner, lenient: true }) : undefined;
  const asShell = /^-[a-z]*c/.test(first.text) ? judgeShell('sh', rest, input, inner) : undefined;
  return asGit ?? asShell ?? (head.many ? judgeProgram(rest, input, inner) : undefined);
}

// Words that follow hardly any other program; `$MAKE clean` and `$RUN mv` are not git.
const GIT_WORDS =
  /^(stash|add|commit|reset|checkout|restore|switch|push|worktree|branch|update-ref|reflog|filter-branch|filter-repo|-C|-c|--git-dir.*)$/;

const soundsLikeGit = (rest: readonly Argument[]): boolean =>
  GIT_WORDS.test(rest[0]?.text ?? '') ||
  (rest[0]?.text === 'clean' && rest.some((item) => /^-[a-z]*f|^--force/.test(item.text)));

// Programs whose arguments are texts, file names or package names, not commands.
const TEXT_PROGRAMS = new Set(
  'echo printf grep egrep fgrep rg ag ack man help which whereis type whatis apropos tldr info cat ls less more head tail wc diff cmp test [ jq yq sort uniq tr cut column fold apt apt-get brew yum dnf apk pacman snap npm yarn pnpm pip pip3 cargo go gh glab cspell sed touch mkdir cp mv rm ln chmod tree file stat realpath basename dirname cd pushd ssh docker podman export unset read true false : say notify-send tee logger figlet cowsay curl wget'.split(
    ' ',
  ),
);

/** A program that no rule knows may run the rest of its line: `git` among its arguments is judged as git. */
function judgeEmbedded(name: string, rest: readonly Argument[], scene: Scene): Refusal | undefined {
  if (TEXT_PROGRAMS.has(name)) return undefined;
  const at = rest.findIndex((item) => programName(item.text) === 'git' && !item.text.startsWith('-'));
  return at < 0 ? undefined : judgeGit(rest.slice(at + 1), { ...scene, lenient: true });
}
