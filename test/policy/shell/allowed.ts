/** Ordinary commands, one a line; those with more than one line stand in `LONG`. None may be refused to a bystander. */
export const ORDINARY: readonly string[] = String.raw`
npm test
npm ci
npm install
npm run build
npm run lint -- --fix
npm test -- --grep "git stash"
npx vitest run test/a.test.ts
npx tsc --noEmit -p .
npx -y prettier --check .
pnpm install --frozen-lockfile
pnpm exec eslint src
yarn test
yarn add lodash
bun test
node --test
node scripts/good.mjs
node -e "console.log(1)"
node -p "require('./package.json').version"
python -m pytest -q
python3 -m venv .venv && . .venv/bin/activate
python good.py
python3 -c 'print("hello")'
pytest tests/test_a.py -k "add and not all"
cargo test --all
cargo build --release
cargo clippy -- -D warnings
go test ./...
go vet ./... && go build ./...
make
make -j4 test
make clean
mvn -q test
./gradlew test --info
bundle exec rspec
ruby -e 'puts 1'
perl -ne 'print if /x/' a.txt
docker build -t app .
docker compose up -d
docker run --rm -v "$PWD":/app app npm test
docker run --env-file .env app
docker exec -it db psql -c 'select 1'
kubectl get pods
terraform plan
git status
git status --short --branch
git -C . status
git --no-pager log --oneline -5
git log --grep='reset --hard'
git log --grep "git stash" --all
git log -S'git add -A' -- src
git log $X
git log --format='%H %an' "$FROM".."$TO"
git diff
git diff --stat
git diff "$f"
git diff HEAD~1 -- src/a.ts
git diff --cached --name-only
git show HEAD:src/a.ts
git show --stat
git blame -L 10,20 src/a.ts
git branch
git branch -a
git branch --show-current
git branch -d fix/old
git branch feature/x
git branch -vv --sort=-committerdate
git checkout -b fix/login
git checkout main
git checkout -- src/a.ts
git checkout HEAD -- src/a.ts
git checkout "fix/$ID"
git switch main
git switch -c fix/login
git restore src/a.ts
git restore --staged src/a.ts
git restore --staged .
git restore --source=HEAD~1 src/a.ts
git reset HEAD src/a.ts
git reset -- src/a.ts
git reset
git add src/a.ts
git add src/a.ts src/b.ts
git add -- "src/a b.ts"
git add src/
git add src/*.ts
git add -p src/a.ts
git add -N src/new.ts
git add --dry-run .
git add -n -A
git add ./src/a.ts
git add "app/[id]/page.tsx"
git commit -m "fix: a"
git commit -m "never use git stash or git add -A"
git commit -m "fix" -m "git reset --hard is refused now"
git commit -F message.txt
git commit --message="all --amend -a"
git commit -m "$(cat message.txt)"
git commit --fixup=HEAD~2
git commit --allow-empty -m x
git commit -sm "signed"
git commit -ma
git commit --dry-run -a
git push
git push origin HEAD
git push -u origin fix/login
git push origin "HEAD:$b"
git push origin "$(git branch --show-current)"
git push --dry-run
git push --follow-tags
git push --set-upstream origin feature
git push --tags
git fetch
git fetch --all --prune
git fetch origin +refs/heads/main:refs/remotes/origin/main
git pull
git pull --rebase
git merge origin/main
git merge --abort
git rebase origin/main
git rebase --continue
git rebase -x "npm test" main
git cherry-pick abc123
git cherry-pick --no-commit abc123
git revert HEAD --no-edit
git stash list
git stash show -p stash@{0}
git help stash
git stash --help
git worktree list
git worktree list --porcelain
git worktree add ../shop-x -b x
git worktree prune --dry-run
git clean -n
git clean -nd
git clean --dry-run -x
git rm src/old.ts
git rm -r src/old
git mv src/a.ts src/b.ts
git ls-files | wc -l
git ls-files -z | xargs -0 wc -l
git grep -n "git stash"
git grep -e 'add -A' -- docs
git rev-parse --show-toplevel
git rev-parse HEAD
git config user.name
git config --get core.hooksPath
git config core.hooksPath
git config --list --show-origin
git config user.email a@b.c
git config --global alias.co checkout
git config alias.s 'status -s'
git config get user.name
git -c color.ui=always log -3
git -c core.pager=cat log
git -c user.name=a -c user.email=b commit -m x
git -c commit.gpgsign=false commit -m x
GIT_PAGER=cat git log
GIT_EDITOR=true git rebase --continue
GIT_AUTHOR_DATE="2020-01-01" git commit -m x
GIT_TRACE=1 git status
GIT_CONFIG_GLOBAL=/dev/null git status
git reflog
git reflog show HEAD
git gc --auto
git gc
git tag v1.2.3
git tag -l 'v*'
git describe --tags
git remote -v
git remote add fork git@github.com:a/b.git
git bisect log
git submodule update --init
git submodule foreach git status
git apply --check fix.patch
git apply fix.patch
git format-patch -1
git am fix.patch
git shortlog -sn
git symbolic-ref HEAD
git symbolic-ref --short HEAD
git show-ref
git for-each-ref --sort=-committerdate
git merge-base main HEAD
git cat-file -p HEAD
git check-ignore -v node_modules
git --version
git --help
git init
git clone https://example.com/a.git
git lfs ls-files
git st
git lg -5
git absorb --and-rebase
git difftool --tool-help
git archive HEAD -o /tmp/a.tar
git notes show
hub pr list
gh pr view 12
gh pr list --search "git stash"
gh pr diff 12
gh pr checks
gh issue list
gh run view 123 --log
gh api repos/a/b/pulls
gh pr create --title "x" --body "we never git stash; git add -A is refused"
echo "git stash"
echo git stash
echo 'run git reset --hard'
printf 'git add -A\n' >> notes.md
printf '%s\n' "git push --force"
grep -rn "git stash" docs
grep -rn 'git add -A' . --include=*.md
rg "git (stash|reset --hard)" -g '*.md'
rg -n 'git commit -a'
ag 'git stash'
sed -n '1,20p' README.md
sed -i 's/git stash/git diff/' docs/a.md
awk '/git stash/ {print $1}' log.txt
awk '{print $2}' file | sort | uniq -c
cat docs/git-stash.md
less +/stash README.md
man git-stash
which git
type git
command -v git
whereis git
brew install git
sudo apt-get install -y git
apt install git bash
pip install gitpython
ls -la
ls *.ts
ls $DIR
cd src && ls
cd "$(git rev-parse --show-toplevel)" && npm test
cd $(mktemp -d) && ls
pwd
cat a.txt | head -3
cat <<< "git stash"
tail -f log.txt
wc -l < a.txt
find . -name '*.ts' -exec grep -l foo {} +
find . -type f -name '*.orig' -delete
find src -name '*.ts' | xargs grep -n foo
find . -path ./node_modules -prune -o -name '*.js' -print
xargs -n1 echo < list.txt
git diff --name-only | xargs npx eslint
git ls-files '*.ts' | xargs -I{} wc -l {}
for f in a b c; do echo $f; done
for f in *.ts; do git diff -- "$f"; done
for b in main dev; do git log -1 $b; done
while read -r line; do echo "$line"; done < list.txt
while true; do curl -s localhost:3000 && break; sleep 1; done
if git diff --quiet; then echo clean; else echo dirty; fi
case "$1" in start) npm start;; stop) npm stop;; esac
[ -f a.txt ] && cat a.txt
[[ -n "$X" && $Y =~ ^a(b|c)$ ]] && echo yes
test -d node_modules || npm ci
(cd packages/a && npm test)
{ npm test; npm run lint; } 2>&1 | tail -20
npm test > /tmp/out.txt 2>&1; echo $?
npm test 2>&1 | tee out.log
time npm test
timeout 60 npm test
timeout -s KILL 60 npm test
nohup npm start > server.log 2>&1 &
nice -n 10 make
env NODE_ENV=test npm test
env FOO=bar git status
NODE_ENV=test npm test
FOO=1 BAR=2 ./run
export FOO=1; npm test
X=$(date +%s); echo $X
VERSION=$(node -p "require('./package.json').version") && echo $VERSION
SHA=$(git rev-parse HEAD); git show $SHA
BR=$(git branch --show-current); git push origin $BR
sudo -u postgres psql -c 'select 1'
bash -c 'npm test && npm run lint'
bash -lc "npm test"
sh -c "cd $DIR && npm test"
bash build.sh lint status
./build.sh lint
bash -n bad.sh
sh ./missing.sh
source .venv/bin/activate
. ./missing.env.sh
eval "$(ssh-agent -s)"
eval "$(direnv hook bash)"
set -euo pipefail; npm test
trap 'rm -f /tmp/x' EXIT; npm test
"$PYTHON" -m pytest
$PYTHON script.py
"$(npm bin)/eslint" .
$(npm bin)/eslint src
./node_modules/.bin/vitest run
f() { npm run "$1"; }; f test
run() { echo "+ $*"; "$@"; }; run npm test
g() { git "$@"; }; g status
alias ll='ls -la'; ll
rm -rf dist build
rm -rf node_modules
rm -f src/old.ts
rm -r "$TMP/x"
rm -rf /tmp/x
rmdir empty
mkdir -p src/new && touch src/new/a.ts
cp a.txt b.txt
mv a.txt b.txt
ln -s ../a b
tar czf /tmp/a.tgz src
tar xzf a.tgz -C /tmp
curl -s https://example.com | jq .
curl -fsSL https://example.com -o /tmp/a
wget -q https://example.com
echo $((1 + 2)) $((1<<3)) $[ a[1] + 2 ] $(( '$(git status)' ))
echo \${a[$(git rev-list --count HEAD)]} \${x:$((1 + 1)):2} \${#a[@]} "\${a[$i]}"
let 'a[1] = $(wc -l < x)'; declare -A m=([k]=v); m['x y']=1; unset 'm[k]'
awk '{ print a[$(NF)] }' x; grep -n 'see [$(git stash)]' docs/a.md
[[ $x == [a-z]* && -n \${a[0]} ]]
((i++)); echo $i
echo {a,b,c}
echo "a;b|c&d"
echo a\;b
echo 'it'"'"'s'
echo "nested $(echo "quotes $(echo deep)")"
diff <(sort a) <(sort b)
comm -12 <(git ls-files | sort) <(ls | sort)
jq -r '.scripts | keys[]' package.json
sort -u names | comm -3 - other
ps aux | grep node
kill 12345
kill %1
pkill -f vite
lsof -i :3000
npx kill-port 3000
printenv PATH
env | sort
ssh host 'git stash'
# git stash
npm test # then git stash
: "git stash"
true && echo git stash || false
hyperfine 'npm test'
watch -n 5 'git status --short'
npx concurrently "npm:watch" "npm:serve"
psql -c "select 'git stash'"
sqlite3 app.db 'select 1'
crontab -l
code .
open README.md
vim -c 'wq' a.txt
say "git add all"
shellcheck build.sh
claude --version
pitcrew ledger-status
git pull --rebase --no-autostash
git fetch origin '+refs/heads/*:refs/remotes/origin/*'
git fetch origin main:refs/remotes/origin/main
git fetch --force --tags
git fetch https://example.org/x.git main
git fetch origin pull/12/head:pr-12
git remote add fork https://example.org/x.git
git remote get-url origin
git remote show origin
git config rebase.autoStash false
git lfs migrate info
git lfs pull
npm pkg set version=1.2.3
npm pkg get scripts
make CC=clang test
make SHELL=/bin/bash test
npm run lint
npm run build -- --mode production
npm install --save-dev vitest
npm outdated
npm audit fix
npm version patch --no-git-tag-version
npx tsc --noEmit
npx prettier --write src
npx eslint . --fix
npm exec -- vitest run
yarn install --immutable
yarn dlx create-vite app
pnpm -r test
pnpm --filter web build
bun install && bun test
pytest -x -q tests/test_api.py::test_login
python -m pytest --cov=src -n auto
python -m pip install -r requirements.txt
python manage.py migrate --plan
python3 -c "import sys; print(sys.version)"
python3 -c "open('out.txt', 'w').write('hello')"
uv sync && uv run pytest
poetry run pytest
ruff check --fix .
mypy src
black src tests
tox -e py312
cargo test -- --nocapture
cargo fmt --all -- --check
cargo clippy --all-targets -- -D warnings
cargo run --bin server -- --port 8080
cargo add serde --features derive
go build ./... && go vet ./...
go test -race -run TestLogin ./internal/...
go mod tidy
go generate ./...
gofmt -w .
golangci-lint run
make build test
make -j$(nproc) all
make clean && make
cmake -B build -S . && cmake --build build -j
ninja -C build
docker build -t app:dev .
docker compose up -d --build
docker compose logs -f --tail=100 web
docker run --rm -v "$PWD":/app -w /app node:22 npm test
docker run --rm -v "$PWD":/app -w /app alpine sh -c 'ls -la && cat package.json'
docker exec -it db psql -U app -c 'select count(*) from users'
docker ps -a --format '{{.Names}}'
docker system df
kubectl get pods -n dev -o wide
kubectl logs deploy/web --since=1h | grep -i error
helm template chart | head -50
terraform plan -out tf.plan
git log --oneline --graph --all -20
git log -p -S'foo' -- src/a.ts | head -100
git log --since='2 weeks ago' --author=ann --format='%h %s'
git diff main...HEAD --stat
git diff --name-only origin/main | xargs -r wc -l
git grep -n 'TODO' -- '*.ts'
git show HEAD~2:src/a.ts > /tmp/old.ts
git status --porcelain=v2
git rev-parse --short HEAD
git tag --list 'v*' --sort=-v:refname | head
git cherry-pick --abort
git ls-files '*.ts' | xargs grep -l foo
git restore --staged a.ts
git config --get user.email
git check-ignore -v dist
grep -rn --include='*.ts' 'reset --hard' .
rg -n 'git add -A' -g '!node_modules'
find . -name '*.log' -mtime +7 -delete
find . -name node_modules -prune -o -name '*.ts' -print | head
find src -name '*.test.ts' | xargs -n1 basename
find . -type f -name '*.tmp' -exec rm {} +
find . -name '*.pyc' | xargs rm -f
ls -la | awk '{print $5, $9}' | sort -n
sed -n '1,40p' src/a.ts
sed -i 's/foo/bar/g' src/a.ts
sed -e 's/a/b/' -e '/x/d' a.txt
sed 's/one/the/e1' a.txt
awk -F, '{print $1}' data.csv
echo "git reset --hard is bad" >> notes.md
curl -sSL https://example.org/install.json | jq .
curl -fsSL https://example.org/data.json -o data.json
tar czf build.tgz dist
tar -xzf build.tgz -C /tmp
unzip -o a.zip -d /tmp/a
cp -r templates/base apps/new
mv src/old.ts src/new.ts
rm -rf dist build coverage node_modules/.cache
rm -rf node_modules && npm ci
mkdir -p src/a/b && touch src/a/b/c.ts
ln -s ../shared/config.json config.json
chmod +x scripts/run.sh
rsync -a dist/ /tmp/dist/
rsync -a --delete dist/ /tmp/dist/
kill $(lsof -ti :3000)
pkill -f 'next dev'
lsof -i :5432
ps aux | grep -v grep | grep vite
export NODE_ENV=test && npm test
NODE_OPTIONS=--max-old-space-size=4096 npm run build
for f in src/*.ts; do echo "$f"; wc -l "$f"; done
while read -r l; do echo "$l"; done < list.txt
while IFS=, read -r a b; do echo "$a-$b"; done < data.csv
if [ -d dist ]; then rm -r dist; fi
test -f .env.example && cp .env.example /tmp/env
diff <(sort a.txt) <(sort b.txt)
time npm run build
timeout 60 npm test || echo failed
(cd packages/web && npm test)
source venv/bin/activate && python app.py
. ./scripts/env.sh
psql -h localhost -c 'select 1'
sqlite3 app.db '.tables'
redis-cli ping
ssh deploy@example.org 'cd app && git pull'
gh pr list --limit 5
gh run view 123 --log-failed
./gradlew build -x test
mvn -q -DskipTests package
dotnet test
swift build
bundle exec rails db:migrate
composer install
tee /tmp/log.txt < a.txt
npm test 2>&1 | tee test.log | tail -20
echo '{"a":1}' | tee config.json
node -e "const fs=require('fs');fs.writeFileSync('x.json','{}')"
node scripts/gen.mjs > src/gen.ts
node --import tsx src/main.ts
deno run --allow-net main.ts
playwright test --headed
npx playwright install chromium
storybook build
turbo run build
nx affected -t test
lerna run build
git commit -m "fix: no more git stash"
git commit -F .git/MSG
git push origin fix/a
git push -u origin HEAD
git switch -c fix/b
git checkout -b fix/b
git merge --no-ff topic
git rebase main
git add src/a.ts test/a.test.ts
git mv a.ts b.ts
git repack -A -d
git maintenance run --auto
`
  .split('\n')
  .filter((line) => line !== '');

export const LONG: readonly string[] = [
  'git commit -m "$(cat <<\'EOF\'\nfix: never git stash\n\ngit add -A is refused; so is `git reset --hard`\nEOF\n)"',
  'git commit -m "$(cat <<EOF\nfix: it\'s "quoted" (and (nested))\nEOF\n)" && git status',
  "cat > docs/rules.md <<'EOF'\n# Never\n\ngit stash\n`git add -A`\n$(git reset --hard)\nEOF",
  'cat <<EOF >> CONTRIBUTING.md\nDo not run git stash.\nEOF\nnpm test',
  'tee notes.md <<-EOF\n\tgit push --force\n\tEOF\necho done',
  'cat <<A; cat <<B\ngit stash\nA\ngit stash\nB\nls',
  'npm test \\\n  -- --grep x \\\n  && echo ok',
  'git log \\\n  --oneline',
  'gh pr create --title t --body "$(cat <<\'EOF\'\n## What\n- no `git stash`\n- no git add -A\nEOF\n)"',
  'python3 - <<\'EOF\'\nimport json\nprint(json.dumps({"a": 1}))\nEOF',
  'for i in 1 2 3\ndo\n  echo $i\ndone',
  'if [ -d a ]\nthen\n  ls a\nelse\n  ls\nfi',
  'case $x in\n  a|b) echo 1 ;;\n  *) echo 2 ;;\nesac\ngit status',
  "x=1\n# a comment with an apostrophe: don't\ngit status",
  'echo "multi\nline\ngit stash\n"',
  'node <<EOF\nconsole.log(1)\nEOF',
  'psql <<SQL\nselect 1; -- git stash\nSQL',
];
