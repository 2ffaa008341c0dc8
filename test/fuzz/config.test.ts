import fc from 'fast-check';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { type Config, loadConfig } from '../../src/config/config.ts';
import { useFolder } from './folder.ts';
import { fuzz, orOurError } from './fuzz.ts';
import { repeated } from './linear.ts';
import { anyJson, hostileText } from './texts.ts';

const folder = useFolder();

/** As it is committed in HEAD, the way that counts. */
const load = (text: string): Promise<Config> =>
  loadConfig(folder.path, async (name) => (name === 'pitcrew.yml' ? text : undefined));

/** What every text has to come to: a whole configuration, or an error that names the file. */
async function expectConfigOrError(text: string): Promise<Config | undefined> {
  const before = Object.getOwnPropertyNames(Object.prototype).length;
  const config = await orOurError(() =>
    load(text).catch((error: Error) => {
      if (!error.message.includes('pitcrew.yml')) throw new Error(`Names no file: ${error.message}`);
      throw error;
    }),
  );
  expect(Object.getOwnPropertyNames(Object.prototype).length).toBe(before);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  if (config === undefined) return undefined;
  expect(['stop', 'draft-pr']).toContain(config.unattended);
  expect(config.triage.period).toMatch(/^\d{1,3}[hdw]$/);
  expect(Array.isArray(config.sentry.projects)).toBe(true);
  expect(Object.getPrototypeOf(config)).toBe(Object.prototype);
  expect(Object.hasOwn(config, '__proto__')).toBe(false);
  return config;
}

const KEYS = [
  ...['sentry', 'triage', 'github', 'setup', 'checks', 'worktrees', 'unattended', 'organization', 'projects'],
  ...[
    'environments',
    'query',
    'period',
    'include_levels',
    'stale_days',
    'once_stale_days',
    'repository',
    'base',
  ],
  ...[
    'labels',
    'reviewers',
    'name',
    'run',
    'timeout_seconds',
    'policy',
    '__proto__',
    'constructor',
    'prototype',
  ],
];
const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...KEYS) },
  { weight: 1, arbitrary: hostileText(3) },
);
const leaf = fc.oneof(
  fc.constantFrom(
    ...['draft-pr', 'stop', '14d', '999w', 'owner/name', '../..', '/', '~', 'warning', 'x', '', null],
  ),
  hostileText(4),
  fc.double(),
  fc.integer({ min: -1, max: 400 }),
  fc.boolean(),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('tree')), { maxLength: 5 }).map((pairs) => {
      const object: Record<string, unknown> = Object.create(null);
      for (const [name, value] of pairs) object[name] = value;
      return object;
    }),
  ),
}));

fuzz('any tree, written as YAML or JSON', fc.oneof(tree, anyJson()), async (value) => {
  for (const write of [stringify, JSON.stringify]) {
    const text = await textOf(write, value);
    if (text !== undefined) await expectConfigOrError(text);
  }
});

/** Not everything can be written: a number too large, a text that is no text. */
async function textOf(write: (value: unknown) => string | undefined, value: unknown) {
  try {
    return write(value);
  } catch {
    return undefined;
  }
}

const TOKENS = [
  ...[
    '\n',
    '\n  ',
    '\n    ',
    ' ',
    ': ',
    '- ',
    '? ',
    '# ',
    '|',
    '>',
    '>-',
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    "'",
    '\t',
  ],
  ...[
    '&a ',
    '*a',
    '*b',
    '<<: ',
    '<<: *a',
    '!!binary ',
    '!!js/function ',
    '!!set ',
    '!!float ',
    '!x ',
    '%YAML 1.2',
    '%',
  ],
  ...[
    '---\n',
    '...\n',
    '~',
    'null',
    'yes',
    '0x1F',
    '.inf',
    '2026-11-21',
    '\ufeff',
    '\u0085',
    '__proto__: ',
    '=',
    '@',
    '`',
  ],
  ...['toString: ', 'polluted: true', '{a: &a {b: *a}}', '\\u0000', '\r'],
];
const yaml = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...TOKENS) },
      { weight: 2, arbitrary: key.map((name) => `${name}: `) },
      { weight: 1, arbitrary: hostileText(2) },
    ),
    { maxLength: 24 },
  )
  .map((pieces) => pieces.join(''));

fuzz(
  'any text',
  yaml,
  async (text) => {
    await expectConfigOrError(text);
  },
  {
    examples: [
      // Was a control character in the message; a warning on stderr; minutes of work.
      '\u202e: ',
      '{a: b}: c',
      '? '.repeat(500),
    ],
  },
);

fuzz(
  'a right configuration is read as it was written',
  fc.record(
    {
      sentry: fc.record({
        organization: fc.stringMatching(/^[a-z0-9-]{1,20}$/),
        projects: fc.array(fc.stringMatching(/^[a-z-]{1,9}$/)),
      }),
      triage: fc.record({
        stale_days: fc.integer({ min: 1, max: 365 }),
        period: fc.stringMatching(/^\d{1,3}[hdw]$/),
      }),
      unattended: fc.constantFrom('stop', 'draft-pr'),
      setup: fc.string({ minLength: 1 }),
      worktrees: fc.stringMatching(/^[a-z]{1,9}(\/[a-z]{1,9}){0,3}$/),
    },
    { requiredKeys: [] },
  ),
  async (value) => {
    expect(await expectConfigOrError(stringify(value))).toMatchObject(value);
  },
);

// An alias for each of the last ten, ten deep: ten thousand million in the end.
const bomb = (width: number, depth: number) =>
  Array.from({ length: depth }, (_, level) => {
    const inner = level === 0 ? 'x' : `*a${level - 1}`;
    return `a${level}: &a${level} [${Array.from({ length: width }, () => inner).join(', ')}]`;
  }).join('\n');

fuzz(
  'aliases that unfold to more than there is memory, and nesting deeper than there is stack, are errors',
  fc.oneof(
    fc
      .tuple(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 2, max: 12 }))
      .map(([width, depth]) => bomb(width, depth)),
    fc
      .tuple(
        fc.constantFrom('[', '{a: ', '- ', '? ', '[{', '\n- ', '!x [', '&a ['),
        fc.integer({ min: 10, max: 20_000 }),
      )
      .map(([piece, times]) => piece.repeat(times)),
  ),
  async (text) => {
    expect(await expectConfigOrError(`checks:\n  ${text}`)).toBeUndefined();
    expect(await expectConfigOrError(text)).toBeUndefined();
  },
  { cost: 40 },
);

// The parser is quadratic in some texts, so there is a limit instead: what is longer is refused unread.
fuzz(
  'a text as long as it may be is read or refused, and a longer one is refused',
  repeated(fc.oneof(fc.constantFrom(...TOKENS), fc.string({ maxLength: 3 }))),
  async ({ start, piece, end }) => {
    const text = start + piece.repeat(Math.ceil(16_000 / piece.length)) + end;
    await expectConfigOrError(text);
    expect(await expectConfigOrError(text.repeat(2))).toBeUndefined();
  },
  { cost: 10, examples: [{ start: '|', piece: '\r', end: ' ' }] },
);
