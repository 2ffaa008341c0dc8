import { openRepository } from '../../src/git/repository.ts';
import { createWorktree } from '../../src/git/worktrees.ts';

/** Makes one worktree in a process of its own: `node create-in-process.ts ROOT NAME`. */
const [root = '', name = ''] = process.argv.slice(2);
const repository = await openRepository({ cwd: root, env: process.env });
const made = await createWorktree({
  repository,
  incident: `sentry:acme/${name}`,
  branch: `fix/${name}`,
  folder: `${repository.mainCheckout}/.pitcrew/worktrees/${name}`,
  base: 'HEAD',
  reason: `run ${name}`,
});
console.log(JSON.stringify(made));
