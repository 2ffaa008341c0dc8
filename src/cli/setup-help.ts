// Apart from the commands themselves: help is printed without loading them.

export const INIT_HELP = `pitcrew init [--yes] [--project] [--client NAME] [--organization SLUG] [--sentry-project SLUG] [--remove] [--json]

Finds what Pitcrew needs (Sentry token, organization and project; GitHub repository; base branch; the project's checks;
your MCP clients), asks for what it did not find, shows every file that it would write, and writes them after a yes.
Can be run again: what is there stays, what is missing is offered. It never writes a token and never overwrites a key
of pitcrew.yml. Without a terminal and without --yes it shows the plan, changes nothing, and exits with 0.

  --yes                    Do not ask: take what was found and write.
  --project                Wire the clients through files of this repository instead of files of yours.
  --client NAME            Only this client, found or not: claude, codex, cursor, vscode, gemini, opencode, or none. Repeatable.
  --organization SLUG      The Sentry organization, where several are possible.
  --sentry-project SLUG    A Sentry project of this repository. Repeatable.
  --remove                 Give every file back as it was, for you and in this repository. A pitcrew.yml that you edited or committed stays.
  --json                   Print {"schema_version":1,"data":...}; asks nothing, writes only with --yes.

Examples:
  pitcrew init
  pitcrew init --yes --client claude --client codex
  pitcrew init --remove
`;

export const DOCTOR_HELP = `pitcrew doctor [--run-checks] [--json]

Walks the whole chain, from Node to the ledger, and prints one line for each check: ok, warn, FAIL, or - for what could
not be looked at. Each warning and failure is followed by the next step. It changes nothing: what it pushes is a dry
run, and checks are run only with --run-checks. Requests are few, and end after a few seconds each.

  --run-checks   Run the project's checks in this checkout, and the commands behind them.
  --json         Print {"schema_version":1,"data":...}.

Exit code: 0 where nothing fails; else that of the first failure: 2 yours to correct, 3 refused, 4 upstream.

Examples:
  pitcrew doctor
  pitcrew doctor --run-checks
`;
