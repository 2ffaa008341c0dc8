import { expect, test } from 'vitest';
import { asTyped, programName } from '../../src/core/program-name.ts';

test.each([
  ['npx', '/home/x/.npm/_npx/ab12/node_modules/pitcrew', 'npx pitcrew'],
  ['installed in the project', '/home/x/shop/node_modules/pitcrew', 'npx pitcrew'],
  ['installed for the machine', '/usr/local/lib/node_modules/pitcrew', 'pitcrew'],
  [
    'installed for the person by pnpm',
    '/home/x/.local/share/pnpm/global/5/.pnpm/pitcrew@1.0.0/node_modules/pitcrew',
    'pitcrew',
  ],
  ['a clone', '/home/x/src/pitcrew', 'node /home/x/src/pitcrew/dist/pitcrew.mjs'],
  [
    'a plugin',
    '/home/x/.claude/plugins/cache/pitcrew/1.0.0',
    'node /home/x/.claude/plugins/cache/pitcrew/1.0.0/dist/pitcrew.mjs',
  ],
  [
    'a path with a space',
    "/home/x/it's mine/pitcrew",
    "node '/home/x/it'\\''s mine/pitcrew/dist/pitcrew.mjs'",
  ],
])('%s', (_name, root, program) => {
  expect(programName(root)).toBe(program);
});

test('commands in a text become what has to be typed; names of files and packages do not', () => {
  expect(asTyped('Run pitcrew init, then pitcrew doctor --json.', 'npx pitcrew')).toBe(
    'Run npx pitcrew init, then npx pitcrew doctor --json.',
  );
  const others =
    'pitcrew.yml, Pitcrew init, /opt/pitcrew init, claude plugin uninstall pitcrew, npx pitcrew init';
  expect(asTyped(others, 'npx pitcrew')).toBe(others);
  expect(asTyped('Try pitcrew sandbox. Run pitcrew init.', 'npx pitcrew')).toBe(
    'Try npx pitcrew sandbox. Run npx pitcrew init.',
  );
  expect(asTyped('pitcrew init', 'pitcrew')).toBe('pitcrew init');
  expect(
    asTyped('`pitcrew triage-select --triage t1`: pitcrew ledger takeover A, pitcrew initial', 'node $&'),
  ).toBe('`node $& triage-select --triage t1`: node $& ledger takeover A, pitcrew initial');
});
