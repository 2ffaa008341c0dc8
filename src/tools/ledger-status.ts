import type { HandwrittenEntry, Run, RunView, TicketView } from '../../ledger/ledger.ts';
import { spanOf } from '../core/clock.ts';
import { shortName } from '../core/incident.ts';
import type { JsonValue } from '../core/json.ts';
import { untrustedCell } from '../core/untrusted.ts';
import { pathText } from '../pipeline/claim-texts.ts';
import { compareWorktrees } from '../pipeline/compare-worktrees.ts';
import { knownAsOf } from '../pipeline/known-as-of.ts';
import { comparisonData, leftOutSentence, sameFilesNext, sameFilesSentence } from '../pipeline/same-files.ts';
import { entryData, noticeLines } from '../pipeline/written-entries.ts';
import { defineTool } from './define.ts';

export const ledgerStatus = defineTool({
  name: 'ledger_status',
  title: 'Show who works on what',
  description:
    'Shows live runs (who, since when, issues, paths, branches), files that two worktrees change, what was completed lately, and entries written by hand. Use before you plan work beside other sessions, or to see why something was refused.',
  effect: 'read',
  examples: ['ledger-status', 'ledger-status --json'],
  input: {},
  async run(_input, context, { signal }) {
    const ledger = await context.ledger();
    const list = await ledger.list();
    const { rev, active, recent, waiting } = list;
    const handwritten = list.handwritten.filter((entry) => entry.status !== 'closed');
    const { repository, config, session } = context;
    const asOf = knownAsOf(list);
    const compared = await compareWorktrees(active, {
      ...{ repository, config, signal, limitMs: COMPARE_MS },
      ledger: asOf === undefined ? ledger : undefined,
    });
    const now = context.clock();
    const lines = [
      heading(active),
      ...noticeLines(handwritten),
      ...active.map((run) => activeLine(run, run.session === session.id, now)),
      ...compared.same.map(
        (group) => `- same files: ${sameFilesSentence(group, session.id)} Next: ${sameFilesNext(group)}`,
      ),
      ...compared.leftOut.map((look) => `- ${leftOutSentence(look)}`),
      ...waiting.map((ticket) => waitingLine(ticket, now)),
      ...handwritten.filter(({ isNotice }) => !isNotice).map((entry) => handwrittenLine(entry, now)),
      ...(recent.length > 0 ? ['Lately:', ...recent.slice(0, 10).map((run) => recentLine(run, now))] : []),
    ];
    return {
      text: lines.join('\n'),
      data: {
        rev,
        asOf: asOf ?? null,
        active: active.map((run) => runData(run, session.id)),
        recent: recent.map((run) => runData(run, session.id)),
        waiting: waiting.map((ticket) => waitingData(ticket, session.id)),
        handwritten: handwritten.map(entryData),
        ...comparisonData(compared, session.id),
      },
    };
  },
});

/** For all worktrees together: who asks for the status waits for it. */
const COMPARE_MS = 5000;

function heading(active: readonly RunView[]): string {
  if (active.length === 0) return 'No live runs.';
  const count = (liveness: string) => active.filter((run) => run.liveness === liveness).length;
  const [live, suspect, dead] = [count('live'), count('suspect'), count('dead')];
  const silent = suspect === 0 ? '' : `, ${suspect} whose session does not answer`;
  const ended = dead === 0 ? '' : `, ${dead} whose session is gone (free for the next claim)`;
  return `${live} live run${live === 1 ? '' : 's'}${silent}${ended}:`;
}

function activeLine(run: RunView, own: boolean, now: number): string {
  const branches = run.worktrees.map((worktree) => worktree.branch).join(', ');
  return [
    `- ${nameOf(run)}: ${own ? 'this session' : run.owner.label}`,
    `${run.liveness}, since ${spanOf(now - run.startedAt)}`,
    branches ? `branch ${branches}` : 'no branch yet',
    `paths ${run.paths.map(pathText).join(', ') || 'none'}`,
    ...(run.resources.length > 0 ? [`resources ${run.resources.join(', ')}`] : []),
    ...run.lanes.map((lane) => `in the lane ${lane.name}`),
    ...(run.intent ? [untrustedCell(run.intent, 120)] : []),
  ].join('; ');
}

/** By its issues; where it has none, by the id that a takeover takes. */
const nameOf = ({ run, incidents }: Run): string => incidents.map(shortName).join(', ') || `run ${run}`;

const waitingLine = ({ position, owner, since, ...wanted }: TicketView, now: number): string =>
  `- waiting, position ${position}: ${owner.label} since ${spanOf(now - since)}, for ${[...wanted.incidents.map(shortName), ...wanted.paths.map(pathText), ...wanted.resources].join(', ')}`;

const waitingData = (ticket: TicketView, session: string): JsonValue => ({
  own: ticket.session === session,
  holder: ticket.owner.label,
  position: ticket.position,
  since: ticket.since,
  incidents: ticket.incidents,
  paths: ticket.paths.map((path) => path.glob),
  resources: ticket.resources,
});

const handwrittenLine = (entry: HandwrittenEntry, now: number): string =>
  `- by hand (${entry.status}${entry.since === undefined ? '' : `, ${spanOf(now - entry.since)} old`}): ${untrustedCell(entry.title, 100)}; paths ${entry.paths.map((path) => untrustedCell(path, 100)).join(', ') || 'none'}`;

function recentLine(run: Run, now: number): string {
  const ago = `${spanOf(now - (run.closedAt ?? run.startedAt))} ago`;
  // Whoever held it did not end it then: the note tells who did.
  const holder = run.status === 'expired' || run.status === 'taken_over' ? ', held by' : ' by';
  const note = run.note ? `; ${untrustedCell(run.note, 120)}` : '';
  return `- ${nameOf(run)}: ${run.status.replace('_', ' ')} ${ago}${holder} ${run.owner.label}${note}`;
}

/** A session's id is not told: it would let a command line act in its name. */
function runData(run: Run | RunView, session: string): JsonValue {
  return {
    run: run.run,
    own: run.session === session,
    holder: run.owner.label,
    incidents: run.incidents,
    paths: run.paths.map((path) => ({ glob: path.glob, mode: path.mode })),
    resources: run.resources,
    lanes: run.lanes.map((lane) => lane.name),
    status: run.status,
    liveness: 'liveness' in run ? run.liveness : null,
    worktrees:
      'worktrees' in run
        ? run.worktrees.map(({ incident, path, branch }) => ({ incident, path, branch }))
        : [],
    startedAt: run.startedAt,
    closedAt: run.closedAt ?? null,
    commits: run.commits,
    note: run.note ?? null,
  };
}
