import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

const PATTERN = z.string().describe('A part of the text, or /a regular expression/.');
const ARGUMENTS = z.record(z.string(), z.unknown()).default({});

const DECISION = z.union([
  z.strictObject({
    call: z.string(),
    with: ARGUMENTS,
    answers: PATTERN.optional(),
    refused: PATTERN.optional(),
  }),
  z.strictObject({ person: z.string() }),
  z.strictObject({
    edits: z.enum(['fix', 'test-only', 'passing-test', 'protected', 'weakened-test', 'nothing']),
    issue: z.string().default('A'),
  }),
  z.strictObject({
    happens: z.enum([
      'pull-request-closed',
      'pull-request-merged',
      'stopped',
      'resumed',
      'ledger-lost',
      'crash',
    ]),
    issue: z.string().default('A'),
  }),
  z.strictObject({ says: PATTERN }),
]);

const CRASHES = ['pricing', 'forecast', 'laps', 'stint', 'hostile'] as const;

const FRONT = z.strictObject({
  request: z.string(),
  person: z.coerce.string().default('nobody'),
  issues: z.record(z.string().regex(/^[A-Z]$/), z.enum(CRASHES)).default({}),
  world: z
    .array(
      z
        .string()
        .regex(
          /^(stopped|ledger-lost|unattended|no-github|rival:[A-Z]|earlier:[A-Z]:(claimed|worktree|proven|committed))$/,
        ),
    )
    .default([]),
  decisions: z.array(DECISION).min(1),
  never: z
    .array(z.strictObject({ call: z.string(), with: ARGUMENTS, refused: PATTERN.optional() }))
    .default([]),
});

export type Decision = z.infer<typeof DECISION>;
export type Crash = (typeof CRASHES)[number];

/** A situation, and what a good agent decides in it: `skills/sentry/scenarios/NAME.md`. */
export interface Scenario extends z.infer<typeof FRONT> {
  name: string;
}

const FOLDER = resolve('skills/sentry/scenarios');

/** All scenarios beside the skill, by name. Throws, with the file's name, for one that cannot be read. */
export async function readScenarios(folder = FOLDER): Promise<Scenario[]> {
  const names = (await readdir(folder).catch(() => []))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8');
      return parseScenario(name.slice(0, -3), text);
    }),
  );
}

/** Reads one scenario: a front part in YAML between two lines `---`, then prose. */
export function parseScenario(name: string, text: string): Scenario {
  const front = /^---\n([\s\S]*?)\n---\n/.exec(text)?.[1];
  if (front === undefined) throw new Error(`The scenario ${name} has no front part between two lines "---".`);
  const read = FRONT.safeParse(parse(front));
  if (read.success) return { name, ...read.data };
  const problems = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The scenario ${name}: ${problems.join('; ')}`);
}

/** Whether a text has what a pattern asks for. */
export function matches(pattern: string, text: string): boolean {
  const expression = /^\/(.*)\/([imsu]*)$/s.exec(pattern);
  return expression ? new RegExp(expression[1] ?? '', expression[2]).test(text) : text.includes(pattern);
}

/** Whether a call's arguments have everything that a pattern of arguments names. */
export function argumentsMatch(wanted: Record<string, unknown>, given: Record<string, unknown>): boolean {
  return Object.entries(wanted).every(([name, value]) => {
    const other = given[name];
    if (typeof value === 'string' && typeof other === 'string')
      return value.startsWith('/') && value.length > 2 ? matches(value, other) : value === other;
    if (Array.isArray(value) && Array.isArray(other)) return value.every((item) => other.includes(item));
    return JSON.stringify(value) === JSON.stringify(other);
  });
}
