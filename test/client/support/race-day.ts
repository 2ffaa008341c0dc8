import { rm } from 'node:fs/promises';
import { contractCrash, forecastCrash, openStage, type Stage } from '../../support/stage.ts';

/** The two issues of the stage, in the order of the table, with the scripted engineer's name for the fault. */
export const CONTRACT = {
  issue: 'RACE-DAY-1',
  bug: 'order-without-contract',
  file: 'src/orders/pricing.mjs',
};
export const FORECAST = {
  issue: 'RACE-DAY-2',
  bug: 'empty-forecast-entry',
  file: 'src/weather/forecast-cache.mjs',
};

/** A stage with two crashes. `unattended` is what pitcrew.yml then says of runs without a person, `policy` of changes. */
export async function openRaceDay(
  options: { unattended?: 'draft-pr'; policy?: { max_lines: number } } = {},
): Promise<Stage> {
  const stage = await openStage({ config: [CONFIG, ...Object.entries(options).map(lineOf)].join('') });
  for (let user = 1; user <= 3; user += 1) await stage.crash(contractCrash(user));
  await stage.crash(forecastCrash());
  return stage;
}

/** Ends a stage although a client that was just ended may still write into its home for a moment. */
export async function closeRaceDay(stage: Stage | undefined): Promise<void> {
  if (!stage) return;
  await stage.sandbox.close();
  await rm(stage.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

const CONFIG = `sentry:
  organization: pitstop
github:
  repository: pitstop/race-day
  base: main
checks: []
`;

// JSON is YAML.
const lineOf = ([key, value]: [string, unknown]): string => `${key}: ${JSON.stringify(value)}\n`;

/** What was changed in Sentry, as its log of requests has it. */
export const changesInSentry = (stage: Stage): string[] =>
  stage.sandbox
    .requestLog()
    .filter(({ method, path }) => method === 'PUT' && path.startsWith('/api/0/'))
    .map(({ method, path }) => `${method} ${path}`);
