import { readBody } from './read-script.ts';
import type { Argument, Refusal, Scene } from './scene.ts';

/** The shell's own commands that take names of variables, or arithmetic, as texts. */
export const EVALUATES: ReadonlySet<string> = new Set(
  'let declare typeset local export readonly printf read mapfile readarray unset wait test [ [['.split(' '),
);

/**
 * Judges what bash runs when it takes a text for the name of a variable or for a number: the substitutions in a subscript,
 * also of a text that was kept together by quotes, as in `let 'a[$(git stash)] = 1'`.
 */
export function judgeEvaluated({ text }: Argument, scene: Scene): Refusal | undefined {
  for (const [subscript] of text.matchAll(/\[[^\]]*\]?/g)) {
    if (!/\$\(|`/.test(subscript)) continue;
    scene.budget.left -= text.length / 20;
    return scene.judge.word(readBody(text), scene);
  }
  return undefined;
}
