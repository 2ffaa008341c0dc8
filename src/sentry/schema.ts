import * as z from 'zod';

/**
 * What is read of Sentry's answers. Every field is loose: one that is missing, null or of another type becomes
 * undefined (or 0, or an empty text) and costs neither its row nor the list.
 */
// A key that is missing altogether has to reach the transformation too.
const given = z.unknown().prefault(null);
const text = given.transform((value) => {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' ? String(value) : undefined;
});
const count = given.transform((value) => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? Math.floor(number) : 0;
});
const time = given.transform((value) => {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
});
const flag = given.transform((value) => (typeof value === 'boolean' ? value : undefined));
const loose = <Shape extends z.ZodRawShape>(shape: Shape) =>
  given
    .transform((value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}))
    .pipe(z.object(shape));
/** A release comes as an object, as its version, or as null. */
const release = given.transform((value) => {
  if (typeof value === 'string') return value || undefined;
  return loose({ version: text }).parse(value).version;
});
/** Sentry names the assignee as `{type, name}`, older servers as a text. */
const assignee = given.transform((value) => {
  if (typeof value === 'string') return value || undefined;
  return loose({ name: text }).parse(value).name;
});

const metadata = loose({ type: text, value: text, title: text });
/** An answer has the commit as an object; the request that set it, and what repeats that request, as its hash. */
const inCommit = given
  .transform((value) => (typeof value === 'string' ? { commit: value } : value))
  .pipe(loose({ commit: text, id: text, repository: given }));
const statusDetails = loose({ inNextRelease: flag, inRelease: text, inCommit });

/** The id of a release's or issue's project, and its slug. */
const project = loose({ id: text, slug: text });

export const issueSchema = loose({
  id: text,
  shortId: text,
  title: text,
  culprit: text,
  level: text,
  count,
  userCount: count,
  firstSeen: time,
  lastSeen: time,
  platform: text,
  metadata,
  permalink: text,
  status: text,
  substatus: text,
  statusDetails,
  project,
  assignedTo: assignee,
  priority: text,
  issueCategory: text,
  isUnhandled: flag,
  firstRelease: release,
  lastRelease: release,
});

export const shortIdSchema = loose({ groupId: text, shortId: text, group: given });
export const noteSchema = loose({ id: text, data: loose({ text }), dateCreated: time });
export const organizationSchema = loose({
  id: text,
  slug: text,
  name: text,
  links: loose({ regionUrl: text, organizationUrl: text }),
});
export const projectSchema = loose({ id: text, slug: text, name: text, platform: text });
