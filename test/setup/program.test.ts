import { expect, test } from 'vitest';
import { asTyped, programName } from '../../src/setup/program.ts';

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
  expect(asTyped('pitcrew init', 'pitcrew')).toBe('pitcrew init');
});
