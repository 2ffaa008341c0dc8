import { type Change, writes } from '../changes.ts';
import type { Missing } from './missing.ts';
import type { Row } from './rows.ts';

/** The table of what was found. */
export function foundText(rows: readonly Row[]): string {
  const widths = [
    Math.max(...rows.map(({ name }) => name.length)),
    Math.min(WIDEST, Math.max(...rows.map(({ found }) => found.length))),
  ];
  const lines = rows.map(({ name, found, where }) =>
    `  ${name.padEnd(widths[0] ?? 0)}  ${found.padEnd(widths[1] ?? 0)}  ${where}`.trimEnd(),
  );
  return ['Found', ...lines, ''].join('\n');
}

const WIDEST = 44;

export function missingText(missing: readonly Missing[]): string {
  if (missing.length === 0) return '';
  return ['Missing', ...missing.flatMap(({ what, next }) => [`  - ${what}`, `    ${next}`]), ''].join('\n');
}

/** The changes as a person decides on them. */
export function changesText(changes: readonly Change[], differences: readonly string[]): string {
  const blocks = grouped(changes).flatMap(({ shown, action, client, lines, note }) => [
    `  ${WORDS[action].padEnd(8)}  ${shown}${client === undefined ? '' : `  (${client})`}`,
    ...lines.map((line) => `            ${line}`.trimEnd()),
    ...(note === undefined ? [] : [`            note: ${note}`]),
  ]);
  return ['Changes', ...blocks, ...differences.map((line) => `  differs   ${line}`), ''].join('\n');
}

/** Files of one folder to which the same happens, as one. */
function grouped(changes: readonly Change[]): Change[] {
  const shown: Change[] = [];
  for (const change of changes) {
    const { group, action } = change;
    if (group === undefined) shown.push(change);
    else if (!shown.some((one) => one.group === group && one.action === action)) {
      const together = changes.filter((one) => one.group === group && one.action === action);
      const names = together.map((one) => one.shown.slice(group.length + 1)).join(', ');
      shown.push({ ...change, shown: `${group}/: ${names}` });
    }
  }
  return shown;
}

const WORDS: Record<Change['action'], string> = {
  create: 'create',
  change: 'change',
  delete: 'delete',
  same: 'already',
  'by-hand': 'by hand',
};

/** What was done, each file with the way back. */
export function doneText(done: readonly Change[]): string {
  if (done.length === 0) return '';
  return [
    'Done',
    ...grouped(done).map((change) => `  ${PAST[change.action]}  ${change.shown}  undo: ${undoOf(change)}`),
    '',
  ].join('\n');
}

const PAST: Record<Change['action'], string> = {
  create: 'created',
  change: 'changed',
  delete: 'deleted',
  same: 'already',
  'by-hand': 'by hand',
};

/** The way back from a change that was carried out. */
export function undoOf({ action, client, lines }: Change): string {
  const takesOut = action === 'delete' || (lines.length > 0 && lines.every((line) => line.startsWith('- ')));
  if (takesOut) return 'pitcrew init';
  if (client !== undefined) return 'pitcrew init --remove';
  return action === 'create' ? 'remove the file' : `take out ${lines.length} lines again`;
}

export const hasWork = (changes: readonly Change[]): boolean => changes.some(writes);
