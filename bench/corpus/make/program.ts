import { spawn } from 'node:child_process';

type Json = Record<string, unknown>;

/** A program laid out in a temporary folder, ready to crash. */
export interface Program {
  folder: string;
  facts: Record<string, string>;
  files: readonly string[];
  /** For what a maker builds and nobody keeps. */
  scratch: string;
}

/** What came of the crash. */
export interface Crash {
  event: Json;
  /** Built files to keep with the case, relative to the program's folder. */
  built?: readonly string[];
}

export interface Finished {
  stdout: string;
  stderr: string;
  code: number | null;
}

/** Runs a program to its end, at most a minute. */
export function finish(
  file: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, env: { ...process.env, ...options.env }, timeout: 60_000 });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output.stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...output, code }));
  });
}

/** As `finish`, for what has to succeed. */
export async function succeed(
  file: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<Finished> {
  const finished = await finish(file, args, options);
  if (finished.code !== 0) {
    throw new Error(`${file} ${args.join(' ')} failed:\n${finished.stdout}${finished.stderr}`);
  }
  return finished;
}

/** The value of the header fact, which the maker cannot do without. */
export function fact({ facts }: Program, name: string): string {
  const value = facts[name];
  if (value === undefined) throw new Error(`The case does not say: ${name}`);
  return value;
}
