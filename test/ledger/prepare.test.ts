import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prepare } from '../../ledger/apply/prepare.ts';
import { untrustedLine } from '../../src/core/untrusted.ts';
import { cmd, ownerOf } from './helpers.ts';

/** Short ones, some of them again and again, and such as are cleaned. */
const text = fc.oneof(
  fc.constantFrom(
    'main',
    'fix the orders',
    'ask bob@example.com',
    'a\u202eb',
    'token=ghp_0123456789012345678901234567890123456',
  ),
  fc.string({ minLength: 1, maxLength: 500 }),
);

test('what a session says of itself is cleaned alike the first time and every time after it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ session: text, intent: text, base: text, label: text }), { maxLength: 30 }),
      (all) => {
        for (const { session, intent, base, label } of [...all, ...all]) {
          if (untrustedLine(session, 200) === '') continue;
          const prepared = prepare('register', {
            cmd: cmd(),
            session,
            owner: { ...ownerOf('s'), label },
            incidents: ['sentry:a/A-1'],
            paths: [],
            base,
            ttlMs: 1000,
            intent,
          });
          expect(prepared).toMatchObject({
            session: untrustedLine(session, 200),
            intent: untrustedLine(intent, 300),
            base: untrustedLine(base, 120),
            owner: { label: untrustedLine(label, 200) },
          });
        }
      },
    ),
  );
});
