import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIssue, type SentryIssue } from '../../src/sentry/issue.ts';
import { countByReason, droppedLine, filterNoise, NOISE_DEFAULTS } from '../../src/triage/filters.ts';
import { compareScored, highestScore, scoreIssue } from '../../src/triage/score.ts';
import { signalsOf } from '../../src/triage/signals.ts';
import { fakeEvent, fakeIssue, NOW } from '../sentry/support/clients.ts';

function issue(fields: Record<string, unknown> = {}, number = 1): SentryIssue {
  const read = readIssue(fakeIssue(number, fields), () => '');
  if (!read) throw new Error('no issue');
  return read;
}
const frames = (inAppFrames: number, signalText = '') => ({ inAppFrames, signalText });
const solvability = (fields: Record<string, unknown>, signals = frames(0)) =>
  scoreIssue(issue(fields), signals).solvability;

describe('the score', () => {
  it('is explained term by term', () => {
    const text = { title: 'panic: assertion failed', count: '990', userCount: 1, substatus: 'regressed' };
    expect(scoreIssue(issue(text), frames(7))).toEqual({
      score: 50,
      solvability: 1.5,
      population: 50,
      reasons: [
        '7 in-app frames +0.5',
        'panic or assertion +0.2',
        'error +0.1',
        'regressed +0.1',
        '990 events, 1 users',
      ],
    });
  });

  it('takes words for words', () => {
    const plain = solvability({ title: 'x' });
    for (const title of ['zoom failed', 'room not found', 'bloom filter', 'Classroom', 'BOOM'])
      expect(solvability({ title })).toBe(plain);
    for (const title of ['oom', 'OOMKilled', 'out of memory', 'java.lang.OutOfMemoryError', 'worker: OOM!'])
      expect(solvability({ title })).toBeCloseTo(plain - 0.35);
    for (const title of ['SIGSEGV', 'Segmentation fault'])
      expect(solvability({ title })).toBeCloseTo(plain - 0.2);
    for (const title of ['AssertionError', 'debug_assert failed', 'panicked at'])
      expect(solvability({ title })).toBeCloseTo(plain + 0.2);
  });

  it('counts fatal as error, and an unknown stack as neither good nor bad', () => {
    expect(solvability({ level: 'fatal' })).toBe(solvability({ level: 'error' }));
    expect(solvability({ level: 'error' })).toBeGreaterThan(solvability({ level: 'warning' }));
    const unknown = scoreIssue(issue(), undefined);
    expect(unknown.reasons[0]).toBe('frames unknown');
    expect(unknown.solvability).toBeGreaterThan(solvability({}, frames(0)));
    expect(unknown.solvability).toBeLessThan(solvability({}, frames(1)));
  });

  it('damps one noisy issue', () => {
    const noisy = scoreIssue(issue({ count: '500000', userCount: 0 }), frames(0)).score;
    const solvable = scoreIssue(issue({ count: '2000', userCount: 300 }), frames(6)).score;
    expect(solvable).toBeGreaterThan(noisy);
  });

  const anyIssue = fc.record({
    title: fc.constantFrom('x', 'panic', 'oom', 'SIGSEGV in assert', 'out of memory: panic'),
    level: fc.constantFrom('fatal', 'error', 'warning', 'odd'),
    count: fc.nat({ max: 10_000_000 }),
    userCount: fc.nat({ max: 1_000_000 }),
    substatus: fc.constantFrom('regressed', 'escalating', 'new', undefined),
  });
  const anySignals = fc.option(
    fc.record({
      inAppFrames: fc.nat({ max: 300 }),
      signalText: fc.constantFrom('', 'assert', 'oom', 'sigsegv panic'),
    }),
    { nil: undefined },
  );

  it('stays between 0 and 100, and never above its bound', () => {
    fc.assert(
      fc.property(anyIssue, anySignals, (fields, signals) => {
        const { score } = scoreIssue(issue(fields), signals);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(highestScore(issue(fields)));
        expect(highestScore(issue(fields))).toBeLessThanOrEqual(100);
      }),
    );
  });

  it('orders equal scores by the last sighting, then by id', () => {
    const rows = [
      { score: 1, issue: issue({}, 2) },
      { score: 1, issue: issue({ lastSeen: new Date(NOW).toISOString() }, 3) },
      { score: 2, issue: issue({}, 4) },
      { score: 1, issue: issue({}, 1) },
    ];
    expect(rows.sort(compareScored).map((row) => row.issue.id)).toEqual(['1004', '1003', '1001', '1002']);
  });
});

describe('the signals of an event', () => {
  const frame = (name: string, inApp: unknown = true) => ({
    function: name,
    filename: 'a.rs',
    lineNo: 1,
    inApp,
  });
  const exception = (...values: unknown[]) => ({ entries: [{ type: 'exception', data: { values } }] });

  it('count the in-app frames of a chain once', () => {
    const cause = { type: 'IoError', value: 'disk', stacktrace: { frames: [frame('main'), frame('read')] } };
    const outer = {
      type: 'AppError',
      value: 'assert',
      stacktrace: { frames: [frame('main'), frame('run'), frame('lib', false)] },
    };
    expect(signalsOf(exception(cause, outer))).toEqual({
      inAppFrames: 3,
      signalText: 'IoError\ndisk\nAppError\nassert',
    });
  });

  it('come from the crashed thread where no exception has frames', () => {
    const threads = [
      { crashed: false, stacktrace: { frames: [frame('idle')] } },
      { crashed: true, stacktrace: { frames: [frame('a'), { function: 'b', in_app: true }] } },
    ];
    const entries = [
      { type: 'exception', data: { values: [{ type: 'SIGSEGV', value: null, stacktrace: null }] } },
      { type: 'threads', data: { values: threads } },
    ];
    expect(signalsOf({ entries })).toEqual({ inAppFrames: 2, signalText: 'SIGSEGV' });
    expect(signalsOf(fakeEvent(4)).inAppFrames).toBe(4);
  });

  it('are empty for anything else, and never fail', () => {
    for (const event of [
      undefined,
      null,
      'x',
      {},
      { entries: 'x' },
      { entries: [null, { type: 'exception' }] },
    ])
      expect(signalsOf(event)).toEqual({ inAppFrames: 0, signalText: '' });
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (data, frames) => {
        const { inAppFrames } = signalsOf({
          entries: [
            { type: 'exception', data },
            { type: 'threads', data: { values: [{ current: true, stacktrace: { frames } }] } },
          ],
        });
        expect(inAppFrames).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('the noise filters', () => {
  const daysAgo = (days: number) => ({ lastSeen: new Date(NOW - days * 86_400_000).toISOString() });
  const issues = [
    issue({ level: 'warning' }, 1),
    issue({ level: 'info' }, 2),
    issue({ level: 'debug' }, 3),
    issue({ ...daysAgo(8) }, 4),
    issue({ ...daysAgo(4), count: '1' }, 5),
    issue({ ...daysAgo(4), count: '2' }, 6),
    issue({ ...daysAgo(1), count: '1' }, 7),
    issue({ level: 'fatal', lastSeen: null }, 8),
    issue({ ...daysAgo(-1) }, 9),
  ];

  it('drop what is noise, each with its reason', () => {
    const { kept, dropped } = filterNoise(issues, NOISE_DEFAULTS, NOW);
    expect(kept.map(({ id }) => id)).toEqual(['1006', '1007', '1008', '1009']);
    expect(dropped.map(({ reason, detail }) => `${reason}: ${detail}`)).toEqual([
      'warning: level warning',
      'info: level info',
      'debug: level debug',
      'stale: not seen for 8 d',
      'once: seen once, 4 d ago',
    ]);
    expect(countByReason(dropped)).toEqual({ warning: 1, info: 1, debug: 1, stale: 1, once: 1 });
    expect(droppedLine(dropped, NOISE_DEFAULTS)).toBe(
      '5 dropped: 1 warning, 1 info, 1 debug, 1 not seen for 7 d, 1 seen once and not for 3 d',
    );
    expect(droppedLine([], NOISE_DEFAULTS)).toBe('');
  });

  it('are options', () => {
    const options = { includeLevels: ['warning', 'info', 'debug'], staleDays: 30, onceStaleDays: 30 };
    expect(filterNoise(issues, options, NOW).dropped).toEqual([]);
  });
});
