import { judgeDefinition } from './calls.ts';
import { judgeEvaluated } from './evaluated.ts';
import { expandText, expandWords } from './expand.ts';
import { judgeProgram } from './program.ts';
import { readScript } from './read-script.ts';
import { judgeRedirections } from './redirections.ts';
import { refuse, refuseUnreadable } from './rules.ts';
import { firstRefusal, type Input, type Judge, type Refusal, type Scene } from './scene.ts';
import { judgeLoops } from './session/exhaustion.ts';
import { judgeVariableRead } from './session/secrets.ts';
import type { Command, Word } from './syntax.ts';
import { judgePipedDeletion } from './tree-deletion.ts';
import { assign, keepValues } from './variables.ts';

const MAX_SCRIPTS = 12;
const MENTIONS = /git|sh\b|eval|source|pitcrew|claude|\bgh\b/i;

/** Judges a script, one level deeper than the scene that it is run from. */
function judgeScript(text: string, scene: Scene): Refusal | undefined {
  scene.budget.left -= text.length / 20;
  if (scene.depth >= MAX_SCRIPTS) return MENTIONS.test(text) ? refuseUnreadable(scene) : undefined;
  const { commands, tooDeep } = readScript(text);
  if (tooDeep && MENTIONS.test(text)) return refuseUnreadable(scene);
  return judgeCommands(commands, { ...scene, depth: scene.depth + 1 });
}

function judgeCommands(commands: readonly Command[], scene: Scene): Refusal | undefined {
  const folders: (string | undefined)[] = [];
  for (const command of commands) {
    scene.budget.left -= 1;
    if (scene.budget.left < 0) return refuse('unreadable', 'It takes too many steps to follow.');
    if (command.kind === 'open') folders.push(scene.cwd);
    else if (command.kind === 'close') scene.cwd = folders.pop();
    const refusal = judgeCommand(command, scene);
    if (refusal) return refusal;
  }
  const deletion = judgePipedDeletion(commands, scene);
  return deletion ?? (scene.facts.holdsRuns ? judgeLoops(commands) : undefined);
}

function judgeCommand(command: Command, scene: Scene): Refusal | undefined {
  const inside = judgeWords(command, scene);
  if (inside) return inside;
  if (command.kind === 'function') return judgeDefinition(command, scene);
  if (command.kind === 'for') {
    const items = expandWords(command.words, scene).flat();
    keepValues(command.name, items, scene);
    // `[[ 'a[0]' -eq 0 ]]` compares numbers.
    return firstRefusal(items, (item) => judgeEvaluated(item, scene));
  }
  const assigned = firstRefusal(command.assignments, (assignment) => assign(assignment, scene));
  if (assigned) return assigned;
  const redirected = judgeRedirections(command, scene);
  if (redirected || command.words.length === 0) return redirected;
  const input = inputOf(command, scene);
  return firstRefusal(expandWords(command.words, scene), (program) => {
    const before = scene.cwd;
    const refusal = judgeProgram(program, input, scene);
    // A `cd` that may not happen, or happens in a process of its own, leaves the place unknown or as it was.
    if (scene.cwd !== before && (command.piped || command.background)) scene.cwd = before;
    else if (scene.cwd !== before && command.after === '||') scene.cwd = undefined;
    return refusal;
  });
}

/** Judges what the words of a command run before the command itself starts. */
function judgeWords(command: Command, scene: Scene): Refusal | undefined {
  const words = [
    ...command.assignments.flatMap((assignment) => [assignment.value, ...(assignment.list ?? [])]),
    ...command.words,
    ...command.redirections.flatMap(({ target, body }) => (body ? [body] : [target])),
  ];
  return firstRefusal(words, (word) => judgeWord(word, scene));
}

function judgeWord(word: Word, scene: Scene): Refusal | undefined {
  return firstRefusal(word, (piece) => {
    if (piece.kind === 'text') return undefined;
    if (piece.kind === 'commands') {
      const before = scene.cwd;
      const refusal = judgeCommands(piece.commands, scene);
      scene.cwd = before;
      return refusal;
    }
    if (piece.kind === 'value') return judgeWord(piece.operand, scene);
    return (
      judgeVariableRead(piece, scene) ??
      judgeWord(piece.operand, scene) ??
      judgeWord(piece.evaluated ?? [], scene)
    );
  });
}

function inputOf(command: Command, scene: Scene): Input {
  const input: Input = { piped: command.piped };
  for (const { operator, target, body } of command.redirections) {
    if (body) input.text = textOf(body, scene);
    else if (operator === '<<<') input.text = textOf(target, scene);
    else if (operator === '<' || operator === '<>') {
      const [file] = expandText(target, scene);
      if (file) input.file = file;
    }
  }
  return input;
}

const textOf = (word: Word, scene: Scene): string =>
  expandText(word, scene)
    .map((item) => item.text)
    .join('\n');

export const JUDGE: Judge = {
  script: judgeScript,
  commands: judgeCommands,
  program: judgeProgram,
  word: judgeWord,
};
