import { isPlainlyHarmless } from '../policy/shell/plain.ts';
import { parseInput } from './input.ts';

/**
 * Whether the client asks about a command that is allowed to everybody, whoever works here: most are, and the ledger and
 * the judge need not be loaded for them. False where the question cannot be read.
 */
export function isHarmlessCommand(text: string): boolean {
  try {
    const { event, tool, command } = parseInput(text);
    return event === 'PreToolUse' && tool === 'Bash' && isPlainlyHarmless(command);
  } catch {
    return false;
  }
}
