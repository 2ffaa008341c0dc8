// npm run demo: the whole way of /sentry top N on this machine alone. Real: the SDK and its crashes, the server over
// stdio, git, the ledger, the tests that prove the fixes. Stand-ins, all on loopback: Sentry and GitHub (the sandbox),
// the person who selects, and the engineer who edits (a script that ships with the sample app, unless --agent claude).
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { inputError, messageOf, PitcrewError } from '../src/core/errors.ts';
import { claudeEngineer } from './demo/claude-engineer.ts';
import { runCrew } from './demo/crew.ts';
import { type Engineer, scriptedEngineer } from './demo/engineers.ts';
import { printSummary, say } from './demo/report.ts';
import { openStage } from './demo/stage.ts';

const HELP = `npm run demo -- [--top N] [--agent script|claude] [--minutes N] [--json FILE] [--keep]

  --top N       How many issues to list and select (default 6).
  --agent       Who edits: script (ships with the sample app, default) or claude (the claude program, signed in).
  --minutes N   How long claude may take for each issue (default 15).
  --json FILE   Write the result as JSON.
  --keep        Leave the sandbox running and the files in place until Ctrl-C.`;

try {
  process.exitCode = await demo(readFlags());
} catch (error) {
  if (!(error instanceof PitcrewError)) throw error;
  console.error(`${error.message}\nNext step: ${error.hint}`);
  process.exitCode = error.kind === 'input' ? 2 : 4;
}

interface Flags {
  top: number;
  agent: 'script' | 'claude';
  minutes: number;
  json: string | undefined;
  keep: boolean;
  help: boolean;
}

function readFlags(): Flags {
  const { values } = parsedFlags();
  const { agent } = values;
  if (agent !== 'script' && agent !== 'claude')
    throw inputError(`--agent is script or claude, not "${agent}".`, 'Leave it out to let the script edit.');
  const top = Number(values.top);
  if (!Number.isInteger(top) || top < 1)
    throw inputError(`--top needs a whole number from 1 up, not "${values.top}".`, 'For example: --top 3.');
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes <= 24 * 60))
    throw inputError(
      `--minutes needs a number above 0, not "${values.minutes}".`,
      'For example: --minutes 5.',
    );
  return { top, agent, minutes, json: values.json, keep: values.keep, help: values.help };
}

function parsedFlags() {
  const options = {
    top: { type: 'string', default: '6' },
    agent: { type: 'string', default: 'script' },
    minutes: { type: 'string', default: '15' },
    json: { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  } as const;
  try {
    return parseArgs({ options });
  } catch (error) {
    throw inputError(messageOf(error), '`npm run demo -- --help` shows the flags.');
  }
}

async function demo({ top, agent, minutes, json, keep, help }: Flags): Promise<number> {
  if (help) {
    say(HELP);
    return 0;
  }
  const started = performance.now();
  const engineer: Engineer =
    agent === 'claude'
      ? await claudeEngineer({ env: process.env, timeoutMs: minutes * 60_000 })
      : await scriptedEngineer();
  const stage = await openStage();
  try {
    const result = await runCrew(stage, engineer, top);
    const data = {
      issues: result.issues,
      refused: result.refused,
      requests: stage.sandbox.requests(),
      durationMs: Math.round(performance.now() - started),
    };
    if (json !== undefined)
      await writeFile(resolve(json), `${JSON.stringify({ schema_version: 1, data }, null, 2)}\n`);
    await printSummary(stage, result, data);
    if (keep) await keepOpen(stage.sandbox.url);
    return result.issues.every((issue) => issue.outcome === 'fixed') && result.issues.length > 0 ? 0 : 1;
  } finally {
    await stage.close(keep);
  }
}

async function keepOpen(url: string): Promise<void> {
  say(`The sandbox stays at ${url} until Ctrl-C.`);
  await new Promise<void>((done) => {
    process.once('SIGINT', () => done());
    process.once('SIGTERM', () => done());
  });
}
