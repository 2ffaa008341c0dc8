import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { FailureReason } from '../../src/checks/judge-failure.ts';
import { proveFix } from '../../src/checks/prove-fix.ts';
import { untrustedLine } from '../../src/core/untrusted.ts';
import { BROKEN, FIXED, folderWith, INCIDENT, node, REPRODUCTION } from './programs.ts';

const reproducing = { name: 'cart', command: `${node} --test cart.test.mjs`, timeoutSeconds: 60 };

interface Parts {
  base?: Record<string, string>;
  fix?: Record<string, string>;
  test?: Partial<typeof reproducing>;
  checks?: { name: string; command: string; timeoutSeconds: number }[];
  reason?: FailureReason;
}

async function prove({ base = {}, fix = {}, test: altered, checks = [], reason = INCIDENT }: Parts) {
  const progress: string[] = [];
  const proof = await proveFix({
    baseDirectory: folderWith({ 'cart.mjs': BROKEN, 'cart.test.mjs': REPRODUCTION, ...base }),
    fixDirectory: folderWith({ 'cart.mjs': FIXED, 'cart.test.mjs': REPRODUCTION, ...fix }),
    test: { ...reproducing, ...altered },
    testFiles: ['cart.test.mjs'],
    checks,
    reason,
    env: process.env,
    onProgress: (text) => progress.push(text),
  });
  return { proof, progress };
}

describe('proveFix', () => {
  test('red before, green after, checks passed', async () => {
    const { proof, progress } = await prove({
      checks: [{ name: 'lint', command: 'true', timeoutSeconds: 9 }],
    });
    expect(proof.verdict).toBe('proven');
    expect(proof.reason).toBe(
      "The test fails without the fix (it fails with the incident's own message) and passes with it; lint passed.",
    );
    expect(proof.before).toMatchObject({
      exitCode: 1,
      judgement: "It fails with the incident's own message.",
    });
    expect(proof.before.tail).toContain('Cannot read properties of undefined');
    expect(proof.after).toMatchObject({ exitCode: 0, judgement: 'It passes.' });
    expect(proof.checks).toMatchObject([{ name: 'lint', exitCode: 0 }]);
    expect(progress).toEqual([
      'cart: without the fix, it has to fail',
      'cart: with the fix, it has to pass',
      'cart: without the fix once more, it has to fail again',
      'lint: with the fix',
    ]);
  });

  test('a test that passes before is refused, and nothing else runs', async () => {
    const { proof, progress } = await prove({ base: { 'cart.mjs': FIXED } });
    expect(proof).toMatchObject({
      verdict: 'refused',
      reason: expect.stringContaining('does not reproduce'),
    });
    expect(proof.after).toBeUndefined();
    expect(progress).toHaveLength(1);
  });

  test.each([
    ['a test with a syntax error', { 'cart.test.mjs': 'import test from ;' }, /syntax error/],
    [
      'a test of a module that is not there',
      { 'cart.test.mjs': REPRODUCTION.replace('cart.mjs', 'carts.mjs') },
      /module/,
    ],
    ['a test that fails for another reason', { 'cart.mjs': 'export const total = () => 7;' }, /neither/],
    [
      'a test that is only named after the incident',
      {
        'cart.test.mjs': `import test from 'node:test'; test("${INCIDENT.messages[0]}", () => { throw new Error('x') })`,
      },
      /neither/,
    ],
    [
      'a test that fails in its own mistake',
      { 'cart.test.mjs': `import test from 'node:test'; test('x', () => { undeclared.lines; })` },
      /neither/,
    ],
  ])('%s is refused', async (_what, base, why) => {
    const { proof } = await prove({ base: base as Record<string, string> });
    expect(proof.verdict).toBe('refused');
    expect(proof.reason).toMatch(why);
  });

  test('a command that does not exist is refused', async () => {
    const { proof } = await prove({ test: { command: 'no-such-runner cart' } });
    expect(proof).toMatchObject({ verdict: 'refused', reason: expect.stringContaining('not found') });
  });

  test('a test that hangs before the fix is refused', async () => {
    const { proof } = await prove({
      base: { 'cart.test.mjs': 'setInterval(() => {}, 1000);' },
      test: { command: `${node} cart.test.mjs`, timeoutSeconds: 1 },
    });
    expect(proof).toMatchObject({ verdict: 'refused', before: { timedOut: true } });
  });

  test('a fix that does not fix is refused', async () => {
    const { proof } = await prove({ fix: { 'cart.mjs': BROKEN } });
    expect(proof).toMatchObject({ verdict: 'refused', after: { exitCode: 1 }, checks: [] });
    expect(proof.reason).toBe('With the fix, the test still fails with exit code 1.');
  });

  test.each([
    ['skipped', REPRODUCTION.replace("nothing', ()", "nothing', { skip: true }, ()")],
    ['todo and filtered', `import test from 'node:test'; test.skip('x', () => {});`],
  ])('a test that is %s with the fix is refused', async (_what, text) => {
    const { proof } = await prove({ fix: { 'cart.test.mjs': text } });
    expect(proof).toMatchObject({ verdict: 'refused', after: { exitCode: 0 } });
    expect(proof.reason).toContain('no test ran');
  });

  test('a failing check is refused, and later ones do not run', async () => {
    const checks = ['true', 'exit 4', 'true'].map((command, index) => ({
      name: `c${index}`,
      command,
      timeoutSeconds: 9,
    }));
    const { proof } = await prove({ checks });
    expect(proof.verdict).toBe('refused');
    expect(proof.reason).toBe('With the fix, the check c1 fails with exit code 4.');
    expect(proof.checks.map((check) => check.exitCode)).toEqual([0, 4]);
  });

  test('a folder that is gone is an input error', async () => {
    const missing = `${folderWith()}/gone`;
    const folders = { baseDirectory: missing, fixDirectory: missing };
    const rest = {
      test: reproducing,
      testFiles: ['cart.test.mjs'],
      checks: [],
      reason: INCIDENT,
      env: process.env,
    };
    await expect(proveFix({ ...folders, ...rest })).rejects.toMatchObject({ kind: 'input' });
  });

  // Evidence masks a person's address; a test's own is on loopback, or is somebody else's.
  test.each([
    ['connect ECONNREFUSED 203.0.113.9:5432', '127.0.0.1:40123'],
    ['connect ECONNREFUSED 2001:db8::9:5432', '::1:40123'],
    ['connect ECONNREFUSED 127.0.0.1:5432', '203.0.113.77:5432'],
    ['No account for carol@acme.example', 'test@localhost'],
    ['No account for carol@acme.example', 'dave@other.example'],
  ])(
    'an incident that names an address is proven with another one, and neither is shown: %s, %s',
    async (incident, address) => {
      const said = incident.replace(/\S+$/, address);
      const { proof } = await prove({
        base: { 'cart.mjs': `export const total = () => { throw new Error(${JSON.stringify(said)}); };` },
        reason: { types: ['Error'], messages: [untrustedLine(incident, 500)], frames: [] },
      });
      expect(proof).toMatchObject({
        verdict: 'proven',
        before: { judgement: "It fails with the incident's own message." },
      });
      expect(JSON.stringify(proof)).not.toMatch(/acme\.example|other\.example|203\.0\.113|2001:db8/);
    },
  );

  test('an incident that names an address is not proven by the same sentence about something else', async () => {
    const { proof } = await prove({
      base: {
        'cart.mjs': `export const total = () => { throw new Error('No room for dave@other.example'); };`,
      },
      reason: {
        types: ['Error'],
        messages: [untrustedLine('No account for carol@acme.example', 500)],
        frames: [],
      },
    });
    expect(proof).toMatchObject({ verdict: 'refused', reason: expect.stringContaining('neither') });
  });

  const python = spawnSync('python3', ['-c', 'import unittest']).status === 0;
  test.skipIf(!python)('a Python project', async () => {
    const program = (body: string) => ({
      'shop.py': `def owner(row):\n    return ${body}\n`,
      'test_shop.py':
        'import unittest\nfrom shop import owner\nclass T(unittest.TestCase):\n    def test_owner(self):\n        self.assertIsNone(owner({}))\n',
    });
    const prove = (base: Record<string, string>) =>
      proveFix({
        baseDirectory: folderWith(base),
        fixDirectory: folderWith(program("row.get('user_id')")),
        test: { name: 'shop', command: 'python3 -m unittest test_shop', timeoutSeconds: 60 },
        testFiles: ['test_shop.py'],
        checks: [],
        reason: { types: ['KeyError'], messages: ["'user_id'"], frames: [] },
        env: process.env,
      });
    expect(await prove(program("row['user_id']"))).toMatchObject({ verdict: 'proven' });
    expect(await prove({ ...program(''), 'shop.py': 'def owner(row):\nreturn 1\n' })).toMatchObject({
      verdict: 'refused',
      reason: expect.stringContaining('indentation'),
    });
    expect(await prove({ ...program(''), 'shop.py': 'import no_such_module\n' })).toMatchObject({
      verdict: 'refused',
      reason: expect.stringContaining('import'),
    });
  });
});
