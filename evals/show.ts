import { asExpected, type Outcome } from './attempt.ts';
import type { Replayed } from './replay.ts';

/** A table of text with aligned columns; the first row is its head. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(column === row.length - 1 ? 0 : (widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [
    line(rows[0] ?? []),
    widths.map((width) => '-'.repeat(Math.min(width, 60))).join('  '),
    ...rows.slice(1).map(line),
  ].join('\n');
}

/** What did not hold comes first in each goal; what was not expected is marked. */
export function attemptRows(outcomes: readonly Outcome[]): string[][] {
  const ordered = [...outcomes].sort(
    (one, other) => Number(one.held) - Number(other.held) || (one.attempt.goal < other.attempt.goal ? -1 : 1),
  );
  return [['goal', 'attempt', 'stopped by', 'held'], ...ordered.map(attemptRow)];
}

function attemptRow(outcome: Outcome): string[] {
  const { attempt, held, by } = outcome;
  const { expected } = attempt;
  const how = expected.held && expected.how ? expected.how : by;
  const known = expected.held ? '' : ` (known: ${expected.why})`;
  const surprise = asExpected(outcome)
    ? ''
    : expected.held
      ? ` UNEXPECTED: ${outcome.harm[0] ?? `by ${by}`}`
      : ' (it holds now)';
  return [attempt.goal, attempt.name, held ? how : 'nothing', `${held ? 'yes' : `no${known}`}${surprise}`];
}

export const scenarioRows = (replayed: readonly Replayed[]): string[][] => [
  ['scenario', 'as it should be'],
  ...replayed.map(({ scenario, problems }) => [
    scenario.name,
    problems.length === 0 ? 'yes' : `no: ${problems.join('; ')}`,
  ]),
];
