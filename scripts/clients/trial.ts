import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/core/package-root.ts';
import { type RunResult, run } from '../../src/core/run.ts';
import { tools } from '../../src/tools/registry.ts';
import { contractCrash, forecastCrash, openStage, type Stage } from '../../test/support/stage.ts';
import type { OtherClient } from './client.ts';
import type { Turn } from './conversation.ts';
import { makeHome } from './home.ts';
import { type CallsFinding, callsOf, STEPS, type ToolsFinding, toolsOf, wasTyped } from './judge.ts';
import { startModelStub } from './model-stub.ts';

export interface Trial {
  /** The file that `pitcrew init` wrote, for the person and for the project. */
  wired: { user: string; project: string };
  tools: ToolsFinding;
  calls: CallsFinding;
  /** What the client does without a terminal where nothing was allowed beforehand. */
  unallowed: string;
  prompt: 'offered' | 'none in this client' | 'missing';
  /** Tools seen through the project's file alone. */
  projectTools: number;
  /** What the client asked for outside of this machine, and did not get. */
  outside: string[];
  failures: string[];
  seconds: number;
}

/** Longest a client may take for one question; an answer takes some seconds, on a busy machine up to a minute. */
const LONGEST_MS = 180_000;

/** Tries an installed client in real runs, each in a home of its own, and says what held. */
export async function tryClient(
  client: OtherClient,
  folder: string,
  progress: (line: string) => void,
): Promise<Trial> {
  const started = performance.now();
  const stage = await openStage();
  try {
    for (const user of [1, 2, 3]) {
      await stage.crash(contractCrash(user));
      await stage.crash(forecastCrash(user));
    }
    const ask = (args: readonly string[], scope: 'user' | 'project' = 'user') =>
      session(client, folder, stage, args, scope);
    const question = client.ask('List the worst Sentry issues.');
    const allowed = [...question, ...(client.allow ?? [])];

    progress(`${client.title}: the calls`);
    const main = await ask(allowed);
    const open = await isOpen(stage);
    progress(`${client.title}: with nothing allowed beforehand`);
    const unallowed = client.allow ? unallowedOf((await ask(question)).turns) : 'calls them without asking';
    if (client.askByPrompt) progress(`${client.title}: the prompt`);
    const byPrompt = client.askByPrompt && (await ask(client.askByPrompt('top 2')));
    progress(`${client.title}: the project's file`);
    const project = await ask(allowed, 'project');

    const names = tools.map(({ name }) => name);
    const trial: Trial = {
      wired: { user: main.wired, project: project.wired },
      tools: toolsOf(main.turns, names),
      calls: callsOf(main.turns),
      unallowed,
      prompt: await promptOf(byPrompt?.turns),
      projectTools: toolsOf(project.turns, names).seen,
      outside: [
        ...new Set([main, project, ...(byPrompt ? [byPrompt] : [])].flatMap(({ outside }) => outside)),
      ],
      failures: [],
      seconds: Math.round((performance.now() - started) / 1000),
    };
    return { ...trial, failures: failuresOf(trial, open, main.ended) };
  } finally {
    await stage.close();
  }
}

interface Session {
  turns: readonly Turn[];
  wired: string;
  outside: readonly string[];
  ended: RunResult;
}

async function session(
  client: OtherClient,
  folder: string,
  stage: Stage,
  args: readonly string[],
  scope: 'user' | 'project',
): Promise<Session> {
  const model = await startModelStub(client.wire, STEPS);
  try {
    const { env, wired } = await makeHome(client, stage, model.url, scope);
    const [program = '', ...first] = client.command(folder);
    const options = { cwd: stage.repository, env, timeoutMs: LONGEST_MS, endGroup: true };
    const ended = await run(program, [...first, ...args], options);
    return { turns: model.turns(), wired, outside: model.others(), ended };
  } finally {
    await model.close();
  }
}

/** Whether the sandbox still has the issue that the model wanted to archive as unresolved. */
async function isOpen({ sandbox }: Stage): Promise<boolean> {
  const response = await fetch(
    `${sandbox.url}/api/0/organizations/${sandbox.organization}/issues/?query=is:unresolved`,
    { headers: { authorization: `Bearer ${sandbox.token}` } },
  );
  return (await response.text()).includes('"RACE-DAY-1"');
}

function unallowedOf(turns: readonly Turn[]): string {
  const { seen } = toolsOf(
    turns,
    tools.map(({ name }) => name),
  );
  if (seen === 0) return 'does not show the tools to the model';
  const { list, instead } = callsOf(turns);
  return list === undefined ? `refuses the calls itself: ${instead}` : 'calls them without asking';
}

async function promptOf(turns: readonly Turn[] | undefined): Promise<Trial['prompt']> {
  if (turns === undefined) return 'none in this client';
  const skill = await readFile(join(packageRoot(), 'skills/sentry/SKILL.md'), 'utf8');
  const heading = /^# .*$/m.exec(skill)?.[0] ?? '';
  return heading !== '' && wasTyped(turns, [heading, 'Request: top 2']) ? 'offered' : 'missing';
}

function failuresOf(
  { tools: { seen, missing }, calls, prompt, projectTools }: Trial,
  open: boolean,
  ended: RunResult,
): string[] {
  const failures = [
    missing.length > 0 ? `tools that the model was not shown: ${missing.join(', ')}` : '',
    calls.list === undefined ? `no list of issues: ${calls.instead ?? 'no answer'}` : '',
    calls.refusals.length < STEPS.length - 1 ? 'a call without consent was not refused in words' : '',
    open ? '' : 'the issue is not open any more',
    prompt === 'missing' ? 'the prompt did not reach the model' : '',
    projectTools < seen ? `${projectTools} tools through the project's file` : '',
  ].filter((line) => line !== '');
  if (failures.length === 0) return [];
  const how = ended.timedOut ? `did not end in ${LONGEST_MS / 1000} s` : `ended with ${ended.code}`;
  return [...failures, `the client ${how}: ${ended.stderr.trim().slice(-600)}`];
}
