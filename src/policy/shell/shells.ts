import { withParameters } from './calls.ts';
import { judgeInterpreterFile } from './interpreters.ts';
import { isShell, programName } from './names.ts';
import { hasOption, readOptions } from './options.ts';
import { pathOf } from './paths.ts';
import { refuse, refuseUnreadable } from './rules.ts';
import type { Argument, Input, Refusal, Scene } from './scene.ts';
import { judgeSecretFile } from './session/secrets.ts';
import { HOLE } from './syntax.ts';

const SHAPE = { valued: 'oO', long: ['rcfile', 'init-file'], stopAtRest: true };
const STANDARD_INPUT = /^(-|\/dev\/stdin|\/dev\/fd\/\d+|\/proc\/self\/fd\/\d+)$/;

/** Judges `sh`, `bash` and their like: a script after `-c`, a script file, or what comes on standard input. */
export function judgeShell(
  name: string,
  list: readonly Argument[],
  input: Input,
  scene: Scene,
): Refusal | undefined {
  const read = readOptions(
    list
      .map((item) => (item.text.startsWith('+') ? { ...item, text: '-' } : item))
      .filter((item) => item.text !== '-' || list.length === 1),
    SHAPE,
  );
  if (read.options.some(({ name: option }) => /^(version|help)$/.test(option))) return undefined;
  const [first, ...parameters] = read.rest;
  if (
    hasOption(read, 'c', 'command') ||
    (/^(pwsh|powershell)$/.test(name) && hasOption(read, '', 'Command'))
  ) {
    const inner = withParameters(parameters.slice(1), scene);
    const zeroth = parameters[0];
    if (zeroth)
      inner.variables.set('0', { known: zeroth.hole === 'none' ? [zeroth.text] : [], hole: zeroth.hole });
    return first ? judgeText(first, inner) : undefined;
  }
  // `bash -n` reads a script without running it.
  if (hasOption(read, 'n')) return undefined;
  if (!first || hasOption(read, 's') || STANDARD_INPUT.test(first.text))
    return judgeStandardInput(input, scene);
  return judgeScriptFile(first, parameters, input, scene, 'shell');
}

/** Judges a text that a shell is given as a whole: `eval`, `-c`, `trap`. */
export function judgeText(item: Argument, scene: Scene): Refusal | undefined {
  const nothingKnown = item.text.replaceAll(HOLE, '').trim() === '' && item.hole === 'environment';
  if (item.hole === 'computed' || nothingKnown) return refuseUnreadable(scene);
  return scene.judge.script(item.text, scene);
}

/** Judges `source file` and its like in the shell that stands there. */
export function judgeSource(list: readonly Argument[], input: Input, scene: Scene): Refusal | undefined {
  const [first, ...parameters] = list;
  if (!first) return undefined;
  if (STANDARD_INPUT.test(first.text)) return judgeStandardInput(input, scene);
  return judgeSecretFile(first, scene) ?? judgeScriptFile(first, parameters, input, scene, 'shell');
}

/** Judges what a shell reads from its standard input: a here-document, a file, or a pipe that nobody can read before. */
export function judgeStandardInput(input: Input, scene: Scene): Refusal | undefined {
  if (input.text !== undefined) {
    return input.text.replaceAll(HOLE, '').trim() === ''
      ? refuseUnreadable(scene)
      : scene.judge.script(input.text, scene);
  }
  if (input.file) return judgeScriptFile(input.file, [], { piped: false }, scene, 'shell');
  return refuseUnreadable(scene);
}

/**
 * Judges the text of a script file that is about to run. What cannot be read inside it is forgiven (a script takes
 * parameters), but a script that this very command has made and that cannot be read is not.
 */
export function judgeScriptFile(
  item: Argument,
  parameters: readonly Argument[],
  input: Input,
  scene: Scene,
  how: 'shell' | 'direct',
): Refusal | undefined {
  if (item.text.includes(HOLE) && how === 'shell') {
    const computed = item.hole === 'computed' && item.text.replaceAll(HOLE, '') === '';
    return computed ? refuseUnreadable(scene) : undefined;
  }
  const path = pathOf(item, scene);
  if (path === undefined || scene.depth > 8) return undefined;
  if (scene.written.has(path)) {
    const text = scene.written.get(path);
    if (text === undefined) return refuse('unreadable', 'The script is made by the same command.');
    return judgeFileText(text, how, parameters, input, scene);
  }
  const text = scene.facts.readScript(path);
  return text === undefined ? undefined : judgeFileText(text, how, parameters, input, scene);
}

function judgeFileText(
  text: string,
  how: 'shell' | 'direct',
  parameters: readonly Argument[],
  _input: Input,
  scene: Scene,
): Refusal | undefined {
  if (text.slice(0, 1_000).includes(HOLE)) return undefined;
  const shebang = /^#!\s*(\S+)(?:\s+(.*))?/.exec(text);
  const named = programName(shebang?.[1] ?? 'sh');
  const program =
    named === 'env'
      ? programName((shebang?.[2] ?? '').split(/\s+/).find((word) => !/^-|=/.test(word)) ?? 'sh')
      : named;
  if (how === 'direct' && !isShell(program)) return judgeInterpreterFile(text, scene);
  return scene.judge.script(text.replaceAll(HOLE, ''), {
    ...withParameters(parameters, scene),
    lenient: true,
  });
}
