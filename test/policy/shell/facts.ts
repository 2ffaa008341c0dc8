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
  guardFiles: GUARD_FILES,
  otherWorktrees: [`${ROOT}/.pitcrew/worktrees/web-9`],
  home: '/home/ann',
  ...more,
});

/** The same, seen by a session that holds a run and stands in its worktree. */
export const holder = (more: Partial<CommandFacts> = {}): CommandFacts =>
  bystander({ cwd: WORKTREE, worktrees: [WORKTREE], holdsRuns: true, ...more });

const GUARD_FILES = [
  `${ROOT}/.git/pitcrew`,
  `${ROOT}/.claude/settings.json`,
  '/home/ann/.claude/settings.json',
  '/home/ann/.claude/plugins/pitcrew',
];

const PRIVATE_FILES = [...GUARD_FILES, `${ROOT}/.claude/active-runs.md`, `${ROOT}/pitcrew.yml`];

const ALIASES: Record<string, string | undefined> = {
  sv: 'stash',
  wipe: 'reset --hard',
  st: 'status --short',
  aa: '!git add --all',
  amd: '!f() { git commit --amend "$@"; }; f',
  lg: "log --graph --pretty='%h %s'",
  loop: 'loop',
};

const PACKAGE = {
  test: 'vitest run',
  build: 'tsc -p . && cp a dist/',
  pretidy: 'git stash',
  tidy: 'echo tidy',
  again: 'npm run tidy',
  release: 'npm version patch && git push --follow-tags',
  forever: 'npm run forever',
};

const SCRIPTS: Record<string, string | undefined> = {
  '/srv/shop/package.json': JSON.stringify({ scripts: PACKAGE }),
  [`${WORKTREE}/package.json`]: JSON.stringify({ scripts: PACKAGE }),
  '/srv/shop/pkg/package.json': JSON.stringify({ scripts: { wipe: 'git -C .. reset --hard' } }),
  '/srv/shop/other.mjs':
    "import { rmSync } from 'node:fs';\nrmSync('/srv/shop/.pitcrew/worktrees/web-9/a.ts');\n",
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
