import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskPersons, redact, redactPersonal } from '../../src/core/redact.ts';
import { untrustedBlock, untrustedLine } from '../../src/core/untrusted.ts';
import { FORMS, leftOf } from './forms.ts';

const PASSWORD = 'hunter22';

const ADDRESSES = [
  'ann@example.com',
  'ann.lee+shop@mail.example.co.uk',
  "o'neil@example.org",
  'ANN_42@EXAMPLE.ORG',
  'ann@corp.local',
  '203.0.113.9',
  '93.184.216.34',
  '185.199.108.153',
  '2001:db8:85a3::8a2e:370:7334',
  '2606:2800:220:1:248:1893:25c8:1946',
];

describe.each(FORMS)('%s', (_name, encode) => {
  test.each(ADDRESSES)('%s is masked', (address) => {
    const text = encode(`user ${address} failed`);
    expect(leftOf(address, text)).toBeDefined();
    const clean = redactPersonal(text);
    expect(leftOf(address, clean)).toBeUndefined();
    expect(clean).toMatch(/\[(?:email|ip)\]/);
    expect(redactPersonal(clean)).toBe(clean);
  });
});

test.each([
  ['ann@example.com', '[email]'],
  ['<ann@example.com>, bob@example.org', '<[email]>, [email]'],
  ["no user 'ann@example.com' here", "no user '[email]' here"],
  ['mailto:ann@example.com?subject=x', 'mailto:[email]?subject=x'],
  ['from 203.0.113.9:443.', 'from [ip]:443.'],
  ['::ffff:203.0.113.9', '::ffff:[ip]'],
  ['[2001:db8::1]:8080', '[[ip]]:8080'],
  ['X-Forwarded-For: 203.0.113.9, 10.0.0.1', 'X-Forwarded-For: [ip], 10.0.0.1'],
])('%s becomes %s', (text, expected) => {
  expect(maskPersons(text)).toBe(expected);
  expect(untrustedLine(text, 200)).toBe(expected);
  expect(untrustedBlock(text, 200)).toBe(expected);
  expect(redact(text), 'a secret it is not').toBe(text);
});

test.each([
  '127.0.0.1:5432',
  '10.1.22.33',
  '172.16.44.55',
  '192.168.44.55',
  '169.254.169.254',
  '100.64.11.12',
  '0.0.0.0:8080',
  '255.255.255.0',
  '224.0.0.251',
  '::1',
  'fe80::1ff:fe23:4567:890a',
  'fd00::1234',
  '8.8.8.8',
  '1.2.3.4',
  'v1.20.30.40',
  'version 1.20.30.40',
  'Version=13.0.11.12',
  'lib==1.20.30.40',
  'lib@1.20.30.40',
  'lib-1.20.30.40.jar',
  'Chrome/120.0.0.0',
  '1.3.6.1.4.1.311.21.20',
  '24.5.1.1',
  '10:22:31.123',
  'std::a::b',
  'dead::beef',
  'git@github.com:pitstop/race-day.git',
  'user@host',
  'express@4.18.2',
  'package@1.0.0.beta',
  '@scope/package@1.2.3',
  'icon@2x.png',
  'this@MainActivity.finish()',
  'a@b',
  'sshd@12.service',
])('%s stays', (text) => {
  expect(maskPersons(text)).toBe(text);
  expect(maskPersons(`in ${text} here`)).toBe(`in ${text} here`);
});

test('a host keeps its name where a password before it is taken out', () => {
  expect(redactPersonal(`postgres://app:${PASSWORD}@db.example.com:5432/shop`)).toBe(
    `postgres://${'[secret:url-credentials]'}@db.example.com:5432/shop`,
  );
});

test('masking twice is the same as once, for any mixture', () => {
  const pieces = fc.oneof(
    fc.constantFrom(
      ...ADDRESSES,
      '@',
      '.',
      ':',
      '%40',
      '%2E',
      '\\u0040',
      '[email]',
      '[ip]',
      'password=',
      ' ',
    ),
    fc.string({ maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 10 }), (parts) => {
      const once = redactPersonal(parts.join(''));
      expect(redactPersonal(once)).toBe(once);
    }),
    { numRuns: 500 },
  );
});
