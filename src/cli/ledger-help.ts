/** What `pitcrew ledger --help` prints. Each word but `watch` is a tool: `pitcrew ledger WORD --help` shows its flags. */
export const LEDGER_HELP = `pitcrew ledger [WORD] [ARGUMENTS] [--json]

  status      Who works on what (also without a word).
  watch       The same as it changes, until interrupted; in a pipe a line for each event, with --json a document a line.
  history     What happened, newest first.
  doctor      Compare ledger, worktrees, branches, disk and processes; --repair mends what is safe to mend.
  takeover    Go on with the work of a session that stopped answering.
  release     End the claim of a session that stopped answering.
  import      Take over a list of runs that was kept by hand.
  trim        Forget closed runs that are old.
  register, update, complete, lane
              Claim, change and end a claim; line up for merging.

Examples:
  pitcrew ledger
  pitcrew ledger watch
  pitcrew ledger history WEB-3F
  pitcrew ledger takeover WEB-3F
  pitcrew ledger doctor --repair
`;
