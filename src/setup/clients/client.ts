import type { JsonValue } from '../../core/json.ts';
import type { TomlTable } from '../edit/toml-table.ts';
import type { Launch } from './launch.ts';

export const CLIENT_IDS = ['claude', 'codex', 'cursor', 'vscode', 'gemini', 'opencode'] as const;
export type ClientId = (typeof CLIENT_IDS)[number];

/** `user`: for this person, in every repository. `project`: in files of the checkout, which colleagues may share. */
export type Scope = 'user' | 'project';

/** Whether wiring is put in or taken out. */
export type Mode = 'add' | 'remove';

/** What a client has to know to say where its settings are. */
export interface Place {
  home: string;
  /** The main checkout. */
  root: string;
  env: NodeJS.ProcessEnv;
  packageRoot: string;
  /** `node`, or the absolute path of one that is new enough. */
  node: string;
  exists(path: string): boolean;
  onPath(program: string): boolean;
  /** `shared` for files that lie in the checkout. */
  launch(shared: boolean): Launch;
}

/** What stands at one place of a JSON file. */
export interface JsonEntry {
  at: readonly string[];
  value: JsonValue;
}

/** One thing that makes a client start the server. */
export type Wiring =
  | {
      kind: 'json';
      path: string;
      entries: readonly JsonEntry[];
    }
  | { kind: 'toml'; path: string; table: TomlTable }
  | {
      kind: 'folder';
      path: string;
      /** Relative paths and their texts. */
      files: ReadonlyMap<string, string>;
      /** Whether a folder that is there already is ours. */
      isOurs: boolean;
      /** What to do instead where it is not. */
      instead: string;
      /** Folders that the client makes for it, removed with it where they are empty. */
      alsoEmptied: readonly string[];
    }
  /** Wired in a way that this program does not touch. */
  | { kind: 'elsewhere'; path: string; how: string };

export interface Client {
  id: ClientId;
  title: string;
  /** Why the client is thought to be used here: `~/.codex exists`. Undefined where nothing says so. */
  sign(place: Place): string | undefined;
  wiring(place: Place, scope: Scope): Promise<Wiring>;
  /** Wiring in other places, by an earlier form of this program or by the client itself; taken out in `mode`. */
  strays?(place: Place, scope: Scope, mode: Mode): Promise<Wiring[]>;
  /** What a person should know about it in this scope. */
  note?(place: Place, scope: Scope): string | undefined;
}

/** The variables that the server, git and gh read; clients that hand on only some of theirs have to be told. */
export const HANDED_ON = [
  'SENTRY_AUTH_TOKEN',
  'SENTRY_ACCESS_TOKEN',
  'SENTRY_AUTH',
  'SENTRY_URL',
  'SENTRY_ORG',
  'SENTRY_PROJECT',
  'GITHUB_TOKEN',
  'GH_TOKEN',
  'GITHUB_API_URL',
  'SSH_AUTH_SOCK',
  'GH_CONFIG_DIR',
  'XDG_CONFIG_HOME',
  'NODE_EXTRA_CA_CERTS',
  // The kill switch: without it, a person who sets it in the client's environment stops nothing.
  'PITCREW_STOP',
] as const;

/** The first of the places that exists, as people would write it, or the program in PATH. */
export function signOf(place: Place, folders: readonly string[], program: string): string | undefined {
  const folder = folders.find((path) => place.exists(path));
  if (folder !== undefined) return `${shownPath(folder, place)} exists`;
  return place.onPath(program) ? `${program} is in PATH` : undefined;
}

/** `~/x` below the home folder, relative below the checkout, else the path. */
export function shownPath(path: string, { home, root }: Pick<Place, 'home' | 'root'>): string {
  if (path.startsWith(`${root}/`)) return path.slice(root.length + 1);
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
