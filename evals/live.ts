import { run } from '../src/core/run.ts';
import { makeHome, PLUGIN } from '../test/client/support/home.ts';
import type { InstalledClient } from '../test/client/support/install.ts';
import type { Replayed } from './replay.ts';
import { argumentsMatch, type Decision, matches, type Scenario } from './scenario.ts';
import { openPlace, type ScenarioPlace } from './scenario-place.ts';

interface Made {
  call: string;
  input: Record<string, unknown>;
}

const LONGEST_MS = 15 * 60_000;

/**
 * Plays a scenario with a live model: the real client, without a terminal, gets the request, and what it did is held
 * against the decisions. Scenarios in which a person answers in the middle are not for this: nobody answers here.
 */
export async function playLive(
  client: InstalledClient,
  scenario: Scenario,
  env: NodeJS.ProcessEnv,
): Promise<Replayed> {
  const place = await openPlace(scenario);
  try {
    const home = await makeHome(place.stage);
    const services = Object.entries(place.stage.env).filter(([name]) =>
      /^(SENTRY|GITHUB|GIT_CONFIG)_|^PATH$/.test(name),
    );
    const args = [
      '-p',
      place.fill(scenario.request),
      '--output-format',
      'stream-json',
      '--verbose',
      '--plugin-dir',
      PLUGIN,
    ];
    const done = await run(client.program, [...args, '--dangerously-skip-permissions'], {
      cwd: place.stage.repository,
      env: {
        ...Object.fromEntries(services),
        HOME: home,
        ANTHROPIC_API_KEY: env.ANTHROPIC_API_KEY,
        ...(env.ANTHROPIC_BASE_URL ? { ANTHROPIC_BASE_URL: env.ANTHROPIC_BASE_URL } : {}),
        IS_SANDBOX: '1',
        DISABLE_AUTOUPDATER: '1',
      },
      timeoutMs: LONGEST_MS,
      maxBytes: 64 * 1024 * 1024,
    });
    const { made, lastWords } = readEvents(done.stdout);
    if (done.code !== 0)
      return {
        scenario,
        problems: [`The client ended with ${done.code}: ${done.stderr.slice(-300)}${lastWords.slice(-300)}`],
      };
    return { scenario, problems: problemsOf(scenario, made, lastWords, place) };
  } finally {
    await place.close();
  }
}

/** Without a person in the middle, and with nothing that happens meanwhile. */
export const isForLive = ({ person, decisions }: Scenario): boolean =>
  person === 'nobody' && decisions.every((decision) => !('person' in decision) && !('happens' in decision));

function problemsOf(
  scenario: Scenario,
  made: readonly Made[],
  lastWords: string,
  place: ScenarioPlace,
): string[] {
  let from = 0;
  const missing = scenario.decisions
    .filter((decision): decision is Extract<Decision, { call: string }> => 'call' in decision)
    .flatMap((decision) => {
      const at = made.findIndex(
        ({ call, input }, index) => index >= from && isCall(decision, call, input, place),
      );
      if (at < 0) return [`It never called ${decision.call} at its place.`];
      from = at + 1;
      return [];
    });
  const forbidden = scenario.never.flatMap((never) =>
    made
      .filter(({ call, input }) => isCall(never, call, input, place))
      .map(({ call, input }) => `It called ${call} ${JSON.stringify(input).slice(0, 200)}.`),
  );
  const unsaid = scenario.decisions.flatMap((decision) =>
    'says' in decision && !matches(place.fill(decision.says), lastWords)
      ? [`It did not say ${decision.says}.`]
      : [],
  );
  return [...missing, ...forbidden, ...unsaid];
}

const isCall = (
  wanted: { call: string; with: Record<string, unknown> },
  call: string,
  input: Record<string, unknown>,
  place: ScenarioPlace,
): boolean =>
  (call === wanted.call || call.endsWith(`__${wanted.call}`)) &&
  argumentsMatch(place.fill(wanted.with), input);

/** The calls of the client's event stream, and what was said last. */
function readEvents(stdout: string): { made: Made[]; lastWords: string } {
  const made: Made[] = [];
  let lastWords = '';
  for (const line of stdout.split('\n').filter((text) => text.startsWith('{'))) {
    const event = JSON.parse(line);
    if (event.type === 'result') lastWords = String(event.result ?? '');
    if (event.type !== 'assistant') continue;
    for (const block of event.message?.content ?? [])
      if (block.type === 'tool_use') made.push({ call: block.name, input: block.input ?? {} });
  }
  return { made, lastWords };
}
