import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../../ledger/ledger.ts';
import { isoSeconds } from '../core/clock.ts';
import { inputError, PitcrewError } from '../core/errors.ts';
import { envelope } from '../core/json.ts';
import { redact } from '../core/redact.ts';
import { untrustedCell, untrustedLine } from '../core/untrusted.ts';
import { findTool } from '../tools/registry.ts';
import { openHere } from './open-here.ts';

/** A holder's death and its age change no revision: on a terminal the picture is drawn anew this often. */
const REDRAW_MS = 5_000;
/** A picture that took long to draw, as where large worktrees are compared, is not drawn anew before so many times that time. */
const REST = 10;
const MOST_EVENTS = 1_000;
const CLEAR = '\u001b[2J\u001b[H';

/**
 * `pitcrew ledger watch`: what happens, as it happens, until it is interrupted. On a terminal the picture is redrawn;
 * elsewhere each change is one line, and with `--json` one JSON document a line. A database that goes away is said on
 * stderr, and waited for. `inOwnWords` makes commands of the next steps in the picture.
 */
export async function runWatch(
  argv: readonly string[],
  inOwnWords: (answer: string) => string,
): Promise<void> {
  const wrong = argv.find((word) => word !== '--json');
  if (wrong !== undefined) {
    throw inputError(
      `pitcrew ledger watch cannot place "${untrustedLine(wrong, 60)}".`,
      'It takes only --json.',
    );
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  // Whoever read our output is gone, as in `pitcrew ledger watch | head`.
  process.stdout.once('error', () => stop.abort());
  const context = await openHere();
  try {
    const json = argv.includes('--json');
    const ledger = await context.ledger();
    const status = findTool('ledger_status');
    let restsUntil = 0;
    const picture = async (): Promise<string> => {
      const started = performance.now();
      const call = { signal: stop.signal, reader: 'person' as const, progress: () => {} };
      const answer = await status?.call({}, context, call);
      restsUntil = performance.now() + REST * (performance.now() - started);
      return inOwnWords(answer?.text ?? '');
    };
    const isLive = process.stdout.isTTY && !json;
    await follow(ledger, context.session.id, stop.signal, {
      first: async () => (json ? '' : isLive ? CLEAR + (await picture()) : picture()),
      change: async (from, to) => {
        if (isLive) return { text: CLEAR + (await picture()), rev: to };
        const events = await newEvents(ledger, from);
        return { text: eventLines(events, json), rev: events.at(-1)?.rev ?? to };
      },
      quiet: async () => (isLive && performance.now() >= restsUntil ? CLEAR + (await picture()) : ''),
    });
  } finally {
    await context.dispose();
  }
}

interface Shown {
  first(): Promise<string>;
  /**
   * After a change from the revision that was shown before to another; and which is shown by then. It may be a later one, or
   * an earlier one where many came at once: what is left comes next.
   */
  change(from: number, to: number): Promise<{ text: string; rev: number }>;
  quiet(): Promise<string>;
}

async function follow(ledger: Ledger, session: string, signal: AbortSignal, shown: Shown): Promise<void> {
  let { rev } = await ledger.list();
  let isLost = false;
  print(await shown.first());
  while (!signal.aborted) {
    try {
      const now = await ledger.wait({ session, afterRev: rev, timeoutMs: REDRAW_MS, signal });
      if (signal.aborted) return;
      if (isLost) tell('The ledger answers again.');
      isLost = false;
      if (now.rev > rev) {
        const seen = await shown.change(rev, now.rev);
        print(seen.text);
        rev = seen.rev;
      } else print(await shown.quiet());
    } catch (error) {
      if (signal.aborted) return;
      const why = await whyLost(error, ledger);
      if (!isLost) tell(`${why} The watch goes on, and says when it answers again.`);
      isLost = true;
      print(await shown.quiet());
      await sleep(REDRAW_MS, undefined, { signal }).catch(() => {});
    }
  }
}

/** A database that cannot be reached comes back; what is known last is shown until then. Throws what does not pass. */
async function whyLost(error: unknown, ledger: Ledger): Promise<string> {
  if (!(error instanceof PitcrewError) || error.kind !== 'upstream') throw error;
  await ledger.list();
  return redact(error.message);
}

const newEvents = (ledger: Ledger, from: number) => ledger.events({ afterRev: from, limit: MOST_EVENTS });

function eventLines(events: Awaited<ReturnType<Ledger['events']>>, json: boolean): string {
  return events
    .map(({ session: _, ...event }) =>
      json
        ? JSON.stringify(envelope(event))
        : `${isoSeconds(event.at)} rev ${event.rev} ${event.kind}: ${untrustedCell(event.summary, 200)}`,
    )
    .join('\n');
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

function print(text: string): void {
  if (text !== '') process.stdout.write(`${text}\n`);
}
