import { sep } from 'node:path';
import { type Checkout, gitRead, gitWrite } from './git.ts';
import { withPrivateIndex } from './private-index.ts';
import { line } from './repository.ts';

/** The id of a commit's tree. */
export async function treeOf(checkout: Checkout, commit: string): Promise<string> {
  const answer = await gitRead(checkout, ['rev-parse', '--verify', '--end-of-options', `${commit}^{tree}`]);
  return line(answer.stdout);
}

/** Writes the files of a commit into a folder, over those of their names: no `.git`, nothing registered, nothing to clean up in git. */
export async function exportTree(checkout: Checkout, commit: string, folder: string): Promise<void> {
  await withPrivateIndex(checkout, async (index) => {
    await gitWrite(checkout, ['read-tree', commit], { env: index });
    await gitWrite(checkout, ['checkout-index', '--all', '--force', '--quiet', `--prefix=${folder}${sep}`], {
      env: index,
    });
  });
}

/** The text of a file in a commit; undefined where it has none of that name. */
export async function readFileAt(
  checkout: Checkout,
  commit: string,
  path: string,
): Promise<string | undefined> {
  const answer = await gitRead(checkout, ['cat-file', 'blob', `${commit}:${path}`], { accept: [0, 128] });
  return answer.code === 0 ? answer.stdout : undefined;
}
