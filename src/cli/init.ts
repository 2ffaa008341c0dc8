import { parseArgs } from 'node:util';
import { inputError, messageOf } from '../core/errors.ts';
import { envelope, type JsonValue } from '../core/json.ts';
import { untrustedBlock } from '../core/untrusted.ts';
import { applyChanges, type Change } from '../setup/changes.ts';
import { clientPlaceHere } from '../setup/client-place.ts';
import { CLIENT_IDS, type Client, type Scope } from '../setup/clients/client.ts';
import { CLIENTS } from '../setup/clients/plan-wiring.ts';
import { choose } from '../setup/init/choices.ts';
import { missingIn } from '../setup/init/missing.ts';
import { planInit, planRemoval } from '../setup/init/plan.ts';
import { rowsOf } from '../setup/init/rows.ts';
import { type Survey, survey } from '../setup/init/survey.ts';
import { changesText, doneText, foundText, hasWork, missingText, undoOf } from '../setup/init/text.ts';
import { BrokenOff, openPrompt, type Prompt } from './prompt.ts';
import { INTERRUPTED } from './run-tool.ts';
import { setupWorld } from './setup-world.ts';

const LONGEST = 1_000_000;

type Options = ReturnType<typeof readOptions>;

/** `pitcrew init`. Prints what it found and did; throws input errors for flags, repository and files. */
export async function runInit(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  const prompt = openPersonsPrompt(options);
  try {
    const answer = options.remove ? await remove(options, prompt) : await setUp(options, prompt);
    if (options.json) process.stdout.write(`${JSON.stringify(envelope(answer))}\n`);
  } catch (error) {
    if (!(error instanceof BrokenOff)) throw error;
    process.stderr.write('\nBroken off; nothing was changed.\n');
    process.exitCode = INTERRUPTED;
  } finally {
    prompt?.close();
  }
}

function readOptions(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        yes: { type: 'boolean', default: false },
        project: { type: 'boolean', default: false },
        remove: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        client: { type: 'string', multiple: true },
        organization: { type: 'string' },
        'sentry-project': { type: 'string', multiple: true, default: [] },
      },
    });
    const unknown = values.client?.find((name) => name !== 'none' && !CLIENT_IDS.some((id) => id === name));
    if (unknown !== undefined) throw new Error(`there is no client ${unknown.slice(0, 40)}`);
    return values;
  } catch (error) {
    throw inputError(`pitcrew init: ${messageOf(error)}.`, 'pitcrew init --help shows its flags.');
  }
}

/** A person sits there when both ends are a terminal; a pipe that feeds us text is a program. */
const openPersonsPrompt = ({ yes, json }: Options): Prompt | undefined =>
  !yes && !json && process.stdin.isTTY && process.stderr.isTTY ? openPrompt() : undefined;

async function setUp(options: Options, prompt: Prompt | undefined): Promise<JsonValue> {
  const { json } = options;
  const world = setupWorld();
  const { organization, 'sentry-project': projects } = options;
  const seen = await survey(world, { projects, ...(organization === undefined ? {} : { organization }) });
  const rows = rowsOf(seen);
  print(json, `Pitcrew ${world.version} in ${seen.repository.mainCheckout}\n\n${foundText(rows)}`);
  const choices = await choose(seen, wantedClients(options, seen), prompt);
  const missing = missingIn(seen, choices);
  const scope: Scope = options.project ? 'project' : 'user';
  const { changes, differences } = await planInit(seen, choices, scope);
  print(json, missingText(missing));
  print(json, changesText(changes, differences));
  const outcome = await carryOut(changes, options, prompt);
  const next = nextSteps(outcome.state, seen, choices.clients);
  print(json, outcome.text + next.map((line) => `${line}\n`).join(''));
  return {
    state: outcome.state,
    found: rows.map((row) => ({ ...row })),
    missing: missing.map((one) => ({ ...one })),
    changes: changes.map(changeData),
    differences,
    next,
  };
}

async function remove(options: Options, prompt: Prompt | undefined): Promise<JsonValue> {
  const place = await clientPlaceHere(setupWorld());
  const changes = await planRemoval(place, namedClients(options) ?? CLIENTS);
  if (changes.length > 0) print(options.json, changesText(changes, []));
  const outcome = await carryOut(changes, options, prompt);
  const left =
    'Left as they are: pitcrew.yml, which is yours, and .git/pitcrew and .pitcrew, which hold the ledger and the worktrees.';
  print(
    options.json,
    changes.length === 0
      ? `No wiring was found; nothing to take out.\n${left}\n`
      : `${outcome.text}${left}\n`,
  );
  return { state: outcome.state, changes: changes.map(changeData), left };
}

function namedClients({ client }: Options): Client[] | undefined {
  return client && CLIENTS.filter(({ id }) => client.includes(id));
}

const wantedClients = (options: Options, { clients }: Survey): Client[] =>
  namedClients(options) ?? clients.map(({ client }) => client);

type State = 'nothing_to_do' | 'planned' | 'declined' | 'applied';

async function carryOut(
  changes: readonly Change[],
  { yes }: Options,
  prompt: Prompt | undefined,
): Promise<{ state: State; text: string }> {
  if (!hasWork(changes))
    return { state: 'nothing_to_do', text: 'Everything is already so; nothing was changed.\n' };
  if (!yes && !prompt)
    return { state: 'planned', text: 'Nothing was changed: this is the plan. Add --yes to carry it out.\n' };
  if (!yes && !(await prompt?.confirms('Write these files?')))
    return { state: 'declined', text: 'Nothing was changed.\n' };
  return { state: 'applied', text: doneText(await applyChanges(changes)) };
}

function nextSteps(state: State, { config }: Survey, clients: readonly Client[]): string[] {
  if (state === 'planned' || state === 'declined') return [];
  return [
    ...(state === 'applied' && config.source === undefined
      ? [
          'Next: commit pitcrew.yml, so that colleagues and worktrees have it; agents go by the committed one.',
        ]
      : []),
    'Next: pitcrew doctor walks the whole chain.',
    ...(clients.some(({ id }) => id === 'claude') ? ['Next: in Claude Code, /sentry top 3.'] : []),
  ];
}

const changeData = (change: Change): JsonValue => ({
  file: change.shown,
  path: change.path,
  action: change.action,
  client: change.client ?? null,
  lines: change.lines,
  note: change.note ?? null,
  undo: change.action === 'same' || change.action === 'by-hand' ? null : undoOf(change),
});

/** One block after the other, with a line between. Names of projects, branches and files are other people's text: nothing in them acts on the terminal. */
function print(json: boolean, text: string): void {
  if (!json && text !== '') process.stdout.write(`${untrustedBlock(text, LONGEST)}\n\n`);
}
