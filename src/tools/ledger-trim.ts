import * as z from 'zod';
import { HISTORY_DAYS } from '../../ledger/limits.ts';
import { commandId } from '../core/command-id.ts';
import { defineTool } from './define.ts';

export const ledgerTrim = defineTool({
  name: 'ledger_trim',
  title: 'Forget closed runs that are old',
  description:
    'Forgets closed runs, and what was recorded of them, when they ended longer ago than the given days. Live runs, branches and worktrees stay. Use only when a person asks for it; it cannot be undone.',
  effect: 'destroy',
  examples: ['ledger-trim', 'ledger-trim --days 30'],
  input: {
    days: z.number().int().min(7).max(3650).default(HISTORY_DAYS).describe('Keep at least this many days.'),
  },
  async run({ days }, context) {
    const ledger = await context.ledger();
    const { removed, rev } = await ledger.trim({ cmd: commandId(), olderThanDays: days });
    return {
      text: `Forgot ${removed} closed run${removed === 1 ? '' : 's'} that ended more than ${days} days ago.`,
      data: { removed, days, rev },
    };
  },
});
