// npm run demo: the whole way of /sentry top N on this machine alone. Real: the SDK and its crashes, the server over
// stdio, git, the ledger, the tests that prove the fixes. Stand-ins, all on loopback: Sentry and GitHub (the sandbox),
// the person who selects, and the engineer who edits (a script that ships with the sample app, unless --agent claude).
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runCrew } from './demo/crew.ts';
import { claudeEngineer, type Engineer, scriptedEngineer } from './demo/engineers.ts';
import { printSummary, say } from './demo/report.ts';
import { openStage } from './demo/stage.ts';

const { values } = parseArgs({
  options: {
    top: { type: 'string', default: '6' },
    agent: { type: 'string', default: 'script' },
    json: { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`npm run demo -- [--top N] [--agent script|claude] [--json FILE] [--keep]

  --top N       How many issues to list and select (default 6).
  --agent       Who edits: script (ships with the sample app, default) or claude (the claude program, if there is one).
  --json FILE   Write the result as JSON.
  --keep        Leave the sandbox running and the files in place until Ctrl-C.`);
} else {
  process.exitCode = await demo();
}

async function demo(): Promise<number> {
  const started = performance.now();
  const top = Number(values.top);
  if (!Number.isInteger(top) || top < 1) {
    console.error(`--top needs a whole number from 1 up, not "${values.top}".`);
    return 2;
  }
  const engineer: Engineer = values.agent === 'claude' ? await claudeEngineer() : await scriptedEngineer();
  const stage = await openStage();
  try {
    const result = await runCrew(stage, engineer, top);
    const data = {
      issues: result.issues,
      refused: result.refused,
      requests: stage.sandbox.requests(),
      durationMs: Math.round(performance.now() - started),
    };
    if (values.json)
      await writeFile(resolve(values.json), `${JSON.stringify({ schema_version: 1, data }, null, 2)}\n`);
    await printSummary(stage, result, data);
    if (values.keep) await keepOpen(stage.sandbox.url);
    return result.issues.every((issue) => issue.outcome === 'fixed') && result.issues.length > 0 ? 0 : 1;
  } finally {
    await stage.close(values.keep);
  }
}

async function keepOpen(url: string): Promise<void> {
  say(`The sandbox stays at ${url} until Ctrl-C.`);
  await new Promise<void>((done) => {
    process.once('SIGINT', () => done());
    process.once('SIGTERM', () => done());
  });
}
