import type { Check, Group } from './check.ts';

/** The report for a person: one line for each check, the next step below each that is not well. */
export function reportText(checks: readonly Check[], title: string): string {
  const groups = GROUPS.filter((group) => checks.some((check) => check.group === group));
  const blocks = groups.flatMap((group) => [
    '',
    group,
    ...checks.filter((check) => check.group === group).flatMap(checkLines),
  ]);
  return [title, ...blocks, '', summary(checks), ''].join('\n');
}

const GROUPS: readonly Group[] = [
  'machine',
  'repository',
  'project',
  'sentry',
  'github',
  'ledger',
  'clients',
];

const checkLines = ({ state, text, next }: Check): string[] => [
  `  ${WORDS[state].padEnd(4)}  ${text}`,
  ...(next === undefined ? [] : [`        -> ${next}`]),
];

const WORDS: Record<Check['state'], string> = { ok: 'ok', warn: 'warn', fail: 'FAIL', unknown: '-' };

function summary(checks: readonly Check[]): string {
  const count = (state: Check['state']) => checks.filter((check) => check.state === state).length;
  const parts = [
    `${count('ok')} ok`,
    `${count('warn')} warn`,
    `${count('fail')} fail`,
    `${count('unknown')} not known`,
  ];
  return `${parts.join(', ')}.`;
}

/** In the order of the report, so that "the first failure" is the one that people read first. */
export const inOrder = (checks: readonly Check[]): Check[] =>
  GROUPS.flatMap((group) => checks.filter((check) => check.group === group));
