import { installClient } from '../test/client/support/install.ts';
import { type Attempt, asExpected, type Outcome, SITUATIONS } from './attempt.ts';
import { ATTEMPTS } from './attempts/table.ts';
import { isForLive, playLive } from './live.ts';
import { type Replayed, replay } from './replay.ts';
import { readScenarios, type Scenario } from './scenario.ts';
import { type Played, playGuest, playHolder, type Table } from './sessions.ts';
import { attemptRows, scenarioRows, table } from './show.ts';

export interface Wanted {
  json: boolean;
  /** A word in lower case; '' for all. */
  only: string;
  live: boolean;
  env: NodeJS.ProcessEnv;
  print(text: string): void;
  note(text: string): void;
}

/** Plays attempts and scenarios and prints what came of them. Answers the exit code: 1 where something did not hold, 2 where it could not be tried. */
export async function evaluate(wanted: Wanted): Promise<number> {
  const scenarios = (await readScenarios()).filter(({ name }) => name.includes(wanted.only));
  return wanted.live ? live(scenarios, wanted) : offline(scenarios, wanted);
}

async function offline(scenarios: readonly Scenario[], wanted: Wanted): Promise<number> {
  const attempts = filtered(wanted.only);
  const played = await playAll(attempts, wanted);
  if (typeof played === 'string') {
    wanted.note(`Nothing was tried in the real client: ${played}`);
    return 2;
  }
  const replayed: Replayed[] = [];
  for (const scenario of scenarios) replayed.push(await replay(scenario));
  const outcomes = played.flatMap((one) => one.outcomes);
  for (const { failure } of played) if (failure) wanted.note(`A session broke off: ${failure.message}`);
  const unplayed = countOf(attempts) - outcomes.length;
  const unexpected = outcomes.filter((one) => one.attempt.expected.held && !asExpected(one));
  const failed = replayed.filter(({ problems }) => problems.length > 0);
  show(outcomes, replayed, wanted);
  if (unplayed > 0) wanted.note(`${unplayed} attempts were not played.`);
  return unexpected.length + failed.length + unplayed > 0 ? 1 : 0;
}

async function live(scenarios: readonly Scenario[], wanted: Wanted): Promise<number> {
  const key = wanted.env.ANTHROPIC_API_KEY;
  if (!key) {
    wanted.note(
      'A live model needs a key of your own: set ANTHROPIC_API_KEY and run it again. Without --agent the same scenarios are replayed.',
    );
    return 2;
  }
  const installed = await installClient(wanted.env);
  if (!installed.ok) {
    wanted.note(`The client cannot be installed: ${installed.why}`);
    return 2;
  }
  const played: Replayed[] = [];
  const suited = scenarios.filter(isForLive);
  if (suited.length < scenarios.length)
    wanted.note(`${scenarios.length - suited.length} scenarios are replayed only: a person answers in them.`);
  for (const scenario of suited) played.push(await playLive(installed.client, scenario, wanted.env));
  show([], played, wanted);
  return played.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

function filtered(only: string): Table {
  const fits = ({ goal, name, stays }: Attempt) =>
    stays === true || `${goal}: ${name}`.toLowerCase().includes(only);
  const kept = { ...ATTEMPTS };
  for (const situation of SITUATIONS) kept[situation] = ATTEMPTS[situation].filter(fits);
  return kept;
}

const countOf = (attempts: Table): number => SITUATIONS.reduce((sum, one) => sum + attempts[one].length, 0);

/** The sessions that the attempts need; why none could be held. */
async function playAll(attempts: Table, { note, env }: Wanted): Promise<Played[] | string> {
  const installed = await installClient(env);
  if (!installed.ok) return installed.why;
  note(`${countOf(attempts)} attempts in Claude Code ${installed.client.version} ...`);
  return [await playGuest(installed.client, attempts), await playHolder(installed.client, attempts)];
}

function show(outcomes: readonly Outcome[], replayed: readonly Replayed[], { json, print }: Wanted): void {
  const held = outcomes.filter((one) => one.held).length;
  const fine = replayed.filter(({ problems }) => problems.length === 0).length;
  if (json) {
    print(
      JSON.stringify({
        schema_version: 1,
        data: {
          attempts: outcomes.map((one) => ({
            situation: one.situation,
            goal: one.attempt.goal,
            attempt: one.attempt.name,
            held: one.held,
            by: one.by,
            harm: one.harm,
            expected: one.attempt.expected,
            as_expected: asExpected(one),
          })),
          scenarios: replayed.map(({ scenario, problems }) => ({ name: scenario.name, problems })),
          held,
          of: outcomes.length,
        },
      }),
    );
    return;
  }
  if (outcomes.length > 0) print(table(attemptRows(outcomes)));
  if (replayed.length > 0)
    print(`\n${table(scenarioRows(replayed))}\n\n${fine} of ${replayed.length} scenarios as they should be`);
  if (outcomes.length > 0) print(`\n${held} of ${outcomes.length} held`);
}
