import { type ErrorKind, messageOf, PitcrewError } from '../core/errors.ts';
import { diskFullError, isDiskFull } from '../core/full-disk.ts';
import { envelope } from '../core/json.ts';
import { packageVersion } from '../core/package-root.ts';
import { redact } from '../core/redact.ts';
import { untrustedLine } from '../core/untrusted.ts';
import { toolOfCommand } from '../tools/registry.ts';
import { commandHelp, programHelp } from './help.ts';
import { ownWords } from './in-commands.ts';
import { INTERRUPTED, runTool } from './run-tool.ts';

/** 0 done, 1 our bug, 2 the input, 3 refused, 4 upstream, 130 interrupted. */
export const EXIT_CODES: Record<ErrorKind | 'bug', number> = { bug: 1, input: 2, refused: 3, upstream: 4 };

/** Runs one command line. Sets the exit code; prints the answer on stdout and everything else on stderr. */
export async function main(argv: readonly string[]): Promise<void> {
  const json = argv.includes('--json');
  try {
    await dispatch(argv);
  } catch (error) {
    // Ctrl-C: whoever pressed it knows.
    if (process.exitCode === INTERRUPTED) return;
    process.exitCode = report(error, json);
  }
}

async function dispatch(argv: readonly string[]): Promise<void> {
  // `pitcrew --json ledger`: a flag of every command may come before it.
  const [command, ...rest] = argv[0] === '--json' ? [...argv.slice(1), '--json'] : argv;
  if (command === undefined || command === '--help' || command === '-h' || command === 'help') {
    process.stdout.write(rest[0] === undefined ? programHelp() : helpOf(rest[0]));
    return;
  }
  if (command === '--version' || command === 'version') {
    process.stdout.write(`${packageVersion()}\n`);
    return;
  }
  if (wantsHelp(rest)) {
    const [word = ''] = rest;
    const tool = command === 'ledger' && !word.startsWith('-') ? `ledger-${word}` : command;
    process.stdout.write(helpOf(tool === 'ledger-watch' ? 'ledger' : tool));
    return;
  }
  if (command === 'mcp') {
    throw new PitcrewError('input', 'pitcrew mcp takes no arguments.', 'Start it as: pitcrew mcp');
  }
  if (command === 'sandbox') {
    const { runSandbox } = await import('./sandbox.ts');
    return runSandbox(rest);
  }
  if (command === 'init') {
    const { runInit } = await import('./init.ts');
    return runInit(rest);
  }
  if (command === 'doctor') {
    const { runDoctor } = await import('./doctor.ts');
    return runDoctor(rest);
  }
  if (command === 'ledger') {
    const { runLedger } = await import('./ledger.ts');
    return runLedger(rest);
  }
  if (command === 'stop' || command === 'resume') {
    const { runResume, runStop } = await import('./stop.ts');
    return command === 'stop' ? runStop(rest) : runResume(rest);
  }
  return runTool(toolOfCommand(command) ?? unknownCommand(command), rest);
}

const wantsHelp = (rest: readonly string[]): boolean => rest.includes('--help') || rest.includes('-h');

function helpOf(command: string): string {
  return commandHelp(command) ?? unknownCommand(command);
}

function unknownCommand(command: string): never {
  const underscored = command.includes('_') ? toolOfCommand(command.replaceAll('_', '-')) : undefined;
  throw new PitcrewError(
    'input',
    `There is no command "${untrustedLine(command, 80)}".`,
    underscored
      ? `Write it with hyphens: pitcrew ${underscored.name.replaceAll('_', '-')}.`
      : 'pitcrew --help lists the commands.',
  );
}

function report(error: unknown, json: boolean): number {
  const known = error instanceof PitcrewError ? error : whereDiskIsFull(error);
  const kind = known?.kind ?? 'bug';
  const message = redact(messageOf(known ?? error));
  const hint = known
    ? ownWords(known.hint)
    : 'This is a fault in Pitcrew; please report it with the lines above.';
  if (json) {
    process.stdout.write(`${JSON.stringify(envelope({ error: { kind, message, hint } }))}\n`);
  } else {
    if (!known && error instanceof Error && error.stack) process.stderr.write(`${redact(error.stack)}\n`);
    process.stderr.write(`${message}\n${hint}\n`);
  }
  return EXIT_CODES[kind];
}

/** A full disk can stop a write anywhere; it is nobody's fault in here. */
const whereDiskIsFull = (error: unknown): PitcrewError | undefined =>
  isDiskFull(error)
    ? diskFullError('This could not be written', 'a step counts once it was answered as done', error)
    : undefined;
