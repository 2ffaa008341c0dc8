import type { Named } from './named.ts';
import type { Survey } from './survey.ts';

/** One line of what was found: what it is, what was found, and where. */
export interface Row {
  name: string;
  found: string;
  where: string;
}

/** What was found, for people. No row holds a token. */
export function rowsOf({ sentry, github, base, project, clients, config }: Survey): Row[] {
  return [
    row(
      'Sentry token',
      sentry.tokenPlace === undefined ? '-' : 'found',
      `${sentry.tokenPlace ?? 'not found'}${sentry.isOrganizationToken ? '; an organization token' : ''}`,
    ),
    row('Sentry server', sentry.url.value, sentry.url.place),
    ...(sentry.region === undefined ? [] : [row('region', sentry.region.value, sentry.region.place)]),
    named('organization', sentry.organization),
    ...(sentry.projects.length === 0
      ? [
          row(
            'projects',
            'all',
            sentry.allProjects ? `none is named; Sentry has ${sentry.allProjects.length}` : 'none is named',
          ),
        ]
      : sentry.projects.map((one) => named('project', one))),
    row('GitHub', github.repository?.value ?? '-', github.repository?.place ?? 'not found'),
    row(
      'GitHub token',
      github.said ? 'accepted' : '-',
      github.token === 'accepted' ? pushes(github.said?.mayPush) : TOKEN_WORDS[github.token],
    ),
    row('base branch', base?.branch ?? '-', base?.place ?? 'no commits yet'),
    row(
      'project files',
      project.kinds.join(', ') || '-',
      project.kinds.length > 0 ? 'its manifests' : 'no manifest was recognised',
    ),
    ...project.checks.map(({ name, command }) =>
      row(`check: ${name}`, command, config.checks ? 'pitcrew.yml has its own' : ''),
    ),
    ...(project.setup
      ? [
          row(
            'setup',
            project.setup.command,
            `${project.setup.needed ? 'needed' : 'not needed'}: ${project.setup.why}`,
          ),
        ]
      : []),
    ...(clients.length === 0
      ? [row('clients', '-', 'none was found')]
      : clients.map(({ client, sign }) => row('client', client.title, sign))),
  ];
}

const row = (name: string, found: string, where: string): Row => ({ name, found, where });

function named(name: string, found: Named | undefined): Row {
  if (!found) return row(name, '-', 'not found');
  const states = {
    confirmed: 'Sentry has it',
    wrong: 'Sentry has none of this name',
    unchecked: 'not checked',
  };
  return row(name, found.value, `${found.place}; ${states[found.state]}`);
}

const TOKEN_WORDS = {
  missing: 'not found',
  refused: 'found; GitHub could not be asked with it',
  unasked: 'not looked for',
};

const pushes = (mayPush: boolean | undefined): string =>
  mayPush === undefined ? 'whether it may push is not told' : mayPush ? 'may push' : 'may not push';
