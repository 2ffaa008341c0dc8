import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/core/package-root.ts';
import { type EngineerFix, loadEngineer } from '../../../src/sandbox/sample-app/engineer.ts';
import { git, shell, withApp } from './temporary-app.ts';

/** What the reproducing test of each bug has to say at the base: the incident's own exception and place. */
const INCIDENTS = {
  'busy-report-store': [
    'ReportPublishError: Could not publish the race report',
    'writeReport',
    'src/reports/publish-report.mjs',
  ],
  'empty-forecast-entry': [
    'SyntaxError: Unexpected end of JSON input',
    'parseEntry',
    'src/weather/forecast-cache.mjs',
  ],
  'laps-after-the-flag': ['RangeError: Invalid array length', 'remainingLaps', 'src/strategy/stint-plan.mjs'],
  'last-bin-overrun': [
    "TypeError: Cannot read properties of undefined (reading 'available')",
    'allocate',
    'src/inventory/allocation.mjs',
  ],
  'lost-supplier-rejection': [
    'SupplierUnavailableError: Supplier answered 503',
    'fetchLevels',
    'src/inventory/supplier-client.mjs',
  ],
  'mutually-mounted-parts': [
    'RangeError: Maximum call stack size exceeded',
    'weigh',
    'src/garage/assembly-tree.mjs',
  ],
  'order-without-contract': [
    "TypeError: Cannot read properties of undefined (reading 'terms')",
    'contractDiscount',
    'src/orders/pricing.mjs',
  ],
  'short-lap-time': ['RangeError: Invalid time value', 'formatLapTime', 'src/timing/lap-time.mjs'],
} as const;

let engineer: EngineerFix[];
beforeAll(async () => {
  engineer = await loadEngineer();
});

const fixOf = (bug: string): EngineerFix => {
  const fix = engineer.find((candidate) => candidate.bug === bug);
  if (!fix) throw new Error(`The engineer has no fix for ${bug}.`);
  return fix;
};

test('the engineer knows every bug, and one answer takes two tries', () => {
  expect(engineer.map(({ bug }) => bug)).toEqual(Object.keys(INCIDENTS).sort());
  expect(engineer.filter(({ attempts }) => attempts.length > 1).map(({ bug }) => bug)).toEqual([
    'short-lap-time',
  ]);
});

describe.each(Object.entries(INCIDENTS))('%s', (bug, [exception, place, file]) => {
  test('its test fails at the base for the reason of the incident, until the last attempt', async () => {
    const fix = fixOf(bug);
    await withApp(async (repository) => {
      await writeFile(join(repository, fix.testFile), await reproducingTest(fix));
      const before = await shell(fix.testCommand, repository);
      expect(before.code).not.toBe(0);
      expect(plainNames(before.output)).toContain(exception);
      expect(before.output).toContain(place);
      expect(before.output).toContain(file);

      const codes: number[] = [];
      for (const attempt of fix.attempts) {
        await attempt.apply(repository);
        codes.push((await shell(fix.testCommand, repository)).code);
      }
      expect(codes.pop()).toBe(0);
      expect(codes.every((code) => code !== 0)).toBe(true);
    });
  });

  test('it is found by its exception, wherever the app lies, and by no other', () => {
    const [type = '', value = ''] = exception.split(/: (.*)/);
    for (const path of [`app:///${file}`, `/srv/pitstop/${file}`, file, '<anonymous>', undefined]) {
      const issue = { type, value, title: exception, function: place, file: path };
      expect(engineer.filter((fix) => fix.matches(issue)).map((fix) => fix.bug)).toEqual([bug]);
    }
    const elsewhere = { type, value, title: exception, file: 'src/somewhere/else.mjs' };
    expect(engineer.some((fix) => fix.matches(elsewhere))).toBe(false);
    expect(engineer.some((fix) => fix.matches({ type: 'Error', value, title: exception }))).toBe(false);
  });
});

test('all fixes together: each patch applies with git, only declared files change, every test passes', async () => {
  await withApp(async (repository) => {
    expect((await shell('node --test', repository)).code).toBe(0);
    await git(['init', '--quiet'], repository);
    await git(['add', '--all'], repository);
    for (const fix of engineer) {
      for (const attempt of fix.attempts) await attempt.apply(repository);
    }
    const changed = await git(['status', '--porcelain', '--untracked-files=all'], repository);
    const touched = changed.output.split('\n').filter((line) => /^(.M|\?\?)/.test(line));
    expect(touched.map((line) => line.slice(3)).sort()).toEqual(
      engineer.flatMap(({ files }) => files).sort(),
    );

    const after = await shell('node --test', repository);
    expect(after.output).toMatch(/fail 0/);
    expect(after.code).toBe(0);

    await git(['checkout', '--quiet', '--', '.'], repository);
    for (const fix of engineer) {
      const patches = (await readdir(engineerFolder(fix))).filter((name) => name.endsWith('.patch'));
      patches.sort((a) => (a === 'fix.patch' ? 1 : -1));
      expect(patches).toHaveLength(fix.attempts.length);
      for (const patch of patches) {
        const check = patch === 'fix.patch' ? [] : ['--check'];
        const applied = await git(['apply', ...check, join(engineerFolder(fix), patch)], repository);
        expect(applied).toEqual({ code: 0, output: '' });
      }
    }
    expect((await shell('node --test', repository)).code).toBe(0);
  });
});

test('the wrong first try ends the crash, but not the bug', async () => {
  const fix = fixOf('short-lap-time');
  await withApp(async (repository) => {
    await fix.attempts[0]?.apply(repository);
    const { code, output } = await shell(fix.testCommand, repository);
    expect(code).toBe(1);
    expect(output).not.toContain('RangeError');
    expect(output).toContain('58:12.240');
  });
});

test('an attempt may be applied twice, and after any other', async () => {
  const fix = fixOf('short-lap-time');
  const source = fix.files[0] ?? '';
  await withApp(async (repository) => {
    const read = () => readFile(join(repository, source), 'utf8');
    const last = fix.attempts.at(-1);
    await last?.apply(repository);
    const fixed = await read();
    await fix.attempts[0]?.apply(repository);
    expect(await read()).not.toBe(fixed);
    await last?.apply(repository);
    await last?.apply(repository);
    expect(await read()).toBe(fixed);
  });
});

/** Node's test runner shows an error of a class of the app's own as `Error [ReportPublishError]: …`. */
const plainNames = (output: string) => output.replaceAll(/\bError \[(\w+)\]:/g, '$1:');

const engineerFolder = (fix: EngineerFix) =>
  join(packageRoot(), 'src', 'sandbox', 'sample-app', 'engineer', fix.bug);

const reproducingTest = (fix: EngineerFix) =>
  readFile(join(engineerFolder(fix), fix.testFile.replace('test/', '')), 'utf8');
