/**
 * Aliases that a widespread zsh plugin (git, of oh-my-zsh) gives to commands that are refused here. The client's
 * shell starts from the person's own settings, so they may exist; a program of that name does not.
 */
export const SHELL_PLUGIN_ALIASES: Record<string, string | undefined> = {
  gaa: 'git add --all',
  gau: 'git add --update',
  gca: 'git commit --verbose --all',
  'gca!': 'git commit --verbose --all --amend',
  'gcan!': 'git commit --verbose --all --no-edit --amend',
  gcam: 'git commit --all --message',
  gcasm: 'git commit --all --signoff --message',
  'gc!': 'git commit --verbose --amend',
  gclean: 'git clean --interactive -d',
  gpristine: 'git reset --hard',
  gwipe: 'git reset --hard',
  grhh: 'git reset --hard',
  groh: 'git reset --hard',
  gpf: 'git push --force-with-lease --force-if-includes',
  'gpf!': 'git push --force',
  gpoat: 'git push --all',
  gbd: 'git branch --delete',
  gsta: 'git stash push',
  gstaa: 'git stash apply',
  gstall: 'git stash --all',
  gstc: 'git stash clear',
  gstd: 'git stash drop',
  gstp: 'git stash pop',
  gstu: 'git stash push --include-untracked',
  gwip: 'git add -A',
  gunwip: 'git reset --hard',
};
