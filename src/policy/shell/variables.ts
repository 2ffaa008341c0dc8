import { judgeEvaluated } from './evaluated.ts';
import { expandText } from './expand.ts';
import { type Argument, firstRefusal, type Refusal, type Scene, type Value, worstHole } from './scene.ts';
import type { Assignment } from './syntax.ts';

const MAX_VALUES = 12;
// Programs that git, bash or a pager start: what is put there is run.
const RUNS =
  /^(GIT_EDITOR|GIT_SEQUENCE_EDITOR|GIT_PAGER|GIT_SSH_COMMAND|GIT_SSH|GIT_EXTERNAL_DIFF|GIT_ASKPASS|GIT_PROXY_COMMAND|PAGER|EDITOR|VISUAL|PROMPT_COMMAND|LESSOPEN|MANPAGER|BROWSER)$/;

// Names a script that every shell reads first.
const STARTS_WITH = /^(BASH_ENV|ENV)$/;

const FOR_GIT = /^(GIT_|HUSKY|LEFTHOOK|PRE_COMMIT_|OVERCOMMIT_|SKIP)/;

/** Notes what a variable is set to; judges the value where a program would run it. */
export function assign(
  { name, value, list, append, element }: Assignment,
  scene: Scene,
): Refusal | undefined {
  const items = list
    ? list.flatMap((word) => expandText(word, scene)).map(withoutKey)
    : expandText(value, scene);
  if (list) keepList(name, items, scene);
  else if (element) for (const item of items) keepElement(name, item, scene);
  else if (append) appendValues(name, items, scene);
  else keepValues(name, items, scene);
  // Where it is used as a number, its subscripts are run.
  return judgeSetting(name, items, scene) ?? firstRefusal(items, (item) => judgeEvaluated(item, scene));
}

/** `[key]=value` among the elements of a list. */
const withoutKey = (item: Argument): Argument => ({ ...item, text: item.text.replace(/^\[[^\]]*\]=/, '') });

/** Notes one element, `name[0]=value`: alone, and behind those before it. */
function keepElement(name: string, value: Argument, scene: Scene): void {
  const before = scene.variables.get(name)?.known.at(-1);
  keepValues(name, [value], scene);
  if (before !== undefined) keepValues(name, [{ ...value, text: `${before} ${value.text}` }], scene);
}

/** Notes `items` as further values that the variable may hold. */
export function keepValues(name: string, items: readonly Argument[], scene: Scene): void {
  if (name === '') return;
  if (FOR_GIT.test(name)) scene.gitVariables.add(name);
  scene.variables.set(
    name,
    withValues(scene.variables.get(name) ?? { known: [], hole: 'none' }, items, scene),
  );
}

/** `held` and the further values; the change is counted, for calls judged before may come out otherwise now. */
function withValues(held: Value, items: readonly Argument[], scene: Scene): Value {
  const known = new Set(held.known);
  let hole = held.hole;
  for (const item of items) {
    if (item.hole === 'none') known.add(item.text);
    else hole = worstHole(hole, item.hole);
  }
  if (known.size > MAX_VALUES) hole = 'computed';
  if (known.size > held.known.length || hole !== held.hole) scene.budget.changes += 1;
  return { known: [...known].slice(0, MAX_VALUES), hole };
}

/** Judges the value of a variable whose content is run as a program. */
export function judgeSetting(name: string, items: readonly Argument[], scene: Scene): Refusal | undefined {
  const isFile = STARTS_WITH.test(name);
  if (!isFile && !RUNS.test(name)) return undefined;
  for (const item of items) {
    const refusal = scene.judge.script(isFile ? `. '${item.text}'` : item.text, scene);
    if (refusal) return refusal;
  }
  return undefined;
}

function keepList(name: string, items: readonly Argument[], scene: Scene): void {
  const hole = items.reduce<Argument['hole']>((worst, item) => worstHole(worst, item.hole), 'none');
  const joined = items.map((item) => item.text).join(' ');
  keepValues(name, [{ text: joined, hole, many: false, glob: false, quoted: true }], scene);
  // `${name[0]}` is read as `$name`: each element may stand there alone.
  if (items.length > 1) keepValues(name, items, scene);
}

function appendValues(name: string, items: readonly Argument[], scene: Scene): void {
  const before = scene.variables.get(name)?.known ?? [''];
  const joined = before.flatMap((start) => items.map((item) => ({ ...item, text: start + item.text })));
  keepValues(name, joined, scene);
}
