import { readFileSync } from 'node:fs';

const FILES = { everybody: 'forbidden.txt', holder: 'forbidden-holder.txt' };

/** The lines of the two lists as `[rule, command]`: what nobody may run, and what a session that holds runs may not. */
export const FORBIDDEN = readLines(FILES.everybody);
export const FORBIDDEN_TO_HOLDERS = readLines(FILES.holder);

function readLines(file: string): [rule: string, command: string][] {
  let rule = '';
  const read: [string, string][] = [];
  for (const line of readFileSync(new URL(file, import.meta.url), 'utf8').split('\n')) {
    const heading = /^\[([a-z-]+)\]$/.exec(line)?.[1];
    if (heading !== undefined) rule = heading;
    else if (line !== '' && rule !== '') read.push([rule, line]);
  }
  return read;
}

/** More of the same, told by the rule that they come to, with what a single line cannot hold. */
export const FORBIDDEN_LONG: readonly (readonly [rule: string, command: string])[] = [
  ['git-stash', 'ls\ngit stash'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a shell's, not ours.
  ['git-stash', 'a=(git\nstash); "${a[@]}"'],
  ['git-stash', 'git \\\nstash'],
  ['git-stash', 'gi\\\nt stash'],
  ['git-stash', 'npm test &&\n  git stash'],
  ['git-stash', 'bash <<EOF\ngit stash\nEOF'],
  ['git-stash', "bash <<'EOF'\ngit stash\nEOF"],
  ['git-stash', 'sh -s <<EOF\ncd x\ngit stash\nEOF'],
  ['git-stash', 'bash <<< "git stash"'],
  ['git-stash', 'source /dev/stdin <<< "git stash"'],
  ['git-stash', 'cat <<EOF\n$(git stash)\nEOF'],
  ['git-stash', '[[ -n $(( cat <<EOF\n$(git stash)\nEOF\n )) ]]'],
  ['git-stash', "echo $(( { cat <<'EOF'\n$(git stash)\nEOF\n} ))"],
  ['git-stash', 'echo $(( 1 # $(git stash)\n ))'],
  ['git-stash', 'cat <<EOF\n`git stash`\nEOF'],
  ['git-stash', 'cat <<A <<B\nx\nA\n$(git stash)\nB'],
  ['git-stash', 'cat > x.sh <<EOF\ngit stash\nEOF\nbash x.sh'],
  ['git-stash', "echo 'git stash' > x.sh; sh x.sh"],
  ['git-stash', "tee x.sh <<'EOF' && sh x.sh\ngit stash\nEOF"],
  ['unreadable', "echo 'git stash' | tee x.sh; sh x.sh"],
  ['git-stash', "printf 'git stash\\n' > x.sh && chmod +x x.sh && ./x.sh"],
  ['git-stash', 'bash bad.sh'],
  ['git-stash', './bad.sh'],
  ['git-stash', '. ./bad.sh'],
  ['git-stash', 'source bad.sh'],
  ['git-stash', 'sh < bad.sh'],
  ['git-stash', 'bash args.sh stash x'],
  ['git-stash', 'bash calls.sh'],
  ['git-stash', 'f() {\n  git stash\n}\nf'],
  ['git-stash', 'if true\nthen\n  git stash\nfi'],
  ['git-stash', 'case x in\n  x)\n    git stash ;;\nesac'],
  ['git-stash', 'echo $(case x in x) git stash;; esac)'],
  ['git-stash', 'echo "$(cat <<EOF\na ) b\nEOF\n)"; git stash'],
  ['git-stash', "echo 'a' # it's\ngit stash"],
  ['git-stash', 'python3 -c \'import os; os.system("git stash")\''],
  ['git-stash', 'python3 -c \'import subprocess; subprocess.run(["git", "stash"])\''],
  ['git-stash', "python -c \"import os; os.system('gi' + 't stash')\""],
  ['git-stash', 'python3 <<EOF\nimport os\nos.system("git stash")\nEOF'],
  ['git-stash', 'node -e \'require("child_process").execSync("git stash")\''],
  ['git-stash', 'node -e \'spawnSync("git", ["stash"])\''],
  ['git-stash', 'node --eval=\'execSync("git stash")\''],
  ['git-stash', 'perl -e \'system("git stash")\''],
  ['git-stash', 'perl -e \'system("git", "stash")\''],
  ['git-stash', "ruby -e '`git stash`'"],
  ['git-stash', 'php -r \'exec("git stash");\''],
  ['git-stash', 'awk \'BEGIN { system("git stash") }\''],
  ['git-stash', "vim -c '!git stash' -c q"],
  ['git-stash', "make -f - --eval='x:;git stash'"],
  ['git-stash', "gdb -ex 'shell git stash'"],
  ['git-stash', "tar cf /dev/null --checkpoint=1 --checkpoint-action=exec='git stash' a"],
  ['git-stash', "at now <<< 'git stash'"],
  ['git-stash', "tmux new-session -d 'git stash'"],
  ['git-stash', 'git rebase -x "git stash" main'],
  ['git-stash', 'git rebase --exec="git stash" main'],
  ['git-stash', 'git bisect run git stash'],
  ['git-stash', "git bisect run sh -c 'git stash'"],
  ['git-stash', "git submodule foreach 'git stash'"],
  ['git-stash', 'git submodule foreach --recursive git stash'],
  ['git-stash', "git difftool -x 'git stash'"],
  ['git-stash', "git grep --open-files-in-pager='git stash' x"],
  ['git-stash', "git clone 'ext::git stash' x"],
  ['git-stash', "git -c core.editor='git stash' commit"],
  ['git-stash', "git -c core.pager='git stash' log"],
  ['git-stash', "git -c core.fsmonitor='git stash' status"],
  ['git-stash', "GIT_EDITOR='git stash' git commit"],
  ['git-stash', "GIT_PAGER='git stash' git log"],
  ['git-stash', "GIT_SEQUENCE_EDITOR='git stash; true' git rebase -i main"],
  ['git-stash', "git config core.editor 'git stash'"],
  ['git-stash', 'git sv'],
  ['git-stash', 'git -C src sv push'],
  ['git-stash', 'gsta'],
  ['git-add-all', 'gaa'],
  ['git-add-all', 'node bad.mjs'],
  ['git-add-all', './bad.mjs'],
  ['git-reset-hard', 'python3 bad.py'],
  [
    'git-reset-hard',
    'python3 -c \'__import__("subprocess").check_call(("git", "-C", ".", "reset", "--hard"))\'',
  ],
  ['git-force-push', 'gpf'],
  ['git-alias', "git config alias.a '!f() { git stash; }; f'"],
];
