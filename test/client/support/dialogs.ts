import { setTimeout as sleep } from 'node:timers/promises';
import type { Terminal } from './terminal.ts';

/** Answers the question with one text field that a server of the client asks (an elicitation). */
export async function answerQuestion(
  terminal: Terminal,
  question: RegExp,
  answer: { accept: string } | 'decline' | 'cancel',
): Promise<void> {
  await terminal.waitForDialog(question);
  if (answer === 'cancel') return terminal.press('esc');
  if (answer === 'decline') {
    await terminal.press('down');
    await chosen(terminal, 'Accept');
    await terminal.press('right');
    await chosen(terminal, 'Decline');
    return terminal.press('enter');
  }
  await terminal.type(answer.accept);
  await terminal.press('enter');
  await chosen(terminal, 'Accept');
  return terminal.press('enter');
}

async function chosen(terminal: Terminal, button: 'Accept' | 'Decline'): Promise<void> {
  await terminal.waitFor(new RegExp(`❯ ${button}`));
  await sleep(300);
}
