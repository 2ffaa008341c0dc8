import { expect, test } from 'vitest';
import { commandHelp } from '../../src/cli/help.ts';
import { inCommands } from '../../src/cli/in-commands.ts';
import { commands } from '../../src/tools/registry.ts';

test.each(commands.map(({ name }) => [name]))('%s becomes a command that there is', (name) => {
  const [, command = ''] = /^Use `pitcrew ([a-z -]+)`\.$/.exec(inCommands(`Use ${name}.`)) ?? [];
  expect(commandHelp(command.replace('ledger ', 'ledger-'))).toBeDefined();
});

test.each([
  ['ledger_status shows who holds what.', '`pitcrew ledger status` shows who holds what.'],
  ['Wait with ledger_register (`wait_seconds`).', 'Wait with `pitcrew ledger register` (`--wait-seconds`).'],
  ['Run fix_verify and fix_commit again.', 'Run `pitcrew fix-verify` and `pitcrew fix-commit` again.'],
  ['Take it over: `ledger_takeover WEB-3F`.', 'Take it over: `pitcrew ledger takeover WEB-3F`.'],
  ['When done: ledger_lane with `leave`.', 'When done: `pitcrew ledger lane` with `--leave`.'],
  ['`how: archive` is for that.', '`--how archive` is for that.'],
  ['Pass `test_files`, or `no_test_reason`.', 'Pass `--test-files`, or `--no-test-reason`.'],
])('%s', (text, command) => {
  expect(inCommands(text)).toBe(command);
});

test.each([
  'There is no command "ledger_status".',
  'src/tools/ledger_status.ts, ./ledger_status and my-ledger_status stay',
  'ledger_status_of is another word, and so is fix_verify.py',
  'Correct `setup` in pitcrew.yml, or set `unattended: draft-pr` there.',
  'Ask the person to run `pitcrew ledger takeover WEB-3F` in a terminal of their own.',
  'a test, the files, what to add and a release',
])('%s stays as it is', (text) => {
  expect(inCommands(text)).toBe(text);
});
