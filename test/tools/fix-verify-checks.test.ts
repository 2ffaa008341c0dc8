import { afterEach, describe, expect, test } from 'vitest';
import { crashIn } from '../support/crashes.ts';
import { masked } from '../support/masked.ts';
import { connect, type TestClient } from '../support/mcp.ts';
import { writeAll, writeSmallFix } from '../support/small-fix.ts';
import { openStage, type Stage } from '../support/stage.ts';
import { claim, fails, NO_TEST, newestIssue, person, works, worktreeOf } from '../support/steps.ts';

const FILE = 'src/garage/lift.mjs';
const CONFIG = `sentry:
  organization: pitstop
github:
  repository: pitstop/race-day
  base: main
`;

let stage: Stage;
let client: TestClient;
afterEach(async () => {
  await client.close();
  await stage.close();
});

/** A claimed issue with a right fix and its test in its worktree; `onBase` is committed before. */
async function opened(config: string, onBase: Record<string, string> = {}) {
  stage = await openStage({ config });
  await writeAll(stage.repository, onBase);
  await stage.git('add', '--all');
  await stage.git('commit', '--quiet', '--allow-empty', '--message', 'more');
  await stage.git('push', '--quiet', 'origin', 'main');
  await stage.crash(crashIn(FILE));
  client = await connect(stage, { answer: person().answer });
  const issue = await newestIssue(client);
  await claim(client, [issue]);
  const folder = await worktreeOf(client, issue);
  const fix = await writeSmallFix(folder, FILE);
  return { issue, test: fix.test, test_files: [fix.testFile], folder };
}

describe('a check that was red before the fix', () => {
  const checks = (run: string) => `${CONFIG}checks:\n  - name: tests\n    run: ${run}\n`;

  test('is said to be, and is not for the fix to mend', async () => {
    const { folder: _, ...call } = await opened(checks('echo old trouble; exit 3'));
    const failure = await fails(client, 'fix_verify', call, 'refused');
    expect(masked(`${failure.message}\n${failure.hint}`, stage)).toMatchInlineSnapshot(`
      "Not proven: With the fix, the check tests fails with exit code 3.
      - reproducing test: exit 1 in <n> s; It fails with the incident's own message.
      - reproducing test: exit 0 in <n> s; It passes.
      - tests: exit 3 in <n> s; Without the fix it fails with exit code 3 too.
      \`\`\`untrusted output of tests
      old trouble
      \`\`\`
      Tell the person: it has to be mended on the base first, or taken out of \`checks\` in pitcrew.yml."
    `);
  });

  test('the same where there is no test', async () => {
    const { issue } = await opened(checks('exit 3'));
    const failure = await fails(client, 'fix_verify', { issue, no_test_reason: NO_TEST }, 'refused');
    expect(failure.message).toContain('Without the fix it fails with exit code 3 too.');
  });

  test('the test itself is not taken for it: a check that runs it is green before', async () => {
    const { folder, ...call } = await opened(
      checks('for file in test/*.sh; do sh $file || exit 1; done; test ! -e BROKEN'),
      {
        'test/old.sh': 'exit 0\n',
      },
    );
    await writeAll(folder, { BROKEN: '' });
    const failure = await fails(client, 'fix_verify', call, 'refused');
    expect(failure.message).toContain('With the fix, the check tests fails with exit code 1.');
    expect(failure.message).not.toContain('Without the fix it');
    await writeAll(folder, { 'test/old.sh': `test -e '${FILE}'\n` });
    const both = { ...call, test_files: [...call.test_files, 'test/old.sh'] };
    expect((await fails(client, 'fix_verify', both, 'refused')).message).not.toContain('Without the fix it');
  });
});

test('where no check is known, the answer says that none ran', async () => {
  const { folder: _, ...call } = await opened(CONFIG, { 'package.json': '{ "name": "bare" }\n' });
  const answer = await works(client, 'fix_verify', call);
  expect(answer.text).toContain('\nNo check of the project ran: pitcrew.yml names none');
  expect(answer.data.proof.checks).toEqual([]);
});
