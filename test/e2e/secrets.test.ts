import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../src/core/run.ts';
import { leaksIn } from '../corpus/forms.ts';
import { type Next, plantedEvent } from '../corpus/plant.ts';
import { SECRETS } from '../corpus/secrets.ts';
import { github } from '../support/github.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { writeAll } from '../support/small-fix.ts';
import { openStage, PROGRAM, type Stage } from '../support/stage.ts';
import { person } from '../support/steps.ts';

// One secret of the corpus after another goes into one field after another, of as many crashes as it takes until each
// field has had many and each secret has been somewhere. What then leaves is read as a whole.

const planted: { secret: string; where: string }[] = [];
let turn = 0;
const plant: Next = (where, most = Number.POSITIVE_INFINITY) => {
  let next = SECRETS[turn++ % SECRETS.length];
  while (next && next.text.length > most) next = SECRETS[turn++ % SECRETS.length];
  const { text = '', secret = '' } = next ?? {};
  planted.push({ secret, where });
  // A key has many lines; all of them stand for it.
  for (const part of text.match(/[A-Za-z0-9+/]{64}/g) ?? []) planted.push({ secret: part, where });
  return text;
};

const CRASHES = 12;
const FILES = Array.from({ length: CRASHES }, (_, at) => `src/part-${at}.mjs`);
/** The check prints what the tests put there. */
const configWith = (log: string): string => `sentry:
  organization: pitstop
github:
  repository: pitstop/race-day
  base: main
checks:
  - name: lint
    run: cat ${log}
`;

/** The command of a check and the reason of an archive: a test of their own says whether the ledger's bytes have them. */
const WRITTEN_BY_MODEL = /: (?:command|archive reason): /;
let ofModel: string[] = [];

let stage: Stage;
let client: TestClient;
let ids: string[] = [];
const answers: string[] = [];
const user = person();

beforeAll(async () => {
  stage = await openStage();
  await writeFile(join(stage.repository, 'pitcrew.yml'), configWith(join(stage.folder, 'planted.txt')));
  await stage.git('commit', '--quiet', '--all', '--message', 'checks');
  for (const file of FILES) await stage.crash(plantedEvent(plant, { file }));
  await stage.crash(
    plantedEvent(plant, {
      file: 'src/main.mjs',
      type: 'TypeError',
      value: `src/main.mjs is broken ${plant('exception message', 200)}`,
    }),
  );
  for (let at = 0; at < 8; at += 1) {
    stage.sandbox.seedIssue({
      title: `TypeError src/main.mjs is broken ${plant('GitHub title', 150)}`,
      body: `main.mjs part-${at}.mjs\n${plant('GitHub body')}`,
      labels: [plant('GitHub label', 40)],
    });
  }
  client = await connect(stage, { answer: user.answer });
}, 120_000);
afterAll(async () => {
  await client?.close();
  await stage?.close();
});

/** A call with everything that comes back, `_meta` too. */
async function call(
  tool: string,
  args: Record<string, unknown> = {},
  expected: 'works' | 'fails' | 'either' = 'works',
) {
  const result = await client.client.callTool({ name: tool, arguments: args }, undefined, {
    timeout: 120_000,
    onprogress: (progress) => answers.push(JSON.stringify(progress)),
  });
  answers.push(JSON.stringify(result), ...textsOf(result));
  if (expected !== 'either')
    expect(result.isError === true ? 'fails' : 'works', `${tool}: ${JSON.stringify(result.content)}`).toBe(
      expected,
    );
  return JSON.parse(JSON.stringify(result._meta ?? {}))['pitcrew/data']?.data;
}

/** JSON within JSON hides what a reader of the inner one sees. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsOf(inner)]);
}

describe('nothing that is secret leaves', () => {
  test('in what the tools answer', async () => {
    const listed = await call('sentry_list_issues', { top: 50 });
    expect(listed.issues).toHaveLength(CRASHES + 1);
    ids = listed.issues.map((issue: { shortId: string }) => issue.shortId);
    await call('sentry_list_issues', { top: 50, project: ['race-day'] });
    await call('sentry_issue_stats');
    for (const issue of ids) {
      await call('sentry_latest_event', { issue, detail: 'small' });
      await call('sentry_latest_event', { issue, detail: 'full' });
    }
    // GitHub allows few searches a minute.
    for (const issue of ids.slice(0, 3)) await call('github_search_issues', { issue });
    expect(new Set(planted.map(({ where }) => where)).size).toBeGreaterThan(50);
    expect(new Set(planted.map(({ secret }) => secret)).size).toBeGreaterThan(200);
    expect(answers.join('').length).toBeGreaterThan(50_000);
    expect(leaksIn(answers.join('\n'), planted)).toEqual([]);
  });

  test('along the whole way of a fix', async () => {
    await writeFile(
      join(stage.folder, 'planted.txt'),
      `${Array.from({ length: 40 }, () => plant('output of a check')).join('\n')}\n`,
    );
    const issue = await idOf('src/main.mjs');
    const other = ids.find((id) => id !== issue) ?? '';
    user.says('all');
    await call('triage_select');
    await call('ledger_register', {
      issues: [issue],
      paths: ['src/main.mjs', 'test/**'],
      intent: plant('intent', 250),
    });
    await call('ledger_register', {
      issues: [other],
      paths: ['src/elsewhere.mjs'],
      intent: plant('intent', 250),
    });
    await call('ledger_update', { add: ['docs/**'] }, 'either');
    const { path: folder } = await call('worktree_create', { issue });
    await writeAll(folder, {
      'src/main.mjs': 'mended\n',
      'test/main.sh': `cat ${stage.folder}/planted.txt; test -e src/main.mjs && exit 0; cat ${stage.folder}/message.txt; exit 1\n`,
    });
    await writeFile(join(stage.folder, 'message.txt'), 'no such message\n');
    const proof = { issue, test: 'sh test/main.sh', test_files: ['test/main.sh'] };
    await call(
      'fix_verify',
      { ...proof, test: `API_TOKEN=${plant('command', 60)} sh test/main.sh` },
      'fails',
    );
    await call('fix_verify', proof, 'fails');
    const { exceptions } = await call('sentry_latest_event', { issue });
    await writeFile(join(stage.folder, 'message.txt'), `TypeError: ${exceptions[0].value}\n`);
    await call('fix_verify', proof);
    const words = { root_cause: `It was ${plant('root cause', 300)} all along.`, fix: `Now ${plant('fix')}` };
    const { sha } = await call('fix_commit', { issue, files: ['src/main.mjs', 'test/main.sh'], ...words });
    await call('github_create_draft_pr', { issue, summary: `What was wrong: ${plant('summary')}` });
    await call('sentry_resolve', { issue });
    const reason = `Not our code: ${plant('archive reason', 300)}`;
    await call('sentry_resolve', { issue: other, how: 'archive', reason });
    await call('ledger_status');
    await call('ledger_complete', { note: plant('note', 400) });
    await call('ledger_status');
    await call('triage_select', { triage: plant('triage argument', 200) }, 'fails');
    for (const { uri } of (await client.client.listResources()).resources)
      answers.push(...textsOf(await client.client.readResource({ uri })));
    expect(leaksIn(answers.join('\n'), planted), 'answers').toEqual([]);
    expect(leaksIn(user.asked.join('\n'), planted), 'questions to the person').toEqual([]);
    expect(leaksIn(client.stderr(), planted), 'standard error').toEqual([]);
    const stdout = await stage.git('log', '--format=%B', sha, '-1');
    expect(stdout).toContain('Root cause: It was');
    expect(leaksIn(stdout, planted), 'commit message').toEqual([]);
  });

  test('in any file that is written', async () => {
    const files = await filesOf(stage.repository, [
      '.claude',
      '.pitcrew/pull-requests',
      '.git/pitcrew',
      '.git/logs',
      '.git/worktrees',
    ]);
    expect(files.some(({ path }) => path.includes('active-runs.md'))).toBe(true);
    expect(files.some(({ path }) => path.includes('.claude/sentry/'))).toBe(true);
    expect(files.some(({ path }) => path.includes('ledger.db'))).toBe(true);
    expect(files.some(({ path }) => path.includes('pull-requests'))).toBe(true);
    const leaks = files.flatMap(({ path, text }) => leaksIn(text, planted).map((leak) => `${path}: ${leak}`));
    ofModel = leaks.filter((leak) => WRITTEN_BY_MODEL.test(leak));
    expect(leaks.filter((leak) => !WRITTEN_BY_MODEL.test(leak))).toEqual([]);
  });

  test('in what the ledger keeps of the words of a model', () => expect(ofModel).toEqual([]));

  test('to GitHub or to Sentry', async () => {
    const pulls = await github(stage, '/pulls?state=all');
    expect(JSON.stringify(pulls)).toContain('What was wrong');
    expect(leaksIn(textsOf(pulls).join('\n'), planted), 'pull requests').toEqual([]);
    const sent = stage.sandbox
      .requestLog()
      .filter(({ method, side }) => method !== 'POST' || side !== 'ingest');
    expect(leaksIn(sent.map(({ path }) => path).join('\n'), planted), 'addresses asked for').toEqual([]);
    const stdout = await stage.git('--git-dir', stage.remote, 'log', '--all', '--format=%B%an%ae');
    expect(leaksIn(stdout, planted), 'the remote').toEqual([]);
    const notes = await Promise.all(ids.map((id) => notesOf(id)));
    expect(notes.join('\n')).toContain('Archived by Pitcrew: Not our code');
    expect(leaksIn(notes.join('\n'), planted), 'notes').toEqual([]);
  });

  test('on the command line', async () => {
    const id = ids[0] ?? '';
    const outputs: string[] = [];
    for (const args of [
      ['sentry-list-issues', '--top', '50', '--json'],
      ['sentry-latest-event', id, '--detail', 'full'],
      ['sentry-latest-event', id, '--json'],
      ['ledger-status', '--json'],
      ['sentry-resolve', plant('argument', 200)],
      [plant('command', 80), '--json'],
      ['ledger-register', id, `--intent=${plant('intent', 200)}`],
    ]) {
      const done = await run(process.execPath, [PROGRAM, ...args], {
        cwd: stage.repository,
        env: stage.env,
        timeoutMs: 60_000,
      });
      outputs.push(done.stdout, done.stderr);
    }
    expect(outputs.join('').length).toBeGreaterThan(5_000);
    expect(leaksIn(outputs.join('\n'), planted)).toEqual([]);
  });
});

async function idOf(file: string): Promise<string> {
  for (const id of ids) {
    const { data } = await client.call('sentry_latest_event', { issue: id });
    if (JSON.stringify(data.crashFrame).includes(file)) return id;
  }
  throw new Error(`No issue crashed in ${file}.`);
}

async function notesOf(shortId: string): Promise<string> {
  const headers = { authorization: `Bearer ${stage.sandbox.token}` };
  const found = await fetch(`${stage.sandbox.url}/api/0/organizations/pitstop/shortids/${shortId}/`, {
    headers,
  });
  const { groupId } = (await found.json()) as { groupId: string };
  return (await fetch(`${stage.sandbox.url}/api/0/issues/${groupId}/notes/`, { headers })).text();
}

/** Every file below these folders of the repository; bytes as they are, for a database too. */
async function filesOf(root: string, folders: string[]): Promise<{ path: string; text: string }[]> {
  const files = await Promise.all(
    folders
      .map((folder) => join(root, folder))
      .filter(existsSync)
      .map(async (folder) => {
        const entries = await readdir(folder, { recursive: true, withFileTypes: true });
        return Promise.all(
          entries
            .filter((entry) => entry.isFile())
            .map(async (entry) => {
              const path = join(entry.parentPath, entry.name);
              return { path, text: await readFile(path, 'latin1') };
            }),
        );
      }),
  );
  return files.flat();
}
