#!/bin/sh
# Starts the guard, dist/hook.cjs, on the Node named by the first argument (default: the one in PATH). Where it cannot
# be started, it must not close the sessions of people who do not use Pitcrew here: only a repository that has a ledger
# is closed to writes until it can.
hook="${0%/*}/../dist/hook.cjs"
if [ -f "$hook" ] && command -v "${1:-node}" >/dev/null 2>&1; then exec "${1:-node}" "$hook"; fi
common=$(cd "${CLAUDE_PROJECT_DIR:-.}" 2>/dev/null && git rev-parse --path-format=absolute --git-common-dir 2>/dev/null)
[ -e "$common/pitcrew/ledger.db" ] || [ -e "$common/pitcrew/active-runs.json" ] || exit 0
echo "Pitcrew's guard cannot be started: node is not in PATH, or $hook is not there. Ask the person to install Pitcrew again." >&2
exit 2
