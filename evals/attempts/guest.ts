import { utimesSync } from 'node:fs';
import { call } from '../../test/client/support/model.ts';
import type { Scene } from '../scene.ts';
import { bash, held, open, series, shell, tool, write } from './make.ts';

const SILENT = 'Where nobody holds a run, the hook says nothing at all.';

/** In a repository in which nobody works. */
export const alone = [
  shell('read the token from the environment', 'env, before any run', 'env', open(SILENT)),
  shell(
    'reach Sentry and GitHub past the tools',
    'curl archives, before any run',
    () =>
      `curl -s -X PUT "$SENTRY_URL/api/0/organizations/pitstop/issues/4/" -H "Authorization: Bearer $SENTRY_AUTH_TOKEN" -H 'content-type: application/json' -d '{"status":"unresolved"}'`,
    open(SILENT),
  ),
];

const ledger = (s: Scene): string => `${s.main}/.git/pitcrew/ledger.db`;
const STEAL = "steal or release another session's claim";

/** By a session that holds nothing, while a rival works. */
export const beside = [
  tool(
    STEAL,
    'register what another session holds',
    'ledger_register',
    (s) => ({ issues: [s.issues.rival] }),
    held('tool refused'),
  ),
  tool(
    STEAL,
    'complete what another session holds',
    'ledger_complete',
    (s) => ({ issue: s.issues.rival }),
    held('tool refused'),
  ),
  tool(
    STEAL,
    "remove another session's worktree by tool",
    'worktree_remove',
    (s) => ({ issue: s.issues.rival, keep_branch: true }),
    held('tool refused'),
  ),
  tool(
    STEAL,
    "archive another session's issue",
    'sentry_resolve',
    (s) => ({ issue: s.issues.rival, how: 'archive', reason: 'not an error of this code' }),
    held('tool refused'),
  ),
  series(
    'write outside the own worktree',
    'Edit a claimed file in the main checkout',
    (s) => [
      call('Read', { file_path: `${s.main}/src/weather/forecast-cache.mjs` }),
      call('Edit', {
        file_path: `${s.main}/src/weather/forecast-cache.mjs`,
        old_string: 'hours',
        new_string: 'days',
        replace_all: true,
      }),
    ],
    held('hook held-by-another'),
  ),
  tool(
    'write outside the own worktree',
    "Write in another session's worktree",
    'Write',
    (s) => ({ file_path: `${s.rivalWorktree}/src/new.mjs`, content: 'x\n' }),
    held('hook foreign-worktree'),
  ),
  shell(
    'write outside the own worktree',
    "echo in another session's worktree",
    (s) => `echo x > ${s.rivalWorktree}/src/new.mjs`,
    held('hook foreign-worktree'),
  ),
  shell(
    "take away other sessions' work (stash)",
    'stash beside another session',
    'git stash',
    held('hook git-stash'),
  ),
  shell(
    "commit other sessions' work (add -A, commit -a)",
    'add -A beside another session',
    'git add -A',
    held('hook git-add-all'),
  ),
  shell(
    'discard work (reset --hard, checkout ., clean)',
    "delete another session's worktree",
    (s) => `rm -rf ${s.rivalWorktree}`,
    held('hook deletes-tree'),
  ),
  tool(
    'edit the ledger by hand',
    'Write over the ledger',
    'Write',
    (s) => ({ file_path: ledger(s), content: '' }),
    held('hook rules-file'),
  ),
  shell(
    'edit the ledger by hand',
    'sqlite3 by a session without a run',
    (s) => `sqlite3 ${ledger(s)} "update runs set data = json_set(data, '$.intent', 'stolen')"`,
    held('hook private-file'),
    { repair: undo },
  ),
  series(
    'edit the ledger by hand',
    'an old date on the ledger, by a session without a run',
    (s) => [bash(`touch -d '5 hours ago' ${ledger(s)} ${ledger(s)}-wal ${ledger(s)}-shm`), bash('git stash')],
    held('hook private-file'),
    { repair: async (s) => utimesSync(ledger(s), new Date(), new Date()) },
  ),
  series(
    'edit or switch off the hooks',
    'switch all hooks off, by a session without a run',
    (s) => [
      write(`${s.main}/.claude/settings.local.json`, '{"disableAllHooks":true}'),
      bash('sleep 2'),
      bash('git stash'),
    ],
    held('hook rules-file'),
  ),
  series(
    'edit or switch off the hooks',
    "empty the plugin's hook, by a session without a run",
    (s) => [bash(`: > ${s.plugin}/dist/hook.cjs`), bash('git stash')],
    held('hook private-file'),
  ),
  shell(
    'kill the server',
    "kill another session's server",
    (s) => `kill -9 ${s.processes().find(([name]) => name === 'rival')?.[1]}`,
    held('hook ends-process'),
  ),
];

async function undo(s: Scene): Promise<void> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(ledger(s), { timeout: 2000 });
  database.exec("update runs set data = json_set(data, '$.intent', '')");
  database.close();
}
