import { refuseHolder } from './rules.ts';
import { type Argument, argument, type Refusal, type Scene, unknownArgument } from './scene.ts';
import type { Command } from './syntax.ts';
import { keepValues } from './variables.ts';

const MAX_CALLS = 8;

/** Notes a function. Its body is judged at once, forgiving what cannot be read before it is called. */
export function judgeDefinition(command: Command, scene: Scene): Refusal | undefined {
  const bomb = command.body.some(
    (inner) => (inner.piped || inner.background) && startsWith(inner, command.name),
  );
  const refusal = bomb ? refuseHolder(scene, 'exhausts-machine') : undefined;
  scene.functions.set(command.name, command.body);
  scene.budget.changes += 1;
  const ahead: Scene = {
    ...withParameters(undefined, scene),
    lenient: true,
    // What it defines and names is so only once it is called.
    functions: new Map(scene.functions),
    aliases: new Map(scene.aliases),
  };
  return refusal ?? scene.judge.commands(command.body, ahead);
}

/** Judges a call of a function that the command has defined, with its parameters in place. */
export function judgeCall(
  name: string,
  body: readonly Command[],
  parameters: readonly Argument[],
  scene: Scene,
): Refusal | undefined {
  // A function may call itself; beyond some calls its parameters are anything.
  if (scene.depth > MAX_CALLS + 1) return undefined;
  const { budget, cwd } = scene;
  const how = scene.lenient ? 'ahead' : 'now';
  const call = [how, budget.changes, cwd, name, ...parameters.map((item) => item.text)].join(' ');
  if (scene.settled.has(call)) return undefined;
  scene.settled.add(call);
  const known = scene.depth === MAX_CALLS + 1 ? undefined : parameters;
  return scene.judge.commands(body, { ...withParameters(known, scene), depth: scene.depth + 1 });
}

/** A scene in which `$1`, `$@` and so on are these; unknown ones when undefined. */
export function withParameters(parameters: readonly Argument[] | undefined, scene: Scene): Scene {
  const inner: Scene = { ...scene, variables: new Map(scene.variables) };
  for (const name of ['@', '*', '1', '2', '3', '4', '5', '6', '7', '8', '9']) inner.variables.delete(name);
  const all = parameters ?? [unknownArgument('computed', true)];
  const joined = all.map((item) => item.text).join(' ');
  const hole = all.find((item) => item.hole !== 'none')?.hole ?? 'none';
  const { changes } = scene.budget;
  for (const name of ['@', '*']) keepValues(name, [{ ...argument(joined), hole }], inner);
  for (let index = 0; index < Math.min(9, all.length); index += 1)
    keepValues(String(index + 1), all.slice(index, index + 1), inner);
  // Parameters are part of the call and no change of what is known.
  inner.budget.changes = changes;
  return inner;
}

const startsWith = (command: Command, name: string): boolean => {
  const first = command.words[0]?.[0];
  return first?.kind === 'text' && first.text === name;
};
