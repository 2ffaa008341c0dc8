import { refuse } from '../rules.ts';
import { type Argument, argument, firstRefusal, type Refusal, type Scene } from '../scene.ts';
import { judgeWrite } from '../session/writes.ts';

/** Subcommands that write files of the working tree, or its index. */
const WRITES = new Set(
  'checkout restore switch reset read-tree checkout-index apply rm mv clean merge pull rebase cherry-pick revert am bisect submodule sparse-checkout update-index add commit'.split(
    ' ',
  ),
);

/**
 * Judges a git command by the working tree in which it writes: the one that it is told (`--work-tree`, GIT_WORK_TREE),
 * or the one in which it stands. Not another session's worktree, and none outside the own ones once there are some.
 */
export function judgeOtherTree(
  subcommand: string,
  options: readonly { name: string; value: Argument | undefined }[],
  scene: Scene,
): Refusal | undefined {
  if (!WRITES.has(subcommand)) return undefined;
  const named = options.filter(({ name }) => name === 'work-tree').flatMap(({ value }) => value ?? []);
  const set = scene.gitVariables.has('GIT_WORK_TREE')
    ? (scene.variables.get('GIT_WORK_TREE')?.known ?? []).map(argument)
    : [];
  const stands = scene.cwd === undefined ? [] : [argument(scene.cwd)];
  const trees = named.length + set.length > 0 ? [...named, ...set] : stands;
  return firstRefusal(trees, (tree) => {
    const refusal = judgeWrite(tree, scene);
    // The checkout as a whole is no private file, though it holds some.
    if (refusal?.rule === 'private-file')
      return scene.facts.holdsRuns ? refuse('outside-worktree') : undefined;
    return refusal;
  });
}
