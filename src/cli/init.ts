import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder } from '../core/cache-folder.ts';
import { inputError, messageOf } from '../core/errors.ts';
import { envelope, type JsonValue } from '../core/json.ts';
import { asTyped } from '../core/program-name.ts';
import { untrustedBlock } from '../core/untrusted.ts';
import { applyChanges, type Change } from '../setup/changes.ts';
import { CLIENT_IDS, type Client, type Scope } from '../setup/clients/client.ts';
import { CLIENTS, presenceOf } from '../setup/clients/plan-wiring.ts';
import { choose } from '../setup/init/choices.ts';
import { missingIn } from '../setup/init/missing.ts';
import { nextSteps, type State } from '../setup/init/next-steps.ts';
import { planInit } from '../setup/init/plan.ts';
import { planRemoval } from '../setup/init/removal.ts';
import { rowsOf } from '../setup/init/rows.ts';
import { type Survey, survey, type Watch } from '../setup/init/survey.ts';
import { changesText, doneText, foundText, hasWork, missingText, undoOf } from '../setup/init/text.ts';
import { openReceipt } from '../setup/receipt.ts';
import type { World } from '../setup/world.ts';
import { type BreakOff, breakOff, openPrompt, type Prompt } from './prompt.ts';
import { INTERRUPTED } from './run-tool.ts';
import { setupWorld } from './setup-world.ts';
import { sayWaiting } from './waiting.ts';

const LONGEST = 1_000_000;

type Options = ReturnType<typeof readOptions>;

interface Run {
  options: Options;
  prompt: Prompt | undefined;
  world: World;
}

/** `pitcrew init`. Prints what it found and did; throws input errors for flags, repository and files. */
export async function runInit(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  const broken = breakOff();
  const prompt = openPersonsPrompt(options, broken);
  const run: Run = { options, prompt, world: setupWorld(broken.signal) };
  try {
    const answer = options.remove ? await remove(run) : await setUp(run);
    if (options.json) process.stdout.write(`${JSON.stringify(envelope(answer))}\n`);
  } catch (error) {
    if (!broken.signal.aborted) throw error;
    process.stderr.write('\nBroken off; nothing was changed.\n');
    process.exitCode = INTERRUPTED;
  } finally {
    prompt?.close();
    broken.end();
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
const openPersonsPrompt = ({ yes, json }: Options, broken: BreakOff): Prompt | undefined =>
  !yes && !json && process.stdin.isTTY && process.stderr.isTTY ? openPrompt(broken) : undefined;

async function setUp(run: Run): Promise<JsonValue> {
  const { options, prompt, world } = run;
  const seen = await lookAround(run);
  const rows = rowsOf(seen);
  print(run, `Pitcrew ${world.version} in ${seen.repository.mainCheckout}\n\n${foundText(rows)}`);
  const scope: Scope = options.project ? 'project' : 'user';
  const wanted = namedClients(options) ?? seen.clients.map(({ client }) => client);
  const choices = await choose(seen, { wanted, wired: await alreadyWired(wanted, seen, scope) }, prompt);
  const missing = missingIn(seen, choices);
  const { changes, differences } = await planInit(seen, choices, scope);
  print(run, missingText(missing));
  print(run, changesText(changes, differences));
  const outcome = await carryOut(changes, 'Write these files?', run);
  const steps = nextSteps(outcome.state, seen, choices.clients);
  print(run, outcome.text + steps.map((line) => `${line}\n`).join(''));
  return {
    state: outcome.state,
    found: rows.map((row) => ({ ...row })),
    missing: missing.map(({ what, next }) => ({ what, next: asTyped(next, world.program) })),
    changes: changes.map((change) => changeData(change, world.program)),
    differences,
    next: steps.map((line) => asTyped(line, world.program)),
  };
}

async function lookAround({ options, world }: Run): Promise<Survey> {
  const waiting = sayWaiting();
  const underWay = new Set<string>();
  waiting.watch(underWay);
  const watch: Watch = (name, work) => {
    underWay.add(name);
    return work.finally(() => underWay.delete(name));
  };
  const { organization, 'sentry-project': projects } = options;
  try {
    return await survey(world, { projects, ...(organization === undefined ? {} : { organization }) }, watch);
  } finally {
    waiting.end();
  }
}

async function alreadyWired(clients: readonly Client[], { place }: Survey, scope: Scope): Promise<Client[]> {
  const seen = await Promise.all(clients.map((client) => presenceOf(client, place, scope)));
  return clients.filter((_client, index) => seen[index] !== 'none');
}

async function remove(run: Run): Promise<JsonValue> {
  const changes = await planRemoval(run.world, namedClients(run.options));
  if (changes.length > 0) print(run, changesText(changes, []));
  const outcome = await carryOut(changes, 'Take these out?', run);
  // What was compiled for quick starts; whoever still needs it makes it anew.
  if (outcome.state === 'applied' && !run.options.client)
    await rm(dirname(cacheFolder(run.world.env)), { recursive: true, force: true });
  const yours = changes.some(({ client, action }) => client === undefined && action === 'delete')
    ? ''
    : 'pitcrew.yml, which is yours, and ';
  const left = `Left as they are: ${yours}.git/pitcrew and .pitcrew, which hold the ledger and the worktrees.`;
  print(
    run,
    changes.length === 0
      ? `No wiring was found; nothing to take out.\n${left}\n`
      : `${outcome.text}${left}\n`,
  );
  return {
    state: outcome.state,
    changes: changes.map((change) => changeData(change, run.world.program)),
    left,
  };
}

function namedClients({ client }: Options): Client[] | undefined {
  return client && CLIENTS.filter(({ id }) => client.includes(id));
}

async function carryOut(
  changes: readonly Change[],
  question: string,
  { options: { yes }, prompt, world }: Run,
): Promise<{ state: State; text: string }> {
  if (!hasWork(changes))
    return { state: 'nothing_to_do', text: 'Everything is already so; nothing was changed.\n' };
  if (!yes && !prompt)
    return { state: 'planned', text: 'Nothing was changed: this is the plan. Add --yes to carry it out.\n' };
  if (!yes && !(await prompt?.confirms(question)))
    return { state: 'declined', text: 'Nothing was changed.\n' };
  // Up to here everything can be broken off; from here on each file is written whole.
  world.signal.throwIfAborted();
  const receipt = await openReceipt(world.env, world.home);
  const takeDown = receipt.prepare(changes);
  const done: Change[] = [];
  try {
    await applyChanges(changes, done);
  } finally {
    await takeDown(done);
  }
  return { state: 'applied', text: doneText(done) };
}

const changeData = (change: Change, program: string): JsonValue => ({
  file: change.shown,
  path: change.path,
  action: change.action,
  client: change.client ?? null,
  lines: change.lines,
  note: change.note ?? null,
  undo: change.action === 'same' || change.action === 'by-hand' ? null : asTyped(undoOf(change), program),
});

/** One block after the other, with a line between. Names of projects, branches and files are other people's text: nothing in them acts on the terminal. */
function print({ options, world }: Run, text: string): void {
  if (options.json || text === '') return;
  process.stdout.write(`${asTyped(untrustedBlock(text, LONGEST), world.program)}\n\n`);
}
