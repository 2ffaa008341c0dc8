import { isoSeconds } from '../src/core/clock.ts';
import { untrustedCell } from '../src/core/untrusted.ts';
import { claimsOf } from './apply/settle.ts';
import type { HandwrittenEntry, Run, RunView, TicketView } from './ledger.ts';

export { takeBackLate, type WriteOutcome, writeView } from './view-file.ts';

/** Ended runs in the view. A listing has more of them, for those who look for their own or take all as JSON. */
export const SHOWN_RECENT = 30;

export interface ViewInput {
  rev: number;
  active: readonly RunView[];
  /** Newest first; more than `SHOWN_RECENT` need not be asked for. */
  recent: readonly Run[];
  handwritten: readonly HandwrittenEntry[];
  waiting: readonly TicketView[];
}

/**
 * The ledger for people, in the form of the hand-kept lists, so that their tools can read it too. A function of its
 * input alone; times are absolute, in UTC, since the text is read later than it is written.
 */
export function renderView(input: ViewInput): string {
  const notices = input.handwritten.filter((entry) => entry.isNotice);
  const stale = input.handwritten.filter((entry) => entry.status === 'stale');
  return [
    '<!-- Rendered by Pitcrew from its ledger. Text between the two marks is replaced; write anywhere else in this file. -->',
    '## Runs in the ledger',
    '',
    ...notices.flatMap((entry) => [`${titleOf(entry)}. ${cell(entry.text)}`, '']),
    ...(input.active.length === 0 ? ['Nobody holds anything.', ''] : input.active.flatMap(activeLines)),
    ...(input.waiting.length === 0 ? [] : ['### Waiting', '', ...input.waiting.map(waitingLine), '']),
    ...(stale.length === 0
      ? []
      : [`Written by hand and older than 2 h, so in nobody's way: ${stale.map(titleOf).join('; ')}.`, '']),
    ...(input.recent.length === 0
      ? []
      : ['### Ended in the last 14 days', '', ...input.recent.slice(0, SHOWN_RECENT).map(recentLine), '']),
  ].join('\n');
}

function activeLines(run: RunView): string[] {
  const branches = run.worktrees.map(
    (row) => `${code(row.branch)} in ${code(row.path)} (${cell(row.incident)})`,
  );
  return [
    `### ${run.run} — ${cell(run.incidents.join(', ') || 'paths only')}${run.intent ? ` — ${cell(run.intent)}` : ''}`,
    `- **[${time(run.startedAt)}]** Source: ${cell(run.owner.label)}, session ${cell(run.session)}`,
    `- **Paths:** ${run.paths.map(claim).join(' · ') || 'none declared'}`,
    ...(run.resources.length > 0 ? [`- **Resources:** ${run.resources.map(code).join(' · ')}`] : []),
    ...(run.lanes.length > 0 ? [`- **Lane:** ${run.lanes.map((lane) => code(lane.name)).join(' · ')}`] : []),
    '- **Status:** started',
    ...(branches.length > 0 ? [`- **Worktree:** ${branches.join('; ')}`] : []),
    `- **Lease:** ${leaseLine(run)}`,
    `- **To take over:** ${takeoverLine(run)}`,
    '',
  ];
}

const waitingLine = (ticket: TicketView): string =>
  `- ${time(ticket.since)} ${ticket.ticket} ${cell(claimsOf(ticket))}: ${cell(ticket.owner.label)}, ${ticket.position === 1 ? 'next' : `number ${ticket.position} in line`}`;

function leaseLine(run: RunView): string {
  const minutes = Math.max(1, Math.round((run.expiresAt - run.renewedAt) / 60_000));
  return {
    live: isOfCommands(run)
      ? `live; it lasts ${minutes} min from the last command of its session`
      : `live; its session renews it by itself, ${minutes} min at a time`,
    suspect: `not renewed since ${time(run.renewedAt)}, but its owner may be there`,
    dead: `dead, no sign of life since ${time(run.renewedAt)}; the next registration frees it`,
  }[run.liveness];
}

function takeoverLine(run: RunView): string {
  if (run.liveness === 'dead') return 'just register the same issue.';
  if (run.liveness === 'suspect')
    return `\`pitcrew ledger takeover ${run.run}\` asks a person first; an abandoned claim ends 2 h after its last renewal.`;
  return isOfCommands(run)
    ? 'not while its lease lasts. `pitcrew ledger complete` in its session ends it.'
    : 'not while its session lives. When that session ends, the claim ends with it.';
}

/** A session of the command line is bound to no process: nobody renews its claims, and no end of a process ends them. */
const isOfCommands = ({ owner }: RunView): boolean => owner.pid === 0;

function recentLine(run: Run): string {
  const commits = run.commits.length > 0 ? ` (commit: ${run.commits.map(cell).join(', ')})` : '';
  const note = run.note ? ` (${cell(run.note)})` : '';
  const what = cell(run.incidents.join(', ') || claimsOf(run));
  return `- ${time(run.closedAt ?? run.renewedAt)} ${run.run} ${what}: ${run.status.replace('_', ' ')}${commits}${note}, ${cell(run.owner.label)}`;
}

const claim = (path: { glob: string; mode: string }): string =>
  code(path.glob) + (path.mode === 'shared' ? ' (shared)' : '');

/** No text of others may end our block or start markup. */
const cell = (text: string): string =>
  untrustedCell(text.replaceAll('<!--', '< !--').replaceAll('-->', '-- >'), 300);
const code = (text: string): string =>
  `\`${text.replaceAll('`', "'").replaceAll('<!--', '<!- -').slice(0, 300)}\``;
const titleOf = (entry: HandwrittenEntry): string => cell(entry.title);
const time = (epochMs: number): string =>
  isoSeconds(epochMs)
    .replace('T', ' ')
    .replace(/:\d\dZ$/, ' UTC');
