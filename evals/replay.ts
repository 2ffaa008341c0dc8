import { run } from '../src/core/run.ts';
import { connect, type TestClient } from '../test/support/mcp.ts';
import { askHook } from './ask-hook.ts';
import { type Decision, matches, type Scenario } from './scenario.ts';
import { crashOf, edit, happen, openPlace, type ScenarioPlace } from './scenario-place.ts';

export interface Replayed {
  scenario: Scenario;
  /** What was not as the scenario says; empty where all was. */
  problems: string[];
}

/** Plays a scenario's decisions against the real server and the real hook, without a model. */
export async function replay(scenario: Scenario): Promise<Replayed> {
  const problems: string[] = [];
  let replaying: Replaying | undefined;
  try {
    const place = await openPlace(scenario);
    replaying = { place, person: scenario.person, client: undefined, problems };
    for (const decision of scenario.decisions) await decide(decision, replaying);
    for (const never of scenario.never)
      if (never.refused !== undefined)
        await decide(
          {
            call: never.call,
            with: { ...FURTHER[never.call], ...concrete(never.with) },
            refused: never.refused,
          },
          replaying,
        );
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    await replaying?.client?.close().catch(() => {});
    await replaying?.place.close();
  }
  return { scenario, problems };
}

/** What a call needs besides what a scenario says of it. */
const FURTHER: Record<string, Record<string, unknown>> = {
  fix_commit: {
    files: ['README.md'],
    root_cause: 'It is of no matter here.',
    fix: 'It is of no matter here.',
  },
  github_create_draft_pr: { summary: 'It is of no matter here.' },
  fix_verify: { no_test_reason: 'It is of no matter here.' },
};

interface Replaying {
  place: ScenarioPlace;
  person: string;
  client: TestClient | undefined;
  problems: string[];
}

async function decide(decision: Decision, replaying: Replaying): Promise<void> {
  const { place } = replaying;
  if ('person' in decision) replaying.person = decision.person;
  else if ('edits' in decision)
    await edit(decision.edits, crashOf(place, decision.issue), place.worktrees[decision.issue] ?? '');
  else if ('happens' in decision) {
    if (decision.happens === 'crash') await crash(replaying);
    else await happen(decision.happens, decision.issue, place);
  } else if ('call' in decision) await tryCall(decision, replaying);
}

async function crash(replaying: Replaying): Promise<void> {
  process.kill(replaying.client?.transport.pid ?? 0, 'SIGKILL');
  await replaying.client?.close().catch(() => {});
  replaying.client = undefined;
}

async function tryCall(decision: Extract<Decision, { call: string }>, replaying: Replaying): Promise<void> {
  const { place, problems } = replaying;
  const { call, answers, refused } = decision;
  const args = place.fill(decision.with);
  const { isError, text } = await perform(call, args, replaying);
  learn(call, args, text, place);
  const said = `${call} said: ${text.slice(0, 200).replaceAll('\n', ' ')}`;
  if (refused === undefined && isError) problems.push(`It was refused. ${said}`);
  if (refused !== undefined && !isError) problems.push(`It was not refused. ${said}`);
  const pattern = place.fill(refused ?? answers ?? '');
  if (!matches(pattern, text)) problems.push(`No "${pattern}". ${said}`);
}

interface Said {
  isError: boolean;
  text: string;
}

const OF_THE_CLIENT = /^(Bash|Edit|Write|MultiEdit|NotebookEdit)$/;

async function perform(call: string, args: Record<string, unknown>, replaying: Replaying): Promise<Said> {
  const { place } = replaying;
  if (!OF_THE_CLIENT.test(call)) {
    replaying.client ??= await connectAs(replaying);
    return replaying.client.call(call, args);
  }
  const cwd = place.stage.repository;
  const asked = await askHook({ tool: call, input: args, cwd }, place.stage.env);
  if (asked.denied || call !== 'Bash') return { isError: asked.denied, text: asked.reason };
  const done = await run('sh', ['-c', String(args.command)], {
    cwd,
    env: place.stage.env,
    timeoutMs: 30_000,
  });
  return { isError: done.code !== 0, text: done.stdout + done.stderr };
}

/** A client whose person answers as the scenario says at that moment; `nobody` cannot be asked. */
async function connectAs(replaying: Replaying): Promise<TestClient> {
  const { stage } = replaying.place;
  if (replaying.person === 'nobody') return connect(stage, { name: 'agent' });
  return connect(stage, {
    name: 'agent',
    answer: (message) => {
      const { person } = replaying;
      if (person === 'decline') return { action: 'decline' };
      if (person === 'close' || person === 'nobody') return { action: 'cancel' };
      const field = /Allow exactly this change/.test(message) ? 'approval' : 'selection';
      return { action: 'accept', content: { [field]: person } };
    },
  });
}

/** What later decisions name: the triage, and the folders of worktrees. */
function learn(call: string, args: Record<string, unknown>, text: string, place: ScenarioPlace): void {
  place.triage = /Triage (\d{8}-[0-9a-f]+)/.exec(text)?.[1] ?? place.triage;
  const folder = /^(?:Made|Taken up again:) (\S+)/.exec(text)?.[1];
  const letter = Object.entries(place.issues).find(([, id]) => id === args.issue)?.[0];
  if (call === 'worktree_create' && folder && letter) place.worktrees[letter] = folder;
}

/** A pattern of arguments as arguments: a regular expression is no value, and stands for a text that it matches. */
const concrete = (wanted: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(wanted).map(([name, value]) => [
      name,
      typeof value === 'string' && /^\/.*\/[imsu]*$/s.test(value)
        ? value
            .replace(/^\/|\/[imsu]*$/g, '')
            .replace(/\((?:\?:)?([^|)]*)[^)]*\)/g, '$1')
            .replace(/[\\^$]/g, '')
        : value,
    ]),
  );
