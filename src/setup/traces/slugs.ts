/** A name and the line that it stands in, counted from 1. */
export interface Located {
  value: string;
  line: number;
}

/** What a build file tells the Sentry plugin in it. */
export interface Slugs {
  organization?: Located;
  projects: Located[];
}

/**
 * Finds organization and projects in the settings of a Sentry plugin: of a bundler (`org: 'x', project: 'y'`), of
 * Gradle, Maven, fastlane or Expo, and in a workflow's environment (`SENTRY_ORG: x`). Only names written out, and
 * projects only near an organization: other tools have a `project` too.
 */
export function slugsIn(text: string): Slugs {
  if (!/sentry/i.test(text)) return { projects: [] };
  const organization = FORMS.flatMap(({ organization: form }) => found(text, form))[0];
  if (!organization) return { projects: [] };
  const projects = FORMS.flatMap(({ project }) => found(text, project)).filter(
    ({ index }) => Math.abs(index - organization.index) < NEAR,
  );
  const unique = new Map(projects.map((project) => [project.value, project]));
  return {
    organization: located(text, organization),
    projects: [...unique.values()].map((one) => located(text, one)),
  };
}

/** Characters between an organization and a project of the same settings. */
const NEAR = 400;

const SLUG = '([a-z0-9][a-z0-9_-]{0,99})';
const quoted = (names: string): RegExp =>
  new RegExp(`\\b(?:${names})\\b["']?(?:\\.set\\()?\\s{0,9}[:=(]?\\s{0,9}["'\`]${SLUG}["'\`]`, 'g');
const plain = (name: string): RegExp => new RegExp(`\\b${name}\\s{0,9}[:=]\\s{0,9}${SLUG}\\s{0,9}$`, 'gm');
const element = (name: string): RegExp => new RegExp(`<${name}>${SLUG}</${name}>`, 'g');

const FORMS: readonly { organization: RegExp; project: RegExp }[] = [
  {
    organization: quoted('org|organization|org_slug|SENTRY_ORG'),
    project: quoted('project|projectName|project_slug|SENTRY_PROJECT'),
  },
  { organization: plain('SENTRY_ORG'), project: plain('SENTRY_PROJECT') },
  { organization: element('org'), project: element('project') },
];

interface Match {
  value: string;
  index: number;
}

const found = (text: string, form: RegExp): Match[] =>
  [...text.matchAll(form)].flatMap(({ 1: value, index }) => (value === undefined ? [] : [{ value, index }]));

const located = (text: string, { value, index }: Match): Located => ({
  value,
  line: text.slice(0, index).split('\n').length,
});
