import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PitcrewError } from '../../src/core/errors.ts';
import {
  incidentBranch,
  incidentSlug,
  sentryIncident,
  shortIdOf,
  shortName,
} from '../../src/core/incident.ts';

test('one issue has one name, however it is written', () => {
  const incident = sentryIncident('Pitstop', 'race-day-1f');
  expect(incident).toBe('sentry:pitstop/RACE-DAY-1F');
  expect(shortName(incident)).toBe('RACE-DAY-1F');
  expect(incidentSlug(incident)).toBe('sentry-race-day-1f');
  expect(incidentBranch(incident)).toBe('fix/sentry-race-day-1f');
});

describe('shortIdOf', () => {
  test.each([
    ['WEB-3F', 'WEB-3F'],
    ['web-3f', 'WEB-3F'],
    ['  web-3f\n', 'WEB-3F'],
    ['my_app.web-1', 'MY_APP.WEB-1'],
    ['4501', '4501'],
  ])('%j is %s', (argument, expected) => {
    expect(shortIdOf(argument)).toBe(expected);
  });

  test.each([
    '$(touch /tmp/x)',
    'WEB-3F; rm -rf .',
    'WEB-3F\nWEB-4',
    '../../etc/passwd',
    '/etc/passwd',
    '--help',
    '-x',
    '.git',
    '',
    ' ',
    'WEB 3F',
    'WEB-3F\0',
    'WÉB-1',
    'A'.repeat(101),
  ])('%j is refused in one sentence', (argument) => {
    const refuse = () => shortIdOf(argument);
    expect(refuse).toThrow(PitcrewError);
    expect(refuse).toThrow(/^"[ -~]*" is not a Sentry short id\.$/);
  });

  test('what comes out is safe as an argument, a file name and part of a branch', () => {
    const words = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'aZ0-_./ $;\n~^:') }),
    );
    fc.assert(
      fc.property(words, (argument) => {
        let id: string;
        try {
          id = shortIdOf(argument);
        } catch (error) {
          expect(error).toBeInstanceOf(PitcrewError);
          return;
        }
        expect(id).toMatch(/^[A-Z0-9][A-Z0-9_.-]*$/);
        expect(incidentSlug(sentryIncident('acme', id))).toMatch(/^sentry-[a-z0-9-]+$/);
      }),
      { numRuns: 500 },
    );
  });

  test('two issues never share a folder or a branch', () => {
    const slugs = ['MY_APP-1', 'MY.APP-1', 'MY-APP-1'].map((id) => incidentSlug(sentryIncident('acme', id)));
    expect(new Set(slugs).size).toBe(3);
  });
});
