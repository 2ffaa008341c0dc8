import { dirname, join } from 'node:path';
import { messageOf } from '../core/errors.ts';
import { readOrganizationToken } from './organization-token.ts';
import { parseDotEnv, parseIni, parseProperties, type SettingsFile } from './settings-files.ts';

export interface CredentialSources {
  env: Readonly<Record<string, string | undefined>>;
  /** The home folder; absent where there is none. */
  home?: string;
  /** The repository's root, where `.env`, `.sentryclirc` and `sentry.properties` are looked for. */
  root?: string;
  /** Rejects with code ENOENT for a file that is not there. */
  readFile(path: string): Promise<string>;
}

export interface FoundValue {
  value: string;
  /** For people: `SENTRY_AUTH_TOKEN of the environment`, `~/.sentryclirc line 2`. Never holds the value. */
  place: string;
}

export interface SentryCredentials {
  token?: FoundValue;
  organization?: FoundValue;
  project?: FoundValue;
  url?: FoundValue;
  /** What could not be read or was not used, one sentence each, with file and line. */
  problems: string[];
}

/**
 * Finds token, organization, project and URL where people keep them, the first place winning for each: the environment,
 * `.env` of the repository, `.sentryclirc` upwards from the repository and in the home folder, `sentry.properties`, and
 * what an organization token says about itself. Reads only. An address that stands in the repository is not used with
 * a token from outside of it: a cloned repository could send the token anywhere.
 */
export async function findSentryCredentials(sources: CredentialSources): Promise<SentryCredentials> {
  const problems: string[] = [];
  const layers = [fromEnvironment(sources.env), ...(await fromFiles(sources, problems))];
  const token = firstOf(layers, 'token');
  const told = token ? readOrganizationToken(token.value) : {};
  const place = `the token (${token?.place ?? ''})`;
  const byToken: Layer = {
    inRepository: token?.inRepository ?? false,
    values: {
      ...(told.organization ? { organization: { value: told.organization, place } } : {}),
      ...(told.url ? { url: { value: told.url, place } } : {}),
    },
  };
  const url = trustedUrl([...layers, byToken], token, problems);
  return withoutAbsent({
    token: bare(token),
    organization: bare(firstOf([...layers, byToken], 'organization')),
    project: bare(firstOf(layers, 'project')),
    url: bare(url),
    problems,
  });
}

type Key = 'token' | 'organization' | 'project' | 'url';
interface Layer {
  inRepository: boolean;
  values: Partial<Record<Key, FoundValue>>;
}
type Located = FoundValue & { inRepository: boolean };

const ENVIRONMENT_NAMES: Record<Key, readonly string[]> = {
  token: ['SENTRY_AUTH_TOKEN', 'SENTRY_ACCESS_TOKEN', 'SENTRY_AUTH'],
  organization: ['SENTRY_ORG'],
  project: ['SENTRY_PROJECT'],
  url: ['SENTRY_URL'],
};
const FILE_NAMES: Record<Key, readonly string[]> = {
  token: ['auth.token'],
  organization: ['defaults.org'],
  project: ['defaults.project'],
  url: ['defaults.url'],
};
const KEYS: readonly Key[] = ['token', 'organization', 'project', 'url'];

function fromEnvironment(env: CredentialSources['env']): Layer {
  const lookUp = (name: string) => {
    const value = env[name]?.trim();
    return value ? { value, place: `${name} of the environment` } : undefined;
  };
  return { inRepository: false, values: pick(ENVIRONMENT_NAMES, lookUp) };
}

interface Candidate {
  path: string;
  shown: string;
  inRepository: boolean;
  names: Record<Key, readonly string[]>;
  parse(text: string): SettingsFile;
}

async function fromFiles(sources: CredentialSources, problems: string[]): Promise<Layer[]> {
  const read = candidatesIn(sources).map(async (candidate) => {
    const file = await readSettings(candidate, sources, problems);
    const lookUp = (name: string) => {
      const found = file?.settings.get(name);
      return found && { value: found.value, place: `${candidate.shown} line ${found.line}` };
    };
    return { inRepository: candidate.inRepository, values: pick(candidate.names, lookUp) };
  });
  return Promise.all(read);
}

function candidatesIn({ root, home }: CredentialSources): Candidate[] {
  const ini = { names: FILE_NAMES, parse: parseIni };
  const dotEnvNames = Object.values(ENVIRONMENT_NAMES).flat();
  const dotEnv = { names: ENVIRONMENT_NAMES, parse: (text: string) => parseDotEnv(text, dotEnvNames) };
  const inRoot = (name: string, kind: Pick<Candidate, 'names' | 'parse'>): Candidate[] =>
    root === undefined ? [] : [{ path: join(root, name), shown: name, inRepository: true, ...kind }];
  const above = (root === undefined ? [] : parentsOf(root)).filter((folder) => folder !== home);
  return [
    ...inRoot('.env', dotEnv),
    ...inRoot('.sentryclirc', ini),
    ...above
      .map((folder) => ({ path: join(folder, '.sentryclirc'), inRepository: false, ...ini }))
      .map(shownByPath),
    ...(home === undefined
      ? []
      : [{ path: join(home, '.sentryclirc'), shown: '~/.sentryclirc', inRepository: false, ...ini }]),
    ...inRoot('sentry.properties', { names: FILE_NAMES, parse: parseProperties }),
  ];
}

const shownByPath = <T extends { path: string }>(candidate: T) => ({ ...candidate, shown: candidate.path });

function parentsOf(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [] : [parent, ...parentsOf(parent)];
}

async function readSettings(
  { path, shown, parse }: Candidate,
  sources: CredentialSources,
  problems: string[],
): Promise<SettingsFile | undefined> {
  let text: string;
  try {
    text = await sources.readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT' && code !== 'ENOTDIR')
      problems.push(`${shown} cannot be read (${typeof code === 'string' ? code : messageOf(error)}).`);
    return undefined;
  }
  const file = parse(text);
  problems.push(...file.problems.map(({ line, message }) => `${shown} line ${line}: ${message}.`));
  return file;
}

function pick(
  names: Record<Key, readonly string[]>,
  lookUp: (name: string) => FoundValue | undefined,
): Layer['values'] {
  const found: Layer['values'] = {};
  for (const key of KEYS) {
    const value = names[key].map(lookUp).find((one) => one !== undefined);
    if (value) found[key] = value;
  }
  return found;
}

function firstOf(layers: readonly Layer[], key: Key): Located | undefined {
  for (const { values, inRepository } of layers) {
    const value = values[key];
    if (value) return { ...value, inRepository };
  }
  return undefined;
}

/** The first address that the token may be sent to; one that may not is a problem, unless a trusted place says the same. */
function trustedUrl(layers: readonly Layer[], token: Located | undefined, problems: string[]) {
  const trusts = ({ inRepository, values: { url } }: Layer) =>
    !inRepository || token?.inRepository === true || url === undefined || isSentryItself(url.value);
  const trusted = layers.filter(trusts);
  const agreed = new Set(trusted.map(({ values }) => values.url?.value));
  for (const { values } of layers.filter((layer) => !trusts(layer))) {
    if (!token || !values.url || agreed.has(values.url.value)) continue;
    problems.push(
      `The Sentry URL in ${values.url.place} is not used, because it stands in the repository and the token does not (${token.place}): set SENTRY_URL to it yourself if you trust it.`,
    );
  }
  return firstOf(trusted, 'url');
}

function isSentryItself(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed?.protocol === 'https:' && /(^|\.)sentry\.io$/.test(parsed.hostname);
}

const bare = (found: Located | undefined): FoundValue | undefined =>
  found && { value: found.value, place: found.place };

function withoutAbsent(
  credentials: {
    [K in Key]: FoundValue | undefined;
  } & { problems: string[] },
): SentryCredentials {
  const { problems, ...found } = credentials;
  const kept: SentryCredentials = { problems };
  for (const key of KEYS) if (found[key]) kept[key] = found[key];
  return kept;
}
