import type { Refusal, Scene } from './scene.ts';

/** Every rule: why the command is refused, and what serves the purpose instead. */
const RULES = {
  unreadable: [
    'What this command would run cannot be read from it, and this repository has live Pitcrew runs.',
    'Write the command out plainly: the program, its subcommand and its options as literal words, one step at a time.',
  ],
  'git-stash': [
    'The stash is shared by every worktree of the repository, so stashing takes away or mixes up the work of other sessions.',
    'Leave the changes where they are; work in an own worktree (worktree_create) and commit with fix_commit.',
  ],
  'git-add-all': [
    'Adding everything stages files that other sessions are changing.',
    'Name the files: git add path/to/file. In a run, fix_commit stages exactly the declared files.',
  ],
  'git-commit-all': [
    'This form of commit takes files from the working tree past the index, also those of other sessions.',
    'Commit what you staged by name; in a run, use fix_commit with the list of files.',
  ],
  'git-commit-amend': [
    'Amending replaces a commit that another session may have built on or that a proof names.',
    'Make a further commit; in a run, use fix_commit.',
  ],
  'hooks-off': [
    'This switches off the checks or hooks that guard the repository, or puts other programs in their place.',
    'Run the command with its hooks and repair what they report; fix_verify runs the checks of the project.',
  ],
  'git-reset-hard': [
    'This reset overwrites files of the working tree, and with them work that is nowhere else.',
    'Name single files: git restore path/to/file; worktree_create gives a clean tree beside this one.',
  ],
  'git-discard': [
    'This discards changes of the whole tree, or forces its way over local changes.',
    'Name the files that are yours: git restore path/to/file. A clean tree comes from worktree_create.',
  ],
  'git-clean': [
    'Cleaning deletes untracked files, which other sessions may have just written.',
    'Look with git clean -n, then remove your own files by name.',
  ],
  'git-force-push': [
    'This push overwrites or deletes what is on the remote, or skips its checks.',
    'Push without force to an own branch; in a run, github_create_draft_pr pushes and opens the draft.',
  ],
  'git-worktree': [
    'This takes away a worktree that may be the place of a live run, or the lock that protects it.',
    'Use worktree_remove for the worktree of an own run.',
  ],
  'git-branch-force': [
    'This deletes or moves a branch although its commits may be nowhere else.',
    'Use git branch -d, which refuses unmerged work, or a new branch name.',
  ],
  'git-rewrite': [
    'This rewrites or drops references and history on which other sessions rely.',
    'Make a new commit or branch; git log and git reflog show what is there.',
  ],
  'git-alias': [
    'This alias or setting hides a command that is refused here.',
    'Run the underlying command plainly, in a form that is allowed.',
  ],
  'deletes-tree': [
    'This deletes the checkout, the whole folder or a worktree, with work of other sessions in it.',
    'Delete single files by name; worktree_remove takes an own worktree away.',
  ],
  'git-moves-checkout': [
    'This changes the files and the branch of the main checkout, which other sessions share.',
    'Do it in the own worktree: worktree_create makes it, and cd leads there.',
  ],
  'git-by-hand': [
    'While this session holds a run, commits and pushes are made by tools that check the declared files and the proof.',
    'Use fix_commit to commit and github_create_draft_pr to push and open the draft pull request.',
  ],
  'gh-by-hand': [
    'While this session holds a run, GitHub is written only by Pitcrew; merging, approving and making ready are a person’s.',
    'Use github_create_draft_pr, and leave the rest to the person who reviews it.',
  ],
  'pitcrew-by-hand': [
    'Consent and ledger changes are not given through the shell while this session holds a run.',
    'Use the MCP tool of the same name; a selection comes from the person (triage_select asks for it).',
  ],
  'agent-in-agent': [
    'Starting another agent, or a terminal around one, would act outside the rules of this session.',
    'Do the step in this session; its own subagents are under the same rules.',
  ],
  'service-api': [
    'While this session holds a run, Sentry and GitHub are reached only through the tools, which hold the credentials.',
    'Use sentry_latest_event, sentry_list_issues, github_search_issues, sentry_resolve or github_create_draft_pr.',
  ],
  'reads-secret': [
    'This would bring credentials into the conversation.',
    'The tools hold the credentials they need; pitcrew doctor says whether they work without showing them.',
  ],
  'ends-process': [
    'This could end the Pitcrew server, the client or processes of other sessions.',
    'End only a process that this session started, by its own process id.',
  ],
  'private-file': [
    'This file belongs to Pitcrew, git or the client, and is not written through the shell.',
    'Use the ledger tools (ledger_update, ledger_complete), or ask the person to change the setting.',
  ],
  'outside-worktree': [
    'This writes outside the worktree of this session’s run.',
    'Work under the own worktree (ledger_status names it); scratch files may go to /tmp.',
  ],
  'foreign-worktree': [
    'This writes into the worktree of another session’s run.',
    'Leave it to that session; ledger_status shows who works where.',
  ],
  'exhausts-machine': [
    'This would use up the processes or the disk of the machine that all sessions share.',
    'Bound it: a count, a size or a timeout.',
  ],
} as const;

export type RuleId = keyof typeof RULES;
export const RULE_IDS = Object.keys(RULES) as RuleId[];

/** The refusal of a rule; `detail` is a sentence of our own (never text of the command) put after the reason. */
export function refuse(rule: RuleId, detail = ''): Refusal {
  const [reason, instead] = RULES[rule];
  return { allow: false, rule, reason: detail === '' ? reason : `${reason} ${detail}`, instead };
}

/** A refusal because something cannot be read; in a script or an unused function that alone is no reason. */
export const refuseUnreadable = (scene: Scene): Refusal | undefined =>
  scene.lenient ? undefined : refuse('unreadable');

/** A refusal that holds only for a session that itself holds live runs. */
export const refuseHolder = (scene: Scene, rule: RuleId): Refusal | undefined =>
  scene.facts.holdsRuns ? refuse(rule) : undefined;
