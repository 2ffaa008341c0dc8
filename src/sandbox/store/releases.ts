import type { Database } from '../database.ts';

export interface Release {
  id: number;
  project_id: number;
  version: string;
  created_at: number;
  first_event: number;
  last_event: number;
  new_issues: number;
}

/** Takes note of a release that an event names. */
export function noteRelease(
  database: Database,
  projectId: number,
  version: string,
  eventAt: number,
  now: number,
): void {
  database.run(
    `INSERT INTO releases (project_id, version, created_at, first_event, last_event) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (project_id, version) DO UPDATE SET
       first_event = MIN(first_event, excluded.first_event), last_event = MAX(last_event, excluded.last_event)`,
    projectId,
    version,
    now,
    eventAt,
    eventAt,
  );
}

export const findRelease = (database: Database, projectId: number, version: string): Release | undefined =>
  database.get<Release>('SELECT * FROM releases WHERE project_id = ? AND version = ?', projectId, version);

/** The newest release of a project, in the order of `isNewer`. */
export function latestRelease(database: Database, projectId: number): Release | undefined {
  const [first, ...others] = database.all<Release>('SELECT * FROM releases WHERE project_id = ?', projectId);
  return others.reduce(
    (newest, release) => (newest && isNewer(release, newest) ? release : newest),
    first as Release | undefined,
  );
}

/** By semantic version where both have one of the same package, else by which was heard of first. */
export function isNewer(release: Release, than: Release): boolean {
  const one = semanticVersion(release.version);
  const other = semanticVersion(than.version);
  if (!one || !other || one.package !== other.package) return release.id > than.id;
  for (const [index, number] of one.numbers.entries()) {
    const difference = number - (other.numbers[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  if (one.pre !== other.pre) return other.pre !== '' && (one.pre === '' || one.pre > other.pre);
  return false;
}

function semanticVersion(
  version: string,
): { package: string; numbers: [number, number, number]; pre: string } | undefined {
  const match = /^(?:(.+)@)?v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?(?:-([\w.-]+))?(?:\+[\w.-]+)?$/.exec(
    version,
  );
  if (!match) return undefined;
  const [, name = '', major, minor, patch = '0', pre = ''] = match;
  return { package: name, numbers: [Number(major), Number(minor), Number(patch)], pre };
}
