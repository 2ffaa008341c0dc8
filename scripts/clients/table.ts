import type { OtherClient } from './client.ts';
import type { InstalledClient } from './install.ts';
import type { Trial } from './trial.ts';

/** One client: tried, or why not. */
export type Row = { client: OtherClient } & (
  | { installed: InstalledClient; trial: Trial }
  | { why: string; installed?: InstalledClient; failed?: true }
);

/** Whether a client that runs here did not do what it should. */
export const hasFailed = (row: Row): boolean =>
  'trial' in row ? row.trial.failures.length > 0 : row.failed === true;

/** The rows as a table for people, with what does not fit into one below it. */
export function tableOf(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_name, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, '', ...rows.flatMap(notesOf)].join('\n');
}

const HEAD = ['client', 'version', 'MB', 'tools', 'tokens', 'call', 'refusals', 'prompt', 'project', 's', ''];

function cellsOf(row: Row): string[] {
  const { client, installed } = row;
  const start = [client.title, installed?.version ?? '-', installed ? String(installed.megabytes) : '-'];
  if (!('trial' in row))
    return [...start, '-', '-', '-', '-', '-', '-', '-', hasFailed(row) ? 'FAILED' : 'not tried'];
  const { tools, calls, prompt, projectTools, seconds } = row.trial;
  return [
    ...start,
    String(tools.seen),
    String(tools.tokens),
    calls.list === undefined ? 'no' : 'yes',
    String(calls.refusals.length),
    prompt,
    String(projectTools),
    String(seconds),
    hasFailed(row) ? 'FAILED' : 'ok',
  ];
}

function notesOf(row: Row): string[] {
  const title = row.client.title;
  if (!('trial' in row)) return [`${title}: ${row.why}`];
  const { wired, calls, unallowed, outside, failures } = row.trial;
  return [
    `${title}`,
    `  wired by pitcrew init in ${wired.user}, with --project in ${wired.project}`,
    `  without a terminal and with nothing allowed it ${unallowed}`,
    ...calls.refusals.map((text) => `  ${text}`),
    ...(outside.length > 0 ? [`  asked for, and did not get: ${outside.join(', ')}`] : []),
    ...failures.map((text) => `  FAILED: ${text}`),
  ];
}

/** The rows for programs. */
export const dataOf = (rows: readonly Row[]) => ({
  clients: rows.map((row) => ({
    id: row.client.id,
    package: row.client.npm,
    version: row.installed?.version ?? null,
    megabytes: row.installed?.megabytes ?? null,
    ...('trial' in row
      ? { ok: !hasFailed(row), ...row.trial }
      : { ok: row.failed ? false : null, why: row.why }),
  })),
});
