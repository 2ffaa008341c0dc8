import { inputError } from '../core/errors.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { commands, toolOfCommand } from '../tools/registry.ts';
import { nextInOwnWords } from './in-commands.ts';
import { LEDGER_HELP } from './ledger-help.ts';
import { runTool } from './run-tool.ts';

/** The words after `pitcrew ledger`, each a tool of its own but `watch`. */
export const ledgerWords = (): string[] => [
  'watch',
  ...commands.flatMap(({ name }) => (name.startsWith('ledger_') ? [name.slice('ledger_'.length)] : [])),
];

/** `pitcrew ledger WORD ...` is `pitcrew ledger-WORD ...`; without a word it shows the status. */
export async function runLedger(argv: readonly string[]): Promise<void> {
  const [word, ...rest] = inOrder(argv);
  if (word === 'help') {
    process.stdout.write(LEDGER_HELP);
    return;
  }
  if (word === 'watch') {
    const { runWatch } = await import('./ledger-watch.ts');
    return runWatch(rest, nextInOwnWords);
  }
  const tool = toolOfCommand(`ledger-${word}`);
  if (tool) return runTool(tool, rest);
  throw inputError(
    `There is no "pitcrew ledger ${untrustedLine(word, 40)}".`,
    `It is one of: ${ledgerWords().join(', ')}.`,
  );
}

/** `--json` may also stand before the word. */
function inOrder([first = 'status', ...rest]: readonly string[]): [string, ...string[]] {
  const [word = ''] = rest;
  if (first === '--json' && word !== '' && !word.startsWith('-')) return [word, first, ...rest.slice(1)];
  return first.startsWith('--') ? ['status', first, ...rest] : [first, ...rest];
}
