import type { Database } from '../database.ts';
import { newPublicKey } from './secrets.ts';

export interface Project {
  id: number;
  slug: string;
  platform: string | null;
  public_key: string;
  created_at: number;
  first_event_at: number | null;
}

/** Makes the projects that are not there yet; the first ever made has id 1. */
export function ensureProjects(database: Database, slugs: readonly string[], now: number): void {
  for (const slug of slugs) {
    database.run(
      'INSERT OR IGNORE INTO projects (slug, public_key, created_at) VALUES (?, ?, ?)',
      slug,
      newPublicKey(),
      now,
    );
  }
}

export const allProjects = (database: Database): Project[] =>
  database.all<Project>('SELECT * FROM projects ORDER BY id');

/** By id or slug, as Sentry's paths and parameters allow both. */
export const findProject = (database: Database, idOrSlug: string): Project | undefined =>
  database.get<Project>('SELECT * FROM projects WHERE slug = ? OR CAST(id AS TEXT) = ?', idOrSlug, idOrSlug);

/** `pit-stop` -> `Pit Stop`: what Sentry calls a project nobody has named. */
export const projectName = (slug: string): string =>
  slug.replace(/(^|[-_])(\w)/g, (_, gap: string, letter: string) => (gap ? ' ' : '') + letter.toUpperCase());

/** Crockford's alphabet, with which Sentry counts short ids: no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The next `PROJECT-1A`; call inside a transaction. */
export function nextShortId(database: Database, project: Project): string {
  const row = database.get<{ issue_counter: number }>(
    'UPDATE projects SET issue_counter = issue_counter + 1 WHERE id = ? RETURNING issue_counter',
    project.id,
  );
  return `${project.slug.toUpperCase()}-${base32(row?.issue_counter ?? 1)}`;
}

function base32(counter: number): string {
  const last = ALPHABET[counter % 32] ?? '';
  return counter < 32 ? last : base32(Math.floor(counter / 32)) + last;
}
