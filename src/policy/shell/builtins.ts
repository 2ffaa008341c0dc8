import { withParameters } from './calls.ts';
import { changeFolder } from './paths.ts';
import { refuseUnreadable } from './rules.ts';
import {
  type Argument,
  argument,
  firstRefusal,
  type Input,
  type Refusal,
  type Scene,
  unknownArgument,
} from './scene.ts';
import { judgeSource, judgeStandardInput, judgeText } from './shells.ts';
import { judgeSetting, keepValues } from './variables.ts';
import { joined } from './wrappers.ts';

interface Handled {
  handled: boolean;
  refusal: Refusal | undefined;
}

type Builtin = (list: readonly Argument[], input: Input, scene: Scene) => Refusal | undefined;

/** Judges and follows the shell's own commands: those that run text, and those that set variables, aliases or the folder. */
export function judgeBuiltin(name: string, list: readonly Argument[], input: Input, scene: Scene): Handled {
  const builtin = Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
  return builtin
    ? { handled: true, refusal: builtin(list, input, scene) }
    : { handled: false, refusal: undefined };
}

const BUILTINS: Record<string, Builtin> = {
  eval: judgeEval,
  source: judgeSource,
  '.': judgeSource,
  trap: ([first], _input, scene) =>
    first && first.text !== '-' && !/^-[lp]$/.test(first.text) ? judgeText(first, scene) : undefined,
  cd: changePlace,
  pushd: changePlace,
  popd: (_list, _input, scene) => {
    scene.cwd = undefined;
    return undefined;
  },
  export: declareVariables,
  declare: declareVariables,
  typeset: declareVariables,
  local: declareVariables,
  readonly: declareVariables,
  alias: defineAliases,
  set: setParameters,
  read: readVariables,
  mapfile: readVariables,
  readarray: readVariables,
  getopts: readVariables,
  printf: printIntoVariable,
  at: runLater,
  batch: runLater,
  crontab: runLater,
};

function judgeEval(list: readonly Argument[], _input: Input, scene: Scene): Refusal | undefined {
  return list.length === 0 ? undefined : judgeText(joined(list), scene);
}

function changePlace(list: readonly Argument[], _input: Input, scene: Scene): undefined {
  const target = list.filter((item) => !/^-[LPe@]*$/.test(item.text) || item.text === '-').at(0);
  if (target?.text === '-') scene.cwd = undefined;
  else changeFolder(target, scene);
  return undefined;
}

function declareVariables(list: readonly Argument[], _input: Input, scene: Scene): Refusal | undefined {
  return firstRefusal(list, (item) => {
    const match = /^([A-Za-z_]\w*)(\[[^\]]*\])?\+?=/.exec(item.text);
    if (!match) return undefined;
    const value = { ...item, text: item.text.slice(match[0].length) };
    keepValues(match[1] ?? '', [value], scene);
    return judgeSetting(match[1] ?? '', [value], scene);
  });
}

function defineAliases(list: readonly Argument[], _input: Input, scene: Scene): Refusal | undefined {
  return firstRefusal(list, (item) => {
    const at = item.text.indexOf('=');
    if (at <= 0) return undefined;
    const text = item.text.slice(at + 1);
    scene.aliases.set(item.text.slice(0, at), text);
    return item.hole === 'computed'
      ? refuseUnreadable(scene)
      : scene.judge.script(text, { ...scene, lenient: true });
  });
}

function setParameters(list: readonly Argument[], _input: Input, scene: Scene): undefined {
  const dashes = list.findIndex((item) => item.text === '--');
  const parameters = dashes >= 0 ? list.slice(dashes + 1) : list.filter((item) => !/^[-+]/.test(item.text));
  if (parameters.length === 0) return undefined;
  for (const [name, value] of withParameters(parameters, scene).variables) scene.variables.set(name, value);
  return undefined;
}

function readVariables(list: readonly Argument[], _input: Input, scene: Scene): undefined {
  for (const item of [...list, argument('REPLY')])
    if (/^[A-Za-z_]\w*$/.test(item.text)) keepValues(item.text, [unknownArgument('computed')], scene);
  return undefined;
}

function printIntoVariable(list: readonly Argument[], _input: Input, scene: Scene): undefined {
  const at = list.findIndex((item) => item.text === '-v');
  const name = list[at + 1]?.text;
  if (at < 0 || name === undefined) return undefined;
  const values = list.slice(at + 2).filter((item) => item.text !== '%s');
  keepValues(name, values.length === 1 ? values : [unknownArgument('computed')], scene);
  return undefined;
}

/** `at`, `batch` and `crontab -` take a script on standard input. */
function runLater(list: readonly Argument[], input: Input, scene: Scene): Refusal | undefined {
  const given = input.text !== undefined || input.file !== undefined || input.piped;
  return given && !list.some((item) => item.text === '-l') ? judgeStandardInput(input, scene) : undefined;
}
