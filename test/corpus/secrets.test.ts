import { describe, expect, test } from 'vitest';
import { defusedBlock } from '../../src/core/defuse.ts';
import { redact } from '../../src/core/redact.ts';
import { untrustedBlock, untrustedCell, untrustedLine } from '../../src/core/untrusted.ts';
import { FORMS, leftOf } from './forms.ts';
import { KINDS, SECRETS } from './secrets.ts';

test('the corpus has the size that it is said to have, and no secret twice', () => {
  expect(KINDS.size).toBeGreaterThanOrEqual(100);
  expect(SECRETS.length).toBeGreaterThanOrEqual(400);
  expect(new Set(SECRETS.map(({ secret }) => secret)).size).toBe(SECRETS.length);
});

/** What a log, a message or a program has around it. */
const SURROUNDINGS: ((text: string) => string)[] = [
  (text) => text,
  (text) => `request failed: ${text} (attempt 2)`,
  (text) => `{"level":"error","value":"${text}"}`,
  (text) => `first line\n${text}\nlast line`,
];

test.each(SURROUNDINGS.map((around) => [around('...'), around] as const))('plain, in %j', (_name, around) => {
  const left = SECRETS.filter(({ text, secret }) => leftOf(secret, redact(around(text))) !== undefined);
  expect(left.map(({ kind }) => kind)).toEqual([]);
});

describe.each(FORMS)('%s', (_name, encode) => {
  test('the secrets are there to be seen before', () => {
    const unseen = SECRETS.filter(({ text, secret }) => leftOf(secret, encode(text)) === undefined);
    expect(unseen.map(({ kind }) => kind)).toEqual([]);
  });

  test('no secret remains, nor a piece of it', () => {
    const left = SECRETS.flatMap(({ kind, text, secret }, row) => {
      const shown = SURROUNDINGS[row % SURROUNDINGS.length]?.(encode(text)) ?? '';
      const clean = redact(shown);
      return leftOf(secret, clean) === undefined ? [] : [`${kind}: ${shown} -> ${clean}`];
    });
    expect(left).toEqual([]);
  });

  test('twice is the same as once', () => {
    const changed = SECRETS.map(({ text }) => redact(encode(text))).filter((once) => redact(once) !== once);
    expect(changed).toEqual([]);
  });
});

test('every way of a text into an answer takes them out, wherever it is cut', () => {
  const ways = [untrustedLine, untrustedBlock, untrustedCell, defusedBlock];
  const left = SECRETS.flatMap(({ kind, text, secret }, row) => {
    const around = `${'word '.repeat(row % 9)}${text} and more`;
    const lengths = [20, 200];
    return ways.flatMap((way) =>
      lengths
        .filter((length) => leftOf(secret, way(around, length)) !== undefined)
        .map(() => `${way.name}: ${kind}`),
    );
  });
  expect(left).toEqual([]);
});

test('what is hidden by characters that are not seen is found', () => {
  const left = SECRETS.filter(({ text, secret }) => {
    const middle = text.indexOf(secret) + 5;
    const hidden = `${text.slice(0, middle)}\u200b\u{e0041}\u001b[0m${text.slice(middle)}`;
    return leftOf(secret, untrustedLine(hidden, 5000)) !== undefined;
  });
  expect(left.map(({ kind }) => kind)).toEqual([]);
});

test('what stands around a secret stays', () => {
  const lost = SECRETS.filter(({ text }) => {
    const clean = redact(`before it ${text}\nafter it`);
    return !(clean.startsWith('before it ') && clean.endsWith('\nafter it'));
  });
  expect(lost.map(({ text }) => redact(`before it ${text}\nafter it`))).toEqual([]);
});

test('a token that was cut short by the limit of a field is known by its beginning', () => {
  const cut = SECRETS.filter(({ text, secret }) => text === secret && text.length > 30).map(({ text }) => {
    return text.slice(0, Math.ceil(text.length * 0.7));
  });
  const left = cut.filter((text) => leftOf(text.slice(12), redact(`x ${text}`)) !== undefined);
  expect(left.length / cut.length, left.join('\n')).toBeLessThan(0.15);
});
