import * as z from 'zod';
import type { Triage, TriageCandidate } from '../../ledger/ledger.ts';
import type { Context } from '../context.ts';
import { commandId } from '../core/command-id.ts';
import { inputError, refusedError } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { parseSelection } from '../triage/selection.ts';
import { typedSelection } from '../triage/typed-selection.ts';
import { ask, type Reply } from './ask-person.ts';
import { type Answer, type Call, defineTool, type Question } from './define.ts';

export const triageSelect = defineTool({
  name: 'triage_select',
  title: 'Ask the person which issues to work on',
  description:
    'Asks the person which issues of the triage to work on and records the answer. Use right after the table was shown. Never choose for the person: only what they answer here is worked on.',
  effect: 'write',
  examples: ['triage-select', 'triage-select --triage 20261121-a1b2'],
  input: {
    triage: z.string().optional().describe("Id from sentry_list_issues. Default: this session's newest."),
    selection: z
      .string()
      .max(200)
      .optional()
      .describe('Used only where pitcrew.yml allows unattended work: `1,2,5`, `all` or `top 3`.'),
  },
  async run(input, context, call) {
    const triage = await findTriage(input.triage, context);
    const typed = context.session.attended && typedSelection(call.typed ?? [], triage, context.clock());
    if (typed) return record(chosenByTyping(typed, triage), triage, context, call);
    const reply = await ask(questionOf(triage), context, call);
    const chosen =
      reply.action === 'nobody'
        ? selectByPolicy(input.selection, triage, context, reply.because)
        : await chosenBy(reply, triage, context);
    return record(chosen, triage, context, call);
  },
});

interface Chosen {
  candidates: TriageCandidate[];
  by: 'person' | 'policy';
  how: string;
}

async function findTriage(id: string | undefined, context: Context): Promise<Triage> {
  const ledger = await context.ledger();
  const triage = await ledger.triage(id === undefined ? { session: context.session.id } : { id });
  if (!triage) {
    throw inputError(
      id === undefined ? 'This session has no triage yet.' : `There is no triage "${untrustedLine(id, 40)}".`,
      'Make one with sentry_list_issues.',
    );
  }
  if (triage.candidates.length === 0) {
    throw inputError('The triage has no issues to choose from.', 'List again with other filters.');
  }
  return triage;
}

async function chosenBy(
  reply: Exclude<Reply, { action: 'nobody' }>,
  triage: Triage,
  context: Context,
): Promise<Chosen> {
  if (reply.action === 'accept')
    return { candidates: candidatesOf(reply.text, triage), by: 'person', how: reply.how };
  // A no takes back an earlier yes to the same issues; a dialog that was only closed says neither.
  if (reply.action === 'decline')
    await write({ candidates: [], by: 'person', how: 'elicitation' }, triage, context);
  const somebody = reply.action === 'decline' && reply.hurried ? 'The client or the person' : 'The person';
  throw refusedError(
    `${somebody} ${reply.action === 'decline' ? 'declined to choose' : 'closed the question'}: nothing is selected.`,
    'Stop here and tell them how to go on: triage_select asks again when they want to.',
  );
}

const chosenByTyping = (indexes: readonly number[], triage: Triage): Chosen => ({
  candidates: triage.candidates.filter((candidate) => indexes.includes(candidate.index)),
  by: 'person',
  how: 'typed',
});

function candidatesOf(text: string, triage: Triage): TriageCandidate[] {
  const { indexes } = parseSelection(text, triage.candidates);
  return triage.candidates.filter((candidate) => indexes.includes(candidate.index));
}

/** The candidates in the question itself: the person may see nothing else when the dialog opens. */
function questionOf(triage: Triage): Question {
  const rows = triage.candidates
    .slice(0, 25)
    .map(({ index, shortId, title }) => `${index}. ${shortId}  ${untrustedLine(title, 90)}`);
  const more =
    triage.candidates.length > 25
      ? [`... and ${triage.candidates.length - 25} more in ${triage.report}`]
      : [];
  return {
    message: ['Which Sentry issues should be worked on?', '', ...rows, ...more].join('\n'),
    ...(triage.candidates.length > 3 && { brief: briefOf(triage) }),
    field: { name: 'selection', title: 'Selection', description: '1,2,5 | all | top 3 | skip' },
  };
}

/** More than three, for a dialog of four lines: the table, where the titles are, stands above it. */
function briefOf({ candidates }: Triage): string {
  const lines = [''];
  for (const [at, { index, shortId }] of candidates.entries()) {
    const entry = `${index} ${shortId}${at + 1 < candidates.length ? ', ' : ''}`;
    if (`${lines.at(-1)}${entry}`.length <= BRIEF_WIDTH) lines.push(`${lines.pop()}${entry}`);
    else if (lines.length < 3) lines.push(entry);
    else return [BRIEF, ...lines.slice(0, 2), `${lines[2]}and ${candidates.length - at} more`].join('\n');
  }
  return [BRIEF, ...lines].join('\n');
}

const BRIEF = 'Which Sentry issues of the table should be worked on?';
/** A dialog cuts lines at the terminal's width, of 80 at the least, and takes some for its frame. */
const BRIEF_WIDTH = 60;

function selectByPolicy(
  selection: string | undefined,
  triage: Triage,
  context: Context,
  because: string,
): Chosen {
  if (context.config.unattended !== 'draft-pr') {
    throw refusedError(
      `There is nobody to ask here${because}, so nothing is selected and no issue may be worked on.`,
      `Ask the person to run \`pitcrew triage-select --triage ${triage.id}\` in a terminal of their own, or to set \`unattended: draft-pr\` in pitcrew.yml.`,
    );
  }
  if (selection === undefined) {
    throw inputError(
      'An unattended run has to say which issues it takes.',
      'Give them in `selection`, for example `top 3`.',
    );
  }
  return { candidates: candidatesOf(selection, triage), by: 'policy', how: 'pitcrew.yml' };
}

async function record(chosen: Chosen, triage: Triage, context: Context, call: Call): Promise<Answer> {
  await write(chosen, triage, context);
  const ids = chosen.candidates.map((candidate) => candidate.shortId);
  const text =
    ids.length === 0
      ? `${chooserOf(chosen, call)} chose to skip: nothing is selected. Stop here.`
      : `Selected by ${chosen.by} (${chosen.how}): ${ids.join(', ')}.\nNext: ledger_register with these issues.`;
  return { text, data: { triage: triage.id, selected: ids, by: chosen.by, how: chosen.how } };
}

function chooserOf({ by, how }: Chosen, { reader }: Call): string {
  if (by === 'policy') return 'The unattended run';
  return reader === 'person' && how === 'terminal' ? 'You' : 'The person';
}

async function write({ candidates, by, how }: Chosen, triage: Triage, context: Context): Promise<void> {
  const ledger = await context.ledger();
  const outcome = await ledger.select({
    cmd: commandId(),
    session: context.session.id,
    triage: triage.id,
    incidents: candidates.map((candidate) => candidate.incident),
    by,
    how,
  });
  if (!outcome.ok) throw refusedError(outcome.reason, outcome.advice);
}
