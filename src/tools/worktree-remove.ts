import * as z from 'zod';
import { refusedError } from '../core/errors.ts';
import { shortName } from '../core/incident.ts';
import { type Removal, removeWorktree } from '../git/remove-worktree.ts';
import { defineTool } from './define.ts';

export const worktreeRemove = defineTool({
  name: 'worktree_remove',
  title: 'Remove the worktree of a finished issue',
  description:
    'Removes the worktree of an issue, and its branch, once the work is merged and nothing in it is unsaved; refuses otherwise and says what would be lost. Use after the pull request was merged.',
  effect: 'destroy',
  examples: ['worktree-remove WEB-3F', 'worktree-remove WEB-3F --keep-branch'],
  positional: 'issue',
  input: {
    issue: z.string().min(1).describe('Short id, for example WEB-3F.'),
    keep_branch: z
      .boolean()
      .default(false)
      .describe('Remove only the folder although the branch is not merged; its commits stay on the branch.'),
  },
  async run(input, context) {
    const incident = await context.incidentOf(input.issue);
    const record = await (await context.ledger()).incident(incident);
    const name = shortName(incident);
    if (record.run && record.run.liveness !== 'dead' && record.run.session !== context.session.id) {
      throw refusedError(
        `${name} is being worked on by ${record.run.owner.label}.`,
        'Leave its worktree alone until that session completes.',
      );
    }
    const worktree = record.steps.worktree;
    if (!worktree) throw refusedError(`${name} has no worktree on record.`, 'Nothing needs to be removed.');
    const removal = await removeWorktree({
      repository: context.repository,
      path: worktree.path,
      branch: worktree.branch,
      requireMerged: !input.keep_branch,
      keepBranch: input.keep_branch,
      into: basesOf(context.config.github.base),
    });
    const branch = branchNote(worktree.branch, removal);
    return {
      text: `${removal.removed ? 'Removed' : 'Already gone:'} ${worktree.path}. ${branch}`,
      data: { issue: name, path: worktree.path, ...removal },
    };
  },
});

/** Merged is what either the remote's base or the one here contains: nothing is lost in both cases. */
const basesOf = (base: string | undefined): string[] =>
  base === undefined ? [] : [`refs/remotes/origin/${base}`, base];

function branchNote(branch: string, { branchDeleted, branchExists }: Removal): string {
  if (branchDeleted) return `Branch ${branch} is merged and was deleted.`;
  return branchExists ? `Branch ${branch} stays.` : `Branch ${branch} is gone too.`;
}
