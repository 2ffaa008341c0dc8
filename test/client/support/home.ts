import { mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Stage } from '../../support/stage.ts';

/** No key of anybody: the stand-in for the API asks for none, the client for one of this look. */
const KEY = `sk-ant-${'test-only-'.repeat(4)}`;

/** The plugin that clients are given: this checkout, or an installed form that `PITCREW_PLUGIN` names. */
export const PLUGIN = resolve(process.env.PITCREW_PLUGIN ?? '.');

/** What the client may do without asking: `manual` asks for all that is not allowed by name, `bypass` asks for nothing. */
export type Permissions = 'manual' | 'bypass';

export interface ClientOptions {
  /** A home to come back to, for a resumed session; without it the client has one of its own. */
  home?: string;
  /** Folder of a plugin, or `none` where the home or the project brings its own. Default: this checkout. */
  plugin?: string;
  /** Default: `manual`, with all tools of ours and Bash, Read, Edit and Write allowed by name. */
  permissions?: Permissions;
  /** Tools allowed by name under `manual`. */
  allowed?: readonly string[];
  /** Further arguments: `--resume`, `--continue`, `--fork-session`, ... */
  args?: readonly string[];
  env?: Record<string, string>;
  /** Where it is started. Default: the stage's repository. */
  cwd?: string;
}

const ALLOWED = ['mcp__plugin_pitcrew_pitcrew', 'Bash', 'Read', 'Edit', 'Write'];

/** A home past all first questions, in which the stage's repository is trusted. Answers its folder. */
export async function makeHome(stage: Stage): Promise<string> {
  const home = await mkdtemp(join(stage.folder, 'client-'));
  await mkdir(join(home, '.claude'));
  const trusted = { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true };
  const settings = {
    hasCompletedOnboarding: true,
    theme: 'dark',
    numStartups: 5,
    autoUpdates: false,
    customApiKeyResponses: { approved: [KEY.slice(-20)], rejected: [] },
    projects: { [await realpath(stage.repository)]: trusted },
  };
  await writeFile(join(home, '.claude.json'), JSON.stringify(settings));
  return home;
}

/** The whole environment of a client: the stage's services and nothing of the machine but its programs. */
export function clientEnvironment(
  stage: Stage,
  home: string,
  url: string,
  options: ClientOptions,
): Record<string, string> {
  const services = Object.entries(stage.env).filter(([name]) => /^(SENTRY|GITHUB|GIT_CONFIG)_/.test(name));
  return {
    ...Object.fromEntries(services),
    HOME: home,
    // Hooks and servers start `node`: this Node, as a person's own would be.
    PATH: `${dirname(process.execPath)}:${stage.env.PATH ?? '/usr/bin:/bin'}`,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    SHELL: '/bin/sh',
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: KEY,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    // As root the client lets everything through only where it is told that the machine is a throw-away one.
    ...(options.permissions === 'bypass' ? { IS_SANDBOX: '1' } : {}),
    ...options.env,
  };
}

export function clientArguments({
  plugin = PLUGIN,
  permissions = 'manual',
  allowed = ALLOWED,
  args = [],
}: ClientOptions): string[] {
  return [
    ...(plugin === 'none' ? [] : ['--plugin-dir', plugin]),
    ...(permissions === 'bypass'
      ? ['--dangerously-skip-permissions']
      : ['--permission-mode', 'manual', '--allowedTools', allowed.join(',')]),
    ...args,
  ];
}
