import { readFile, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { gitRead } from '../../git/git.ts';
import type { Repository } from '../../git/repository.ts';
import { parseDotEnv, parseIni, parseProperties, type SettingsFile } from '../../sentry/settings-files.ts';
import { DSN_PATTERN, type Dsn, readDsn } from './dsn.ts';
import { slugsIn } from './slugs.ts';

/** Something about Sentry in a file of the repository: `next.config.js line 12`. */
export interface Trace {
  value: string;
  place: string;
}

/** What the repository's files say about its place in Sentry, where the tools themselves do not look. */
export interface Traces {
  organization?: Trace;
  projects: Trace[];
  dsns: (Dsn & { place: string })[];
  /** Where tokens lie; never the tokens. */
  tokenPlaces: string[];
}

/** Looks through settings of build plugins, further `.env` files and the DSNs in the sources. Throws nothing. */
export async function findTraces(checkout: Repository, files: readonly string[]): Promise<Traces> {
  const { root } = checkout;
  const [settings, builds, dsns] = await Promise.all([
    Promise.all(settingsFiles(files).map((file) => settingsIn(root, file))),
    Promise.all(buildFiles(files).map((file) => buildIn(root, file))),
    dsnsIn(checkout),
  ]);
  const found = [...settings, ...builds];
  const organization = found.find((one) => one.organization)?.organization;
  // Projects of another organization than the first one are somebody else's settings.
  const ours = found.filter((one) => one.organization?.value === organization?.value || !one.organization);
  return {
    projects: unique(ours.flatMap(({ projects }) => projects)),
    dsns: [...dsns, ...settings.flatMap((one) => one.dsns)],
    tokenPlaces: settings.flatMap(({ tokenPlaces }) => tokenPlaces),
    ...(organization ? { organization } : {}),
  };
}

/** Where tokens lie that the tools do not use: `.env.local line 3`. Never the tokens; throws nothing. */
export const unusedTokenPlaces = async (root: string): Promise<string[]> =>
  (await Promise.all(settingsFiles([]).map((file) => settingsIn(root, file)))).flatMap(
    ({ tokenPlaces }) => tokenPlaces,
  );

/** Whatever `.env` the frameworks and Sentry's wizard write; git mostly ignores these, so they are named. */
const DOT_ENV_FILES = [
  '.env.local',
  '.env.sentry-build-plugin',
  '.env.production',
  '.env.production.local',
  '.env.development',
  '.env.development.local',
];
/** Where Sentry's wizard puts them for mobile and Java projects; ignored by git as well. */
const PROPERTIES_FILES = ['android', 'ios', 'app', 'src/main/resources'].map(
  (folder) => `${folder}/sentry.properties`,
);
const NAMES = ['SENTRY_AUTH_TOKEN', 'SENTRY_ORG', 'SENTRY_PROJECT'];
const NOT_OURS =
  /(^|\/)(node_modules|vendor|third[-_]party|examples?|samples?|fixtures?|testdata|tests?|__tests__|docs?)\//i;
const MOST_FILES = 80;
const LARGEST = 256 * 1024;

function settingsFiles(files: readonly string[]): string[] {
  const below = files.filter(
    (file) =>
      file.includes('/') && !NOT_OURS.test(file) && /(^|\/)(sentry\.properties|\.sentryclirc)$/.test(file),
  );
  return [...new Set([...DOT_ENV_FILES, '.env', ...PROPERTIES_FILES, ...below.slice(0, MOST_FILES)])];
}

const BUILD_FILE =
  /\.config\.[cm]?[jt]sx?$|^(gatsby-config\.[cm]?[jt]s|app\.json|build\.gradle(\.kts)?|pom\.xml|Fastfile)$/;

const buildFiles = (files: readonly string[]): string[] =>
  files
    .filter(
      (file) =>
        !NOT_OURS.test(file) &&
        (BUILD_FILE.test(posix.basename(file)) || /^\.github\/workflows\/[^/]+\.ya?ml$/.test(file)),
    )
    .slice(0, MOST_FILES);

async function settingsIn(root: string, file: string): Promise<Traces> {
  const text = await textOf(root, file);
  const { settings } = text === undefined ? { settings: new Map() } : parsed(file, text);
  const at = (...names: string[]): Trace[] =>
    names.flatMap((name) => {
      const held = settings.get(name);
      return held ? [{ value: held.value, place: `${file} line ${held.line}` }] : [];
    });
  const [organization] = at('SENTRY_ORG', 'defaults.org').filter(isSlug);
  return {
    // The tools read the .env at the top themselves.
    tokenPlaces: file === '.env' ? [] : at('SENTRY_AUTH_TOKEN', 'auth.token').map(({ place }) => place),
    projects: at('SENTRY_PROJECT', 'defaults.project').filter(isSlug),
    dsns: dsnLines(file, text ?? ''),
    ...(organization ? { organization } : {}),
  };
}

function parsed(file: string, text: string): SettingsFile {
  if (posix.basename(file).startsWith('.env')) return parseDotEnv(text, NAMES);
  return file.endsWith('.properties') ? parseProperties(text) : parseIni(text);
}

const isSlug = ({ value }: Trace): boolean => /^[a-z0-9][a-z0-9_-]{0,99}$/.test(value);

async function buildIn(root: string, file: string): Promise<Traces> {
  const { organization, projects } = slugsIn((await textOf(root, file)) ?? '');
  const place = (line: number) => `${file} line ${line}`;
  return {
    tokenPlaces: [],
    dsns: [],
    projects: projects.map(({ value, line }) => ({ value, place: place(line) })),
    ...(organization ? { organization: { value: organization.value, place: place(organization.line) } } : {}),
  };
}

/** Undefined for what is not there, cannot be read, or is too large to be somebody's settings. */
async function textOf(root: string, file: string): Promise<string | undefined> {
  const path = join(root, file);
  const size = await stat(path).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  );
  return size === undefined || size > LARGEST ? undefined : readFile(path, 'utf8').catch(() => undefined);
}

const GREP_MS = 5000;
const MOST_DSNS = 20;

/** Of files that git knows, or would add: git looks through them faster than anything else here could. */
async function dsnsIn(checkout: Repository): Promise<Traces['dsns']> {
  const asked = await gitRead(
    checkout,
    [
      '--no-literal-pathspecs',
      'grep',
      ...['--untracked', '--no-color', '-I', '-n', '-o', '-z', '-E', '-e', DSN_PATTERN],
      ...['--', '.', ':(exclude,icase,glob)**/*.md'],
    ],
    { accept: [0, 1], timeoutMs: GREP_MS },
  ).catch(() => undefined);
  const lines = (asked?.stdout ?? '').split('\n').flatMap((line) => {
    const [, file = '', number = '', text = ''] = /^([^\0]+)\0(\d+)[\0:](.*)$/.exec(line) ?? [];
    const dsn = file === '' || NOT_OURS.test(file) ? undefined : readDsn(text);
    return dsn ? [{ ...dsn, place: `${file} line ${number}` }] : [];
  });
  return lines.slice(0, MOST_DSNS);
}

const dsnLines = (file: string, text: string): Traces['dsns'] =>
  text.split('\n').flatMap((line, index) => {
    const dsn = readDsn(new RegExp(DSN_PATTERN).exec(line)?.[0] ?? '');
    return dsn ? [{ ...dsn, place: `${file} line ${index + 1}` }] : [];
  });

const unique = (traces: readonly Trace[]): Trace[] =>
  [...new Map([...traces].reverse().map((trace) => [trace.value, trace])).values()].reverse();
