import type { CommandFacts } from '../../../src/policy/shell.ts';

const ROOT = '/srv/shop';
const WORKTREE = `${ROOT}/.pitcrew/worktrees/web-1`;

/** A repository with live runs, seen by a session that holds none. */
export const bystander = (more: Partial<CommandFacts> = {}): CommandFacts => ({
  cwd: ROOT,
  root: ROOT,
  worktrees: [],
  holdsRuns: false,
  aliasOf: (name) => ALIASES[name],
  readScript: (path) => SCRIPTS[path],
  privateFiles: PRIVATE_FILES,
  home: '/home/ann',
  ...more,
});

/** The same, seen by a session that holds a run and stands in its worktree. */
export const holder = (more: Partial<CommandFacts> = {}): CommandFacts =>
  bystander({ cwd: WORKTREE, worktrees: [WORKTREE], holdsRuns: true, ...more });

const PRIVATE_FILES = [
  `${ROOT}/.git/pitcrew`,
  `${ROOT}/.claude/active-runs.md`,
  `${ROOT}/pitcrew.yml`,
  `${ROOT}/.claude/settings.json`,
  '/home/ann/.claude/settings.json',
  '/home/ann/.claude/plugins/pitcrew',
];

const ALIASES: Record<string, string | undefined> = {
  sv: 'stash',
  wipe: 'reset --hard',
  st: 'status --short',
  aa: '!git add --all',
  amd: '!f() { git commit --amend "$@"; }; f',
  lg: "log --graph --pretty='%h %s'",
  loop: 'loop',
};

const SCRIPTS: Record<string, string | undefined> = {
  '/srv/shop/build.sh': '#!/bin/sh\nset -e\nnpm run "$1"\ngit "$2" --short\n# git stash is never used here\n',
  '/srv/shop/bad.sh': '#!/usr/bin/env bash\nset -e\ngit stash\n',
  '/srv/shop/calls.sh': 'run() { git "$@"; }\nrun status\nrun stash\n',
  '/srv/shop/args.sh': 'git "$1" "$2"\n',
  '/srv/shop/bad.mjs':
    "#!/usr/bin/env node\nimport { execSync } from 'node:child_process';\nexecSync('git add -A');\n",
  '/srv/shop/bad.py': 'import subprocess\nsubprocess.run(["git", "reset", "--hard"])\n',
  '/srv/shop/good.py': 'import subprocess\n# never git stash\nsubprocess.run(["git", "status"])\n',
  '/srv/shop/scripts/good.mjs':
    "// git stash\nimport { execSync } from 'node:child_process';\nexecSync('git log -1');\n",
};
