import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPlainlyHarmless } from '../../src/policy/shell/plain.ts';
import { judgeCommand } from '../../src/policy/shell.ts';
import { bystander, holder } from './shell/facts.ts';

const BASES: readonly (readonly string[])[] = [
  ['git', 'stash'],
  ['git', 'add', '-A'],
  ['git', 'add', '.'],
  ['git', 'commit', '-am', 'x'],
  ['git', 'commit', '--no-verify', '-m', 'x'],
  ['git', 'reset', '--hard'],
  ['git', 'checkout', '--', '.'],
  ['git', 'clean', '-fdx'],
  ['git', 'push', '--force'],
  ['git', '-C', 'src', 'branch', '-D', 'x'],
];
const HARMLESS: readonly (readonly string[])[] = [
  ['git', 'status', '--short'],
  ['git', 'add', 'src/a.ts'],
  ['git', 'log', '--grep=git stash'],
  ['git', 'commit', '-m', 'never git add -A; git stash'],
  ['npm', 'test'],
  ['grep', '-rn', 'git reset --hard', 'docs'],
];

const single = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Wraps a command; each result is again one simple command when `simple` says so. */
const WRAPPERS: readonly { wrap(text: string): string; simple: boolean; ofSimple: boolean }[] = [
  ...[
    'env',
    'env A=1',
    'command',
    'exec',
    'nohup',
    'nice -n 5',
    'time',
    'timeout -k 1 5',
    'sudo -u ann',
    'stdbuf -oL',
    'setsid',
    'xargs',
    'xargs -n1',
    '2>/dev/null',
    'npx',
    'busybox env',
  ].map((prefix) => ({ wrap: (text: string) => `${prefix} ${text}`, simple: true, ofSimple: true })),
  { wrap: (text) => `find . -exec ${text} \\;`, simple: true, ofSimple: true },
  // Before a keyword it would be no shell, and behind another program no command.
  { wrap: (text) => `A=1 B=2 ${text}`, simple: false, ofSimple: true },
  ...['sh -c', 'bash -lc', 'zsh -ec', 'eval', 'su -c', 'script -qc', 'trap', 'busybox sh -c'].map(
    (prefix) => ({
      wrap: (text: string) => `${prefix} ${single(text)}${prefix === 'trap' ? ' EXIT' : ''}`,
      simple: prefix !== 'eval' && prefix !== 'trap',
      ofSimple: false,
    }),
  ),
  ...(
    [
      ['true && ', ''],
      ['! ', ''],
      ['ls; ', '; ls'],
      ['ls | ', ''],
      // With its space: `$((` would be arithmetic.
      ['( ', ' )'],
      ['{ ', '; }'],
      ['if ', '; then ls; fi'],
      ['for i in 1; do ', '; done'],
      ['while read l; do ', '; done'],
      ['f() { ', '; }; f'],
      ['echo "$(', ')"'],
      ['cat <(', ')'],
      ['case x in x) ', ';; esac'],
      ['echo x & ', ' &'],
      ['# a\n', '\nls'],
      ['cat <<EOF\n$(', ')\nEOF\n'],
      ['bash <<EOF\n', '\nEOF\n'],
      ['[[ -n $(', ') ]]'],
    ] as const
  ).map(([before, after]) => ({
    wrap: (text: string) => before + text + after,
    simple: false,
    ofSimple: false,
  })),
];

const command = (bases: readonly (readonly string[])[]) =>
  fc
    .tuple(fc.constantFrom(...bases), fc.array(fc.constantFrom(...WRAPPERS), { maxLength: 5 }))
    .map(([base, wrappers]) => {
      let text = base.map((word) => (/^[\w./-]+$/.test(word) ? word : single(word))).join(' ');
      let simple = true;
      for (const wrapper of wrappers) {
        if (wrapper.ofSimple && !simple) continue;
        // A here-document inside another would need a delimiter of its own.
        if (text.includes('EOF') && wrapper.wrap('').includes('EOF')) continue;
        // There a substitution is run before the script is read, and what stands in quotes in the script does not then.
        if (wrapper.wrap('').startsWith('bash <<EOF') && /\$\(/.test(text) && text.includes("'")) continue;
        text = wrapper.wrap(text);
        simple = wrapper.simple;
      }
      return text;
    });

const QUOTERS: readonly ((character: string) => string)[] = [
  (character) => (/[\w./-]/.test(character) ? character : `\\${character}`),
  (character) => `\\${character}`,
  (character) => single(character),
  (character) => `"${character}"`,
  (character) => `''${single(character)}""`,
  (character) => `$'\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}'`,
  (character) => `$'\\${character.charCodeAt(0).toString(8).padStart(3, '0')}'`,
  (character) => `\\\n${single(character)}`,
];

const requoted = (bases: readonly (readonly string[])[]) =>
  fc
    .tuple(fc.constantFrom(...bases), fc.infiniteStream(fc.constantFrom(...QUOTERS)))
    .map(([base, quoters]) => ({
      base: base.map(single).join(' '),
      text: base
        .map((word) => [...word].map((character) => (quoters.next().value ?? single)(character)).join(''))
        .join(' '),
    }));

const PLAIN_WORDS =
  'git npm npx yarn make cargo ls cat grep sort echo cd diff status stash add log show -A . .env -o a.ts src/a.ts ../x && || | ; test run install --output=x --hard 2>&1 >/dev/null sh env printenv pitcrew -p tsc vitest'.split(
    ' ',
  );
const FRAGMENTS = [
  'git',
  'stash',
  ' ',
  '\n',
  ';',
  '&&',
  '|',
  '(',
  ')',
  '{',
  '}',
  '$(',
  '${',
  '`',
  '"',
  "'",
  '\\',
  '<<EOF\n',
  'EOF\n',
  '<<<',
  '>',
  '$x',
  'x=',
  '[[',
  ']]',
  'case',
  'in',
  'esac',
  'for',
  'do',
  'done',
  'if',
  'then',
  'fi',
  'f()',
  '#',
  '*',
  '?',
  '{a,b}',
  '{1..9}',
  'eval',
  'sh',
  '-c',
  'xargs',
  'find',
  '-exec',
  "$'",
  '((',
  '))',
  '&',
  '!',
  '~',
  '\0',
  '\u{1f600}',
  '\ud800',
  'env',
  'alias',
  'set',
  '--',
  '-',
  'a=(',
  '@',
  '+=',
];

describe('whatever is put around a command', () => {
  test('a forbidden one stays forbidden', () => {
    fc.assert(
      fc.property(command(BASES), (text) => !judgeCommand(text, bystander()).allow),
      { numRuns: 1_500 },
    );
  });

  test('every way to quote its words comes to the same judgement', () => {
    fc.assert(
      fc.property(requoted([...BASES, ...HARMLESS]), ({ base, text }) => {
        expect(judgeCommand(text, bystander())).toEqual(judgeCommand(base, bystander()));
      }),
      { numRuns: 500 },
    );
  });

  test('a harmless one stays harmless', () => {
    fc.assert(
      fc.property(requoted(HARMLESS), ({ text }) => judgeCommand(text, bystander()).allow),
      { numRuns: 300 },
    );
  });

  test('forbidden lines stay forbidden behind and before harmless ones', () => {
    fc.assert(
      fc.property(command(BASES), command(HARMLESS), command(HARMLESS), (bad, one, other) => {
        fc.pre(!`${one}${other}`.includes('EOF') || !bad.includes('EOF'));
        expect(judgeCommand(`${one}\n${bad}\n${other}`, bystander()).allow).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe('any text', () => {
  test('is harmless to the judge too when the quick answer says so', () => {
    const words = fc.constantFrom(...PLAIN_WORDS);
    fc.assert(
      fc.property(fc.array(words, { maxLength: 8 }), (parts) => {
        const text = parts.join(' ');
        fc.pre(isPlainlyHarmless(text));
        expect(judgeCommand(text, holder())).toEqual({ allow: true });
        expect(judgeCommand(text, bystander())).toEqual({ allow: true });
      }),
      { numRuns: 2_000 },
    );
  });

  test('is judged without a throw', () => {
    const shellish = fc.array(fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ maxLength: 5 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(shellish, fc.boolean(), (parts, holds) => {
        const text = parts.join('');
        expect(typeof judgeCommand(text, holds ? holder() : bystander()).allow).toBe('boolean');
      }),
      { numRuns: 3_000 },
    );
  });

  const processorTime = (text: string): number => {
    const start = process.cpuUsage();
    judgeCommand(text, holder());
    const used = process.cpuUsage(start);
    return (used.user + used.system) / 1_000;
  };

  // Eight times the text: eight times the time when linear, 64 times when quadratic. The constant is for the collector.
  test.each([
    ...FRAGMENTS,
    'a=1;',
    '$[',
    '${a[',
    '${x:',
    '$((',
    '"$(',
    '>a ',
    'x{',
    'cat <<A\nx\n',
    'git add a;',
    'f(){ f; f; };',
    'GIT_A=1 git x;',
    'a ',
    'sudo ',
  ])('made of %j again and again takes time in proportion', (fragment) => {
    const make = (length: number) => fragment.repeat(Math.ceil(length / fragment.length));
    processorTime(make(2_000));
    const small = Math.min(processorTime(make(12_500)), processorTime(make(12_500)));
    expect(processorTime(make(100_000))).toBeLessThan(24 * small + 400);
  });

  test('nests as deeply as it likes', () => {
    for (const open of [
      '$(',
      '(',
      '{ ',
      '"$(',
      '${a:-',
      '`',
      '<(',
      'if ',
      'f() { ',
      '$((',
      '[[ ',
      'case x in x) ',
    ])
      expect(judgeCommand(`${open.repeat(20_000)}git stash`, bystander())).toBeDefined();
    expect(judgeCommand(`${'echo $('.repeat(60)}git stash${')'.repeat(60)}`, bystander())).toMatchObject({
      rule: 'unreadable',
    });
    expect(judgeCommand(`${'echo $('.repeat(60)}ls${')'.repeat(60)}`, bystander())).toEqual({ allow: true });
  });

  test('too long to read is refused only when it may hold something to read', () => {
    expect(judgeCommand(`echo ${'x '.repeat(200_000)}`, bystander())).toEqual({ allow: true });
    expect(judgeCommand(`echo ${'x '.repeat(200_000)}; g''it st''ash`, bystander())).toMatchObject({
      rule: 'unreadable',
    });
    expect(judgeCommand(`echo ${'x '.repeat(50_000)}; git stash`, bystander())).toMatchObject({
      rule: 'git-stash',
    });
  });
});
