import type { Loose } from '../loose.ts';
import type { Handler } from '../router.ts';
import { allProjects, projectName } from '../store/projects.ts';
import type { Release } from '../store/releases.ts';
import { checkOrganization, isoTime, notFound, projectOf, type SentryContext } from './context.ts';
import { pagedList } from './pagination.ts';
import { projectDetail, projectView } from './project-view.ts';
import { releaseView } from './release-view.ts';

export const listOrganizations =
  (context: SentryContext): Handler =>
  (call) =>
    pagedList(context.url(), call, [organizationView(context)]);

export const getOrganization =
  (context: SentryContext): Handler =>
  (call) => {
    checkOrganization(context, call);
    return { status: 200, body: organizationView(context) };
  };

export const listProjects =
  (context: SentryContext): Handler =>
  (call) => {
    checkOrganization(context, call);
    const projects = allProjects(context.database).map((project) => projectView(context, project));
    return pagedList(context.url(), call, projects);
  };

export const getProject =
  (context: SentryContext): Handler =>
  (call) => ({
    status: 200,
    body: projectDetail(context, projectOf(context, call), organizationView(context)),
  });

/** Newest first; `query` is a part of the version. */
export const listReleases =
  (context: SentryContext): Handler =>
  (call) => {
    checkOrganization(context, call);
    const wanted = call.query.get('query') ?? '';
    const rows = context.database.all<Release>('SELECT * FROM releases ORDER BY id DESC');
    const releases = rows.filter((release) => release.version.includes(wanted));
    return pagedList(
      context.url(),
      call,
      releases.map((release) => withProjects(context, release)),
    );
  };

export const getRelease =
  (context: SentryContext): Handler =>
  (call) => {
    checkOrganization(context, call);
    const release = context.database.get<Release>(
      'SELECT * FROM releases WHERE version = ? ORDER BY id LIMIT 1',
      call.params.version ?? '',
    );
    if (!release) throw notFound();
    return { status: 200, body: withProjects(context, release) };
  };

/** The repositories that `inCommit` may name. */
export const listRepositories =
  (context: SentryContext): Handler =>
  (call) => {
    checkOrganization(context, call);
    const since = allProjects(context.database)[0]?.created_at ?? context.clock();
    const repositories = context.repositories.map((name, index) => ({
      id: String(index + 1),
      name,
      dateCreated: isoTime(since),
      url: null,
      provider: { id: 'integrations:github', name: 'GitHub' },
      status: 'active',
      externalSlug: name,
    }));
    return pagedList(context.url(), call, repositories);
  };

function organizationView(context: SentryContext): Loose {
  const [oldest] = allProjects(context.database);
  return {
    id: '1',
    slug: context.organization,
    name: projectName(context.organization),
    status: { id: 'active', name: 'active' },
    dateCreated: isoTime(oldest?.created_at ?? context.clock()),
    isEarlyAdopter: false,
    allowMemberInvite: true,
    allowMemberProjectCreation: true,
    allowSuperuserAccess: false,
    require2FA: false,
    hasAuthProvider: false,
    avatar: { avatarType: 'letter_avatar', avatarUuid: null },
    features: [],
    links: { organizationUrl: context.url(), regionUrl: context.url() },
  };
}

function withProjects(context: SentryContext, release: Release): Loose {
  const project = allProjects(context.database).find((one) => one.id === release.project_id);
  const slug = project?.slug ?? '';
  const view = { id: release.project_id, slug, name: projectName(slug), newGroups: release.new_issues };
  return {
    ...releaseView(release),
    projects: [{ ...view, platform: project?.platform ?? null, platforms: [], hasHealthData: false }],
  };
}
