import { optionValues, readOptions } from './options.ts';
import { pathOf } from './paths.ts';
import { type Argument, argument, firstRefusal, type Refusal, type Scene } from './scene.ts';

const MANAGERS = new Set(['npm', 'pnpm', 'yarn', 'bun']);
const RUNS = /^(run|run-script|rum|urn)$/;
/** Verbs that run the script of their own name; to other managers than npm every unknown verb is a script. */
const OWN_SCRIPTS: Record<string, string> = {
  test: 'test',
  t: 'test',
  tst: 'test',
  start: 'start',
  stop: 'stop',
  restart: 'restart',
};
const SHAPE = {
  valued: 'CFw',
  long: ['prefix', 'dir', 'cwd', 'workspace', 'filter', 'loglevel', 'script-shell'],
};
const MOST_FOLDERS = 6;
const DEEPEST = 8;

/** Judges the script of package.json that a package manager would run, with those that come before and after it. */
export function judgePackageScript(
  name: string,
  list: readonly Argument[],
  outer: Scene,
): Refusal | undefined {
  if (!MANAGERS.has(name) || outer.depth > DEEPEST) return undefined;
  const read = readOptions(list, SHAPE);
  const [verb, named, ...more] = read.rest.slice(0, read.beforeDashes);
  if (verb?.text === 'pkg' && named?.text === 'set')
    return firstRefusal(more, (item) => outer.judge.script(item.text.replace(/^[^=]*=/, ''), outer));
  const script = RUNS.test(verb?.text ?? '')
    ? named?.text
    : (OWN_SCRIPTS[verb?.text ?? ''] ?? (name === 'npm' ? undefined : verb?.text));
  if (script === undefined) return undefined;
  const folder = optionValues(read, 'prefix', 'dir', 'cwd', 'C').at(-1);
  const found = packageAt(folder ? pathOf(folder, outer) : outer.cwd, outer);
  if (!found) return undefined;
  const inner: Scene = { ...outer, cwd: found.folder, depth: outer.depth + 1, lenient: true };
  return firstRefusal([`pre${script}`, script, `post${script}`], (one) => {
    const text = Object.hasOwn(found.scripts, one) ? found.scripts[one] : undefined;
    return typeof text === 'string' ? outer.judge.script(text, inner) : undefined;
  });
}

/** The nearest package.json with scripts, from `folder` upwards. */
function packageAt(
  folder: string | undefined,
  scene: Scene,
): { folder: string; scripts: Record<string, unknown> } | undefined {
  let at = folder;
  for (let left = MOST_FOLDERS; at !== undefined && left > 0; left -= 1) {
    const text = scene.facts.readScript(`${at === '/' ? '' : at}/package.json`);
    if (text !== undefined) return { folder: at, scripts: scriptsIn(text) };
    const parent = pathOf(argument(`${at}/..`), scene);
    if (parent === at) return undefined;
    at = parent;
  }
  return undefined;
}

function scriptsIn(text: string): Record<string, unknown> {
  try {
    const read: unknown = JSON.parse(text);
    const scripts = typeof read === 'object' && read !== null && 'scripts' in read ? read.scripts : undefined;
    return typeof scripts === 'object' && scripts !== null ? { ...scripts } : {};
  } catch {
    return {};
  }
}
