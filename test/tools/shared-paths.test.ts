import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Asked, askHook } from '../hooks/ask-hook.ts';
import { cli } from '../support/cli.ts';
import { crashIn } from '../support/crashes.ts';
import { type Handwritten, writtenByHand } from '../support/handwritten.ts';
import { masked } from '../support/masked.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { writeAll, writeSmallFix } from '../support/small-fix.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { fails, person, select, WORDS, works, worktreeOf } from '../support/steps.ts';

const [FIRST, SECOND, THIRD] = ['RACE-DAY-1', 'RACE-DAY-2', 'RACE-DAY-3'] as const;
/** Its file is in the repository, and so is found by itself. */
const PRICING = 'RACE-DAY-4';
const FILES = { [FIRST]: 'src/one.mjs', [SECOND]: 'src/two.mjs', [THIRD]: 'src/three.mjs' };
const LOG = 'CHANGELOG.md';

let stage: Stage;
let first: TestClient;
let second: TestClient;
let entries: Handwritten;

beforeAll(async () => {
  stage = await openStage();
  for (const file of [...Object.values(FILES), 'src/orders/pricing.mjs']) await stage.crash(crashIn(file));
  first = await connect(stage, { name: 'first-crew', answer: person().answer });
  second = await connect(stage, { name: 'second-crew', answer: person().answer });
  await select(first, [FIRST, SECOND, THIRD, PRICING]);
  entries = writtenByHand(stage);
});
afterEach(async () => {
  entries.remove();
  for (const one of [first, second]) await one.call('ledger_complete', { status: 'aborted' });
});
afterAll(async () => {
  await first?.close();
  await second?.close();
  await stage?.close();
});

const register = (who: TestClient, issue: string, claims: { paths?: string[]; shared?: string[] }) =>
  works(who, 'ledger_register', { issues: [issue], paths: [], ...claims });
const refused = async (who: TestClient, tool: string, args: object): Promise<string> => {
  const { message, hint } = await fails(who, tool, { ...args }, 'refused');
  return masked(`${message}\n${hint}`, stage);
};
const viewText = (): string => {
  const file = join(stage.repository, '.claude/active-runs.md');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

describe('a shared path', () => {
  test('is held by several, and every list says that it is shared', async () => {
    const answer = await register(first, FIRST, { paths: ['src/one.mjs'], shared: [LOG, './docs/'] });
    expect(answer.text).toContain(`Paths: src/one.mjs, ${LOG} (shared), docs/** (shared).`);
    expect(answer.data).toMatchObject({
      paths: ['src/one.mjs', LOG, 'docs/**'],
      shared: [LOG, 'docs/**'],
    });
    await register(second, SECOND, { shared: [LOG, 'docs/a.md'] });
    const { data, text } = await works(first, 'ledger_status');
    expect(text).toContain(`paths src/one.mjs, ${LOG} (shared), docs/** (shared)`);
    expect(data.active.map(({ paths }: { paths: object[] }) => paths)).toEqual([
      [
        { glob: 'src/one.mjs', mode: 'exclusive' },
        { glob: LOG, mode: 'shared' },
        { glob: 'docs/**', mode: 'shared' },
      ],
      [
        { glob: LOG, mode: 'shared' },
        { glob: 'docs/a.md', mode: 'shared' },
      ],
    ]);
    expect((await works(first, 'ledger_history', { limit: 1 })).text).toContain(
      `claimed sentry:pitstop/${SECOND}, ${LOG} (shared), docs/a.md (shared)`,
    );
    await expect
      .poll(viewText, { timeout: 10_000 })
      .toContain(`\`${LOG}\` (shared) · \`docs/a.md\` (shared)`);
  });

  test('keeps out who wants it alone, who hears how to join; and the other way round', async () => {
    await register(first, FIRST, { shared: ['docs/**'] });
    expect(await refused(second, 'ledger_register', { issues: [SECOND], paths: ['docs/a.md'] })).toBe(
      [
        'Nothing was claimed. docs/a.md (held as docs/**, shared) is held by first-crew, pid <pid> on <host> since <time> (live).',
        'Register again without those paths or wait in line with `wait_seconds`, and tell the person. first-crew, pid <pid> on <host> shares it: name it in `shared` (ledger_register, ledger_update) to change it too, each in a worktree of its own.',
      ].join('\n'),
    );
    await register(second, SECOND, { paths: ['src/two.mjs'] });
    expect(await refused(first, 'ledger_update', { issue: FIRST, shared: ['src/two.mjs'] })).toMatch(
      /^A file that this step needs is held\. src\/two\.mjs is held by second-crew, .*\n.* Take another issue, or wait/,
    );
  });

  test('is shared, or taken for oneself, by an update', async () => {
    await register(first, FIRST, { paths: [LOG] });
    const update = (who: TestClient, issue: string, change: object) =>
      works(who, 'ledger_update', { issue, ...change });
    const shared = await update(first, FIRST, { shared: [LOG] });
    expect(shared.text).toBe(`The claim of ${FIRST} now covers: ${LOG} (shared).`);
    await register(second, SECOND, { shared: [LOG] });
    expect(await refused(first, 'ledger_update', { issue: FIRST, add: [LOG] })).toContain(
      `${LOG} (shared) is held by second-crew`,
    );
    await update(second, SECOND, { drop: [LOG] });
    expect((await update(first, FIRST, { add: [LOG] })).data).toMatchObject({ paths: [LOG], shared: [] });
    expect((await works(first, 'ledger_history', { limit: 1 })).text).toMatch(
      /now holds \S+, CHANGELOG\.md$/,
    );
  });

  test('registered again for oneself it is one’s own, and that is on record', async () => {
    await register(first, FIRST, { shared: [LOG] });
    expect((await register(first, FIRST, { paths: [LOG] })).data).toMatchObject({ paths: [LOG], shared: [] });
    expect((await works(first, 'ledger_history', { limit: 1 })).text).toMatch(
      /extended: .* holds \S+, CHANGELOG\.md$/,
    );
    expect(
      await refused(second, 'ledger_register', { issues: [SECOND], shared: [LOG], paths: [] }),
    ).toContain(`${LOG} is held by first-crew`);
  });

  test('written by hand as the view has it is shared too', async () => {
    entries.add('the manual', ['docs/**` (shared) and `src/radio/**'], 'started');
    await register(first, FIRST, { shared: ['docs/a.md'] });
    expect(await refused(first, 'ledger_update', { issue: FIRST, add: ['docs/b.md'] })).toMatch(
      /docs\/b\.md \(held as docs\/\*\*, shared\) is held by an entry written by hand/,
    );
    expect(await refused(first, 'ledger_update', { issue: FIRST, shared: ['src/radio/a.mjs'] })).toContain(
      'held by an entry written by hand',
    );
  });

  test('written by hand without back-ticks it is a path all the same, and shared', async () => {
    entries.addPlain('the manual', 'docs/** (shared), notes/*.md (Shared), src/radio/**');
    await register(first, FIRST, { shared: ['docs/a.md', 'notes/a.md'] });
    const alone = (path: string) => refused(first, 'ledger_update', { issue: FIRST, add: [path] });
    expect(await alone('docs/b.md')).toMatch(
      /docs\/b\.md \(held as docs\/\*\*, shared\) is held by an entry/,
    );
    expect(await alone('notes/b.md')).toMatch(/\(held as notes\/\*\.md, shared\)/);
    expect(await refused(first, 'ledger_update', { issue: FIRST, shared: ['src/radio/a.mjs'] })).toContain(
      'held by an entry written by hand',
    );
  });

  test('is shared also where it is one of the files that are found by themselves', async () => {
    const shares = { issues: [PRICING], shared: ['src/orders/**'] };
    const { data } = await works(first, 'ledger_register', shares);
    expect(data).toMatchObject({ paths: ['src/orders/**'], shared: ['src/orders/**'] });
    await register(second, SECOND, { shared: ['src/orders/pricing.mjs'] });
  });

  test('beneath a path that is one’s own is shared by nobody, and the answer says so', async () => {
    const mixed = await register(first, FIRST, { paths: ['docs/a.md'], shared: ['docs/**', LOG] });
    expect(mixed.text).toContain("\nNobody else can share docs/** yet: docs/a.md is this session's alone.\n");
    expect(mixed.text).not.toContain(`share ${LOG}`);
    const update = (change: object) => works(first, 'ledger_update', { issue: FIRST, ...change });
    expect((await update({ drop: ['docs/a.md'] })).text).not.toContain('Nobody');
    expect((await update({ add: ['lib/**'], shared: ['lib/x.mjs'] })).text).toMatch(
      /\nNobody else can share lib\/x\.mjs yet: lib\/\*\* is this session's alone\.$/,
    );
    expect((await update({ shared: ['lib/**'] })).text).not.toContain('Nobody');
    await register(second, SECOND, { shared: ['lib/x.mjs', 'docs/a.md'] });
  });

  test('is not also asked for alone', async () => {
    const both = { issues: [FIRST], paths: [`./${LOG}`], shared: [LOG] };
    const failure = await fails(first, 'ledger_register', both, 'input');
    expect(failure.message).toBe(`${LOG} is named both as shared and as this session's alone.`);
    await register(first, FIRST, {});
    const folder = { issue: FIRST, add: ['docs/'], shared: ['docs/**'] };
    expect((await fails(first, 'ledger_update', folder, 'input')).message).toMatch(
      /^docs\/\*\* is named both/,
    );
  });

  test('is no resource', async () => {
    const args = { issues: [FIRST], paths: [], shared: ['db:dev'] };
    const failure = await fails(first, 'ledger_register', args, 'input');
    expect(failure.message).toBe('db:dev is a resource and no path.');
    const named = { issues: [FIRST], paths: ['port:5173'] };
    expect((await fails(first, 'ledger_register', named, 'input')).message).toMatch(
      /^port:5173 is a resource/,
    );
    expect((await register(first, FIRST, { paths: ['./db:dev'] })).data.paths).toEqual(['db:dev']);
    await fails(first, 'ledger_update', { issue: FIRST, shared: ['db:dev'] }, 'input');
  });

  test('by a command', async () => {
    const env = { PITCREW_SESSION: 'by-hand' };
    const shares = ['--shared', `${LOG},docs/**`];
    const typed = await cli(stage, ['ledger', 'register', FIRST, '--paths', 'x.mjs', ...shares], { env });
    expect(typed.stdout).toContain(`Paths: x.mjs, ${LOG} (shared), docs/** (shared).`);
    const wanted = ['ledger', 'register', SECOND, '--paths', LOG];
    const other = await cli(stage, wanted, { env: { PITCREW_SESSION: 'another' } });
    expect(other.code).toBe(3);
    expect(other.stderr).toMatch(/shares it: name it in `--shared` \(`\S+ \S+ ledger register`/);
    const update = ['ledger', 'update', FIRST, '--shared', 'x.mjs', '--drop', 'docs/**', '--json'];
    expect((await cli(stage, update, { env })).data).toMatchObject({
      paths: ['x.mjs', LOG],
      shared: ['x.mjs', LOG],
    });
    const ended = await cli(stage, ['ledger', 'complete', '--status', 'aborted'], { env });
    expect(ended.stderr).toBe('');
  });
});

/** Both servers are children of this process, which stands for their client: what the hook says is for both of them. */
const edit = (file: string, client = process.pid): Promise<Asked> =>
  askHook(
    { tool: 'Edit', input: { file_path: file, old_string: 'a', new_string: 'b' }, cwd: stage.repository },
    { clientPid: client, env: stage.env },
  );

describe('who shares a path', () => {
  test('edits and commits it, each in a worktree of its own, and goes on sharing it', async () => {
    await register(first, FIRST, { shared: [LOG] });
    await register(second, SECOND, { shared: ['*.md'] });
    for (const [who, issue] of [
      [first, FIRST],
      [second, SECOND],
    ] as const) {
      const folder = await worktreeOf(who, issue);
      expect(await edit(join(folder, LOG))).toMatchObject({ decision: 'allow' });
      const fix = await writeSmallFix(folder, FILES[issue]);
      await writeAll(folder, { [LOG]: `- ${issue}\n` });
      await works(who, 'fix_verify', { issue, test: fix.test, test_files: [fix.testFile] });
      const { data } = await works(who, 'fix_commit', { issue, files: [...fix.files, LOG], ...WORDS });
      expect(data.files).toContain(LOG);
    }
    const { data } = await works(first, 'ledger_status');
    const modes = data.active.flatMap(({ paths }: { paths: { glob: string; mode: string }[] }) =>
      paths.filter(({ glob }) => glob.endsWith('.md')).map(({ mode }) => mode),
    );
    expect(new Set(modes)).toEqual(new Set(['shared']));
  });

  test('keeps out an edit of somebody who has not said so, and the guard says how', async () => {
    await register(first, FIRST, { shared: ['notes/**'] });
    await register(second, THIRD, {});
    const asked = await edit(join(await worktreeOf(second, THIRD), 'notes/a.md'));
    expect(asked.decision).toBe('deny');
    expect(asked.reason).toMatch(
      /notes\/a\.md is shared by first-crew[\s\S]* name it in `shared` \(ledger_register, ledger_update\)/,
    );
    await works(second, 'ledger_update', { issue: THIRD, shared: ['notes/a.md'] });
    expect((await edit(join(await worktreeOf(second, THIRD), 'notes/a.md'))).decision).toBe('allow');
  });

  test('is not disturbed by an edit of somebody who does not', async () => {
    await register(first, THIRD, { shared: ['docs/**'] });
    const folder = await worktreeOf(first, THIRD);
    expect((await edit(join(folder, 'docs/a.md'))).decision).toBe('allow');
    // Nobody has it for himself: another session's copy, in the main checkout, is nobody's business.
    expect((await edit(join(stage.repository, 'docs/a.md'), 1)).decision).toBe('allow');
  });
});
