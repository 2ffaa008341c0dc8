import * as z from 'zod';
import type { Ledger, LedgerEvent, Listed } from '../../ledger/ledger.ts';
import { isoSeconds } from '../core/clock.ts';
import { PitcrewError, upstreamError } from '../core/errors.ts';
import { shortIdOf, shortName } from '../core/incident.ts';
import { untrustedCell } from '../core/untrusted.ts';
import { knownAsOf } from '../pipeline/known-as-of.ts';
import { defineTool } from './define.ts';

/** Revisions read at once, from the newest back. */
const PAGE = 500;
/** More than any one operation records. */
const EVENTS_A_REVISION = 20;

export const ledgerHistory = defineTool({
  name: 'ledger_history',
  title: 'Show what happened in the ledger',
  description:
    'Lists what sessions did, newest first: claims, steps, ends, takeovers, each with its time and revision. Use to see who did what to an issue and when.',
  effect: 'read',
  examples: ['ledger-history', 'ledger-history WEB-3F --limit 20 --json'],
  positional: 'issue',
  input: {
    issue: z.string().min(1).optional().describe('Only what concerns this issue.'),
    limit: z.number().int().min(1).max(1000).default(30).describe('At most this many.'),
  },
  async run({ issue, limit }, context) {
    const shortId = issue === undefined ? undefined : shortIdOf(issue);
    const ledger = await context.ledger();
    const listed = await ledger.list();
    const { rev } = listed;
    const events = await lookBack(ledger, listed, async () => {
      const concerns = shortId === undefined ? () => true : await concerning(shortId, ledger, listed);
      return newest(ledger, rev, limit, concerns);
    });
    return {
      text: events.length === 0 ? 'Nothing is recorded.' : events.map(lineOf).join('\n'),
      // A session's id is not told: it would let a command line act in its name.
      data: { rev, events: events.map(({ session: _, ...event }) => event) },
    };
  },
});

/** Events are kept by the ledger's database alone: while it cannot be asked, what this clone knows is no history. */
async function lookBack<T>(ledger: Ledger, listed: Listed, read: () => Promise<T>): Promise<T> {
  const asOf = knownAsOf(listed);
  if (asOf === undefined) return read();
  try {
    await ledger.events({ afterRev: listed.rev, limit: 1 });
  } catch (error) {
    if (!(error instanceof PitcrewError) || error.kind !== 'upstream') throw error;
    throw upstreamError(
      `${error.message} What happened is recorded only there; this clone keeps who holds what, as of ${isoSeconds(asOf)}.`,
      `ledger_status shows that. ${error.hint}`,
      error,
    );
  }
  return read();
}

/**
 * By the short id alone, as events name issues: whoever looks back needs no Sentry token. What else happened to a run, its
 * end for one, does not name them: the runs are found first, also those that are listed no more.
 */
async function concerning(
  shortId: string,
  ledger: Ledger,
  { rev, active, recent }: Listed,
): Promise<(event: LedgerEvent) => boolean> {
  const runs = new Set(
    [...active, ...recent]
      .filter(({ incidents }) => incidents.some((incident) => shortName(incident) === shortId))
      .map(({ run }) => run),
  );
  // WEB-1, but not WEB-12.
  const named = new RegExp(`(?<![\\w.-])${shortId.replaceAll('.', '\\.')}(?![\\w.-]*\\w)`);
  const all = await newest(ledger, rev, Number.POSITIVE_INFINITY, ({ run }) => run !== undefined);
  for (const { run = '', kind, summary } of all.reverse()) {
    if (!runs.has(run) && !(isClaim(kind) && named.test(summary))) continue;
    runs.add(run);
    const next = kind === 'taken_over' && /; goes on as run (\S+)$/.exec(summary)?.[1];
    if (next) runs.add(next);
  }
  return ({ run, summary }) => (run !== undefined && runs.has(run)) || named.test(summary);
}

const isClaim = (kind: string): boolean => kind === 'registered' || kind === 'extended';

async function newest(
  ledger: Ledger,
  rev: number,
  limit: number,
  concerns: (event: LedgerEvent) => boolean,
): Promise<LedgerEvent[]> {
  const found: LedgerEvent[] = [];
  for (let until = rev; until > 0 && found.length < limit; until -= PAGE) {
    const page = await ledger.events({
      afterRev: Math.max(0, until - PAGE),
      limit: PAGE * EVENTS_A_REVISION,
    });
    found.push(...page.filter((event) => event.rev <= until && concerns(event)).reverse());
  }
  return found.slice(0, limit);
}

const lineOf = ({ rev, at, kind, summary }: LedgerEvent): string =>
  `- ${isoSeconds(at)} rev ${rev} ${kind}: ${untrustedCell(summary, 200)}`;
