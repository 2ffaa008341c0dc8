import type { Loose } from '../loose.ts';
import type { Release } from '../store/releases.ts';
import { isoTime } from './context.ts';

/** A release as events and issues show it. */
export const releaseView = (release: Release): Loose => ({
  id: release.id,
  version: release.version,
  shortVersion: shortVersion(release.version),
  status: 'open',
  versionInfo: {
    package: release.version.includes('@')
      ? release.version.slice(0, release.version.lastIndexOf('@'))
      : null,
    version: { raw: release.version.slice(release.version.lastIndexOf('@') + 1) },
    description: shortVersion(release.version),
    buildHash: null,
  },
  ref: null,
  url: null,
  dateReleased: null,
  dateCreated: isoTime(release.created_at),
  data: {},
  newGroups: release.new_issues,
  owner: null,
  commitCount: 0,
  lastCommit: null,
  deployCount: 0,
  lastDeploy: null,
  authors: [],
  firstEvent: isoTime(release.first_event),
  lastEvent: isoTime(release.last_event),
});

/** Without the package, and a commit hash at twelve digits. */
function shortVersion(version: string): string {
  const own = version.slice(version.lastIndexOf('@') + 1);
  return /^[0-9a-f]{40}$/.test(own) ? own.slice(0, 12) : own;
}
