import type { Loose } from '../loose.ts';
import { type Project, projectName } from '../store/projects.ts';
import { latestRelease } from '../store/releases.ts';
import { isoTime, type SentryContext } from './context.ts';

/** A project as lists show it. */
export function projectView(context: SentryContext, project: Project): Loose {
  const team = { id: '1', slug: context.organization, name: projectName(context.organization) };
  const environments = context.database.all<{ environment: string }>(
    `SELECT DISTINCT issue_tags.value AS environment FROM issue_tags JOIN issues ON issues.id = issue_id
     WHERE key = 'environment' AND project_id = ? ORDER BY environment`,
    project.id,
  );
  const release = latestRelease(context.database, project.id);
  return {
    id: String(project.id),
    slug: project.slug,
    name: projectName(project.slug),
    platform: project.platform,
    platforms: project.platform === null ? [] : [project.platform],
    dateCreated: isoTime(project.created_at),
    firstEvent: project.first_event_at === null ? null : isoTime(project.first_event_at),
    access: ['event:read', 'event:write', 'project:read', 'project:releases', 'org:read'],
    hasAccess: true,
    isBookmarked: false,
    isMember: true,
    features: ['releases'],
    ...UNUSED,
    team,
    teams: [team],
    environments: environments.map((row) => row.environment),
    latestRelease: release ? { version: release.version } : null,
  };
}

/** Products of Sentry of which nothing arrives here. */
const UNUSED: Loose = Object.fromEntries(
  [
    'firstTransactionEvent',
    'hasFeedbacks',
    'hasFlags',
    'hasInsightsAgentMonitoring',
    'hasInsightsAppStart',
    'hasInsightsAssets',
    'hasInsightsCaches',
    'hasInsightsDb',
    'hasInsightsHttp',
    'hasInsightsMCP',
    'hasInsightsQueues',
    'hasInsightsScreenLoad',
    'hasInsightsVitals',
    'hasLogs',
    'hasMinifiedStackTrace',
    'hasMonitors',
    'hasNewFeedbacks',
    'hasProfiles',
    'hasReplays',
    'hasSessions',
    'hasTraceMetrics',
    'hasUserReports',
  ].map((name) => [name, false]),
);

/** A project on its own: with its organization, and its settings as they are until somebody changes them. */
export const projectDetail = (context: SentryContext, project: Project, organization: Loose): Loose => ({
  ...projectView(context, project),
  ...SETTINGS,
  organization,
});

// Only what Sentry's schema names; a project made today has these values, and here nobody can change them.
const SETTINGS: Loose = {
  options: {},
  isInternal: false,
  isPublic: false,
  status: 'active',
  avatar: { avatarType: 'letter_avatar', avatarUuid: null },
  color: '#3f70bf',
  allowedDomains: ['*'],
  autofixAutomationTuning: 'off',
  builtinSymbolSources: [],
  dataScrubber: true,
  dataScrubberDefaults: true,
  debugFilesRole: null,
  defaultEnvironment: null,
  derivedGroupingEnhancements: '',
  digestsMaxDelay: 1800,
  digestsMinDelay: 300,
  dynamicSamplingBiases: [],
  enableAutoReleaseCreation: true,
  fingerprintingRules: '',
  groupingConfig: 'newstyle:2023-01-11',
  groupingEnhancements: '',
  highlightContext: {},
  highlightPreset: { tags: [], context: {} },
  highlightTags: [],
  isDynamicallySampled: false,
  processingIssues: 0,
  relayPiiConfig: null,
  resolveAge: 0,
  safeFields: [],
  scmSourceContextEnabled: false,
  scrapeJavaScript: false,
  scrubIPAddresses: false,
  secondaryGroupingConfig: null,
  secondaryGroupingExpiry: 0,
  securityToken: '',
  securityTokenHeader: null,
  seerNightshiftTweaks: null,
  seerScannerAutomation: false,
  sensitiveFields: [],
  storeCrashReports: null,
  subjectPrefix: '',
  subjectTemplate: '$shortID - $title',
  symbolSources: '[]',
  tempestFetchScreenshots: false,
  verifySSL: true,
};
