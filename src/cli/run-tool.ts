import { createInterface } from 'node:readline/promises';
import type { Context } from '../context.ts';
import { envelope } from '../core/json.ts';
import type { Call, PersonAnswer, Question, Tool } from '../tools/define.ts';
import { parseToolArguments } from './arguments.ts';
import { nextInOwnWords, ownWords } from './in-commands.ts';
import { openHere } from './open-here.ts';
import { refuseMeantBelow } from './paths-from-root.ts';

/** The exit code of a command that was interrupted, as shells have it: 128 + SIGINT. */
export const INTERRUPTED = 130;

/** Runs a tool as a command: its text on a terminal, its data with `--json`, progress on stderr. */
export async function runTool(tool: Tool, argv: readonly string[]): Promise<void> {
  const json = argv.includes('--json');
  const args = parseToolArguments(tool, argv);
  refuseMeantBelow(args, process.cwd());
  const interrupted = new AbortController();
  const onInterrupt = () => {
    interrupted.abort();
    process.exitCode = INTERRUPTED;
  };
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  const context = await openHere();
  try {
    const answer = await tool.call(args, context, callOf(interrupted.signal, context.session));
    process.stdout.write(
      json ? `${JSON.stringify(envelope(answer.data))}\n` : `${nextInOwnWords(answer.text.trimEnd())}\n`,
    );
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
    await context.dispose();
  }
}

function callOf(signal: AbortSignal, session: Context['session']): Call {
  const hasTerminal = process.stdin.isTTY && process.stderr.isTTY;
  return {
    signal,
    reader: 'person',
    ownWords,
    progress(message) {
      if (process.stderr.isTTY) process.stderr.write(`${message}\n`);
    },
    // Consent comes from a person at a terminal: a pipe that feeds us text is a program, an agent's shell is no person.
    ...(hasTerminal && session.attended
      ? { ask: (question: Question) => askOnTerminal(question, signal) }
      : { nobody: hasTerminal ? session.nobody : 'this is no terminal' }),
  };
}

async function askOnTerminal(question: Question, signal: AbortSignal): Promise<PersonAnswer> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const text = await terminal.question(
      `${question.message}\n\n${question.field.title} (${question.field.description}): `,
      { signal },
    );
    return { action: 'accept', text, how: 'terminal' };
  } catch (error) {
    if (signal.aborted) return { action: 'cancel' };
    throw error;
  } finally {
    terminal.close();
  }
}
