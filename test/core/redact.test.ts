import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSecretName, redact, redactValues } from '../../src/core/redact.ts';
import { KINDS, ORDINARY, UNTYPED } from './secrets.ts';

describe('planted secrets', () => {
  test.each(KINDS)('%s is replaced by its typed token, in any surroundings', (kind, secret) => {
    const token = `[secret:${kind}]`;
    expect(redact(secret)).toBe(token);
    expect(redact(`before ${secret} after`)).toBe(`before ${token} after`);
    expect(redact(`{"value":"${secret}"}`)).toBe(`{"value":"${token}"}`);
    expect(redact(`(${secret}),'${secret}'\n${secret}`)).toBe(`(${token}),'${token}'\n${token}`);
  });

  test.each(KINDS)('%s does not remain', (_kind, secret) => {
    for (const text of [secret, `x ${secret} y`, `url?x=${secret}&y=1`, `token=${secret}`, `"${secret}"`]) {
      expect(redact(text)).not.toContain(secret);
      expect(redact(text)).not.toContain(secret.slice(-12));
    }
  });

  test.each(UNTYPED)('nothing of the secret remains in %s', (text, secret) => {
    const clean = redact(text);
    expect(clean).not.toContain(secret);
    expect(clean).toContain('[secret:');
  });

  test('the name stays where a value was taken', () => {
    expect(redact('DB_PASSWORD=hunter22xx')).toMatch(/^DB_PASSWORD=\[secret:/);
    expect(redact('postgres://app:hunter22@db.internal:5432/shop')).toMatch(
      /^postgres:\/\/\[secret:.*\]@db\.internal:5432\/shop$/,
    );
  });
});

describe('ordinary text', () => {
  test.each(ORDINARY)('%s stays as it is', (text) => {
    expect(redact(text)).toBe(text);
  });

  test.each([
    'Basic authentication failed',
    'The basic functionality is broken',
    'a bearer authentication scheme',
  ])('%s stays as it is', (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe('twice is the same as once', () => {
  test.each([...KINDS.map(([, secret]) => secret), ...UNTYPED.map(([text]) => text)])('%s', (text) => {
    const once = redact(text);
    expect(redact(once)).toBe(once);
  });

  test('for any mixture of secrets, names and punctuation', () => {
    const pieces = fc.oneof(
      fc.constantFrom(...KINDS.map(([, secret]) => secret)),
      fc.constantFrom(
        'password',
        'token',
        'Bearer ',
        'secret:',
        '=',
        ': ',
        '"',
        "'",
        '[',
        ']',
        '@',
        '://',
        ' ',
        '\n',
      ),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const once = redact(parts.join(''));
        expect(redact(once)).toBe(once);
      }),
    );
  });
});

describe('redactValues', () => {
  test('takes out held tokens that look like nothing', () => {
    const own = 'correcthorsebattery';
    expect(redactValues(`sent ${own} and ${own}.`, [own])).not.toContain(own);
  });

  test('a short value is none: replacing it would take the text apart', () => {
    expect(redactValues('a test', ['t', '', 'test'])).toBe('a test');
  });
});

test.each([
  ['Authorization', true],
  ['cookie', true],
  ['Set-Cookie', true],
  ['X-Api-Key', true],
  ['api_key', true],
  ['accessToken', true],
  ['client_secret', true],
  ['password', true],
  ['user.password', true],
  ['SENTRY_DSN', true],
  ['csrf', true],
  ['accept', false],
  ['content-type', false],
  ['keyboard', false],
  ['tokenizer', false],
  ['secretary', false],
  ['user-agent', false],
])('isSecretName(%s) is %s', (name, expected) => {
  expect(isSecretName(name)).toBe(expected);
});

describe('hostile text', () => {
  const key = '-----BEGIN PRIVATE KEY-----';
  const seeds: [name: string, piece: string][] = [
    ['one endless word', 'a'],
    ['dots', 'a.'],
    ['hyphens', 'sk-'],
    ['beginnings of keys', key],
    ['a key without an end', `${key}${'A'.repeat(500)}`],
    ['beginnings of JWTs', 'eyJ-'],
    ['beginnings of addresses', 'http://a:'],
    ['assignments', 'password='],
    ['names of assignments', 'api-key.token_'],
    ['quotes', 'secret"   :   '],
    ['schemes', 'Bearer  basic '],
    ['Sentry tokens', 'sntrys_'],
  ];

  test.each(seeds)('%s: four times the text takes about four times as long', (_name, piece) => {
    const length = 1_000_000;
    const text = piece.repeat(Math.ceil(length / piece.length));
    const quarter = text.slice(0, length / 4);
    // A quadratic rule takes sixteen times as long, however often it is measured; the constant keeps tiny durations
    // out of the ratio.
    let ratio = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 8 && ratio > 9; attempt += 1) {
      ratio = Math.min(ratio, (timeOf(text) + 5) / (timeOf(quarter) + 5));
    }
    expect(ratio).toBeLessThan(9);
  });
});

/** Milliseconds of this process's own work: what else the machine does is not in them. */
function timeOf(text: string): number {
  const before = process.cpuUsage();
  redact(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
