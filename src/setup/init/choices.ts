import { posix } from 'node:path';
import type { CheckCommand } from '../../checks/run-check.ts';
import type { Client } from '../clients/client.ts';
import type { Named } from './named.ts';
import type { Survey } from './survey.ts';

/** What was found, with a person's answers where there is one to ask. */
export interface Choices {
  organization?: Named;
  /** None means all. */
  projects: Named[];
  /** Only where a person named one that the remote does not. */
  repository?: string;
  checks: CheckCommand[];
  clients: Client[];
}

/** A person who can be asked; see src/cli/prompt.ts. A question that is broken off rejects. */
export interface Person {
  line(question: string): Promise<string>;
  pick(
    question: string,
    options: readonly string[],
    how: { many: boolean; byDefault: readonly string[] },
  ): Promise<string[]>;
}

/**
 * Asks for what was not found, or was found wrong. Without a person: what was found, and nothing guessed but a project
 * of the repository's name. Of the `wanted` clients a person is asked about those that are not `wired` yet.
 */
export async function choose(
  survey: Survey,
  { wanted, wired }: { wanted: readonly Client[]; wired: readonly Client[] },
  person: Person | undefined,
): Promise<Choices> {
  const organization = await chooseOrganization(survey, person);
  const projects = await chooseProjects(survey, organization, person);
  const repository = await chooseRepository(survey, person);
  const checks = await chooseChecks(survey, person);
  const clients = await chooseClients(wanted, wired, person);
  return {
    projects,
    checks,
    clients,
    ...(organization ? { organization } : {}),
    ...(repository === undefined ? {} : { repository }),
  };
}

const answered = (value: string, state: Named['state']): Named => ({
  value,
  place: 'your choice',
  state,
  isFoundAnyway: false,
});

async function chooseOrganization(
  { sentry }: Survey,
  person: Person | undefined,
): Promise<Named | undefined> {
  const { organization, organizations } = sentry;
  if (organization && organization.state !== 'wrong') return organization;
  if (!person) return undefined;
  if (organizations.length === 0) {
    const slug = await person.line('Sentry organization (the slug in its address; empty to leave it open)');
    return slug === '' ? undefined : answered(slug, 'unchecked');
  }
  const question = organization
    ? `Sentry has no organization ${organization.value} for this token. Which one is it?`
    : 'Which Sentry organization is this repository of?';
  const [picked = ''] = await person.pick(question, organizations, { many: false, byDefault: [] });
  return picked === '' ? undefined : answered(picked, 'confirmed');
}

async function chooseProjects(
  survey: Survey,
  organization: Named | undefined,
  person: Person | undefined,
): Promise<Named[]> {
  const { sentry } = survey;
  const right = sentry.projects.filter(({ state }) => state !== 'wrong');
  const isSettled = right.length > 0 && right.length === sentry.projects.length;
  const isSame = organization?.value === sentry.organization?.value;
  if (isSettled && isSame) return right;
  const known = isSame
    ? (sentry.allProjects ?? [])
    : organization
      ? await sentry.projectsOf(organization.value).catch(() => [])
      : [];
  const likely = likelyProject(survey, known);
  if (!person) return right.length > 0 ? right : likely;
  if (known.length === 0) return right;
  if (known.length === 1)
    return [{ ...answered(known[0] ?? '', 'confirmed'), place: "the organization's only one" }];
  const wrong = sentry.projects.filter(({ state }) => state === 'wrong').map(({ value }) => value);
  const question = `${wrong.length > 0 ? `Sentry has no project ${wrong.join(', ')}. ` : ''}Which Sentry projects does this repository deploy? (empty: ${likely.length > 0 ? likely[0]?.value : 'all of them'})`;
  const picked = await person.pick(question, known, {
    many: true,
    byDefault: likely.map(({ value }) => value),
  });
  return picked.map((slug) => answered(slug, 'confirmed'));
}

/** The project called like the repository, or the only one. */
function likelyProject({ repository, github }: Survey, known: readonly string[]): Named[] {
  const names = [github.repository?.value.split('/')[1], posix.basename(repository.mainCheckout)];
  const found = known.find((slug) => names.includes(slug));
  if (found !== undefined)
    return [{ ...answered(found, 'confirmed'), place: "the project of the repository's name" }];
  return known.length === 1 && known[0] !== undefined
    ? [{ ...answered(known[0], 'confirmed'), place: "the organization's only one" }]
    : [];
}

async function chooseRepository({ github }: Survey, person: Person | undefined): Promise<string | undefined> {
  if (github.repository || !person) return undefined;
  const question =
    'GitHub repository as owner/name (empty: none, the work ends as a local branch and a patch file)';
  for (;;) {
    const answer = await person.line(question);
    if (answer === '') return undefined;
    if (/^[\w.-]+\/[\w.-]+$/.test(answer)) return answer;
  }
}

async function chooseChecks(
  { project, config }: Survey,
  person: Person | undefined,
): Promise<CheckCommand[]> {
  if (project.checks.length > 0 || config.checks !== undefined || !person) return project.checks;
  const command = await person.line(
    'A command that must pass before a fix counts, for example make test (empty: none)',
  );
  return command === '' ? [] : [{ name: 'check', command, timeoutSeconds: 600 }];
}

async function chooseClients(
  wanted: readonly Client[],
  wired: readonly Client[],
  person: Person | undefined,
): Promise<Client[]> {
  const open = wanted.filter((client) => !wired.includes(client));
  if (!person || open.length === 0) return [...wanted];
  const titles = open.map(({ title }) => title);
  const picked = await person.pick(
    `Which of these clients shall know Pitcrew? (empty: ${titles.length > 1 ? 'all' : titles[0]}; none for none)`,
    titles,
    {
      many: true,
      byDefault: titles,
    },
  );
  return wanted.filter((client) => wired.includes(client) || picked.includes(client.title));
}
