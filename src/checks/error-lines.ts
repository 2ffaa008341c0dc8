import { normalise } from './normalise.ts';

export interface OutputLine {
  /** Trimmed, at most 1,000 characters. */
  text: string;
  normal: string;
}

/**
 * The lines of a test run in which an error can speak: without the names of tests, without quoted source code. The
 * newest 4,000 of them.
 */
export function errorLines(output: string): OutputLine[] {
  const lines: OutputLine[] = [];
  const all = output.split('\n').slice(-MOST_LINES);
  for (const [position, line] of all.entries()) {
    const text = line.slice(0, 1_000).trim();
    if (text === '' || TITLE.test(text) || SOURCE.test(text) || isPointedAt(all, position)) continue;
    lines.push({ text, normal: normalise(text) });
  }
  return lines;
}

const MOST_LINES = 4_000;

/** How runners print a test's name: node:test, TAP, Vitest, Jest, Mocha, Go, Cargo, unittest; npm's echo of a command. */
const TITLE =
  /^(?:[✖✗✘×✕✔✓↓▶●❯·] ?(?!→)|(?:not )?ok \d+|# Subtest:|(?:FAIL|PASS|RUN|SKIP)\b(?!.*\[(?:build|setup) failed\])|--- (?:FAIL|PASS|SKIP)|=== RUN|test \S+ \.\.\.|\d+\) |[$>] |(?:FAIL|ERROR): test|FAILED \S+::\S+$|_{3,})/;

/** Source that is shown for context: `12 | throw new Error(...)`, pytest's `> raise ...`, or a statement that throws. */
const SOURCE =
  /^(?:>\s{0,8})?\d+\s{0,4}\||^(?:throw|raise|return|assert|expect|await|const|let|panic!)\b(?!\w*:)/;

/** The line above a lone caret is source as well. */
const isPointedAt = (lines: readonly string[], position: number): boolean =>
  /^\s*\^+~*\s*$/.test((lines[position + 1] ?? '').slice(0, 1_000));
