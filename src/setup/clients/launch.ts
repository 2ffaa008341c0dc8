import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from '../../core/run.ts';

/** How a client starts the server. */
export interface Launch {
  command: string;
  args: string[];
  /** True where it names a folder of this machine, which a colleague's clone does not have. */
  isMachineBound: boolean;
}

/**
 * Starts the bundled server of this installation. For files that are shared with colleagues: the copy in the
 * project's `node_modules`, by a relative path, where there is one. From npx's cache, which is emptied now and then:
 * through npx.
 */
export function launchOf(options: {
  packageRoot: string;
  version: string;
  /** `node`, or the absolute path of one that is new enough. */
  node: string;
  /** The checkout's top, for files that lie in it. */
  sharedIn?: string;
}): Launch {
  const { packageRoot, version, node, sharedIn } = options;
  if (sharedIn !== undefined && existsSync(join(sharedIn, IN_PROJECT)))
    return { command: 'node', args: [IN_PROJECT, 'mcp'], isMachineBound: false };
  if (/[\\/]_npx[\\/]/.test(packageRoot))
    return { command: 'npx', args: ['-y', `pitcrew@${version}`, 'mcp'], isMachineBound: false };
  return { command: node, args: [join(packageRoot, 'dist', 'pitcrew.mjs'), 'mcp'], isMachineBound: true };
}

const IN_PROJECT = 'node_modules/pitcrew/dist/pitcrew.mjs';

/** The version of the Node that clients will find in PATH; undefined for none. npm's own additions do not count. */
export async function nodeOnPath(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { code, stdout } = await run('node', ['--version'], {
    cwd: '/',
    env: { ...env, PATH: withoutNpm(env.PATH ?? '') },
    timeoutMs: 10_000,
  });
  return code === 0 ? stdout.trim().replace(/^v/, '') : undefined;
}

/** npx and `npm run` put `node_modules/.bin` folders first, which a client that is started elsewhere does not have. */
export const withoutNpm = (path: string): string =>
  path
    .split(delimiter)
    .filter((folder) => !/[\\/]node_modules[\\/]\.bin[\\/]?$/.test(folder))
    .join(delimiter);

/** Compares the first two numbers: the Node that this program needs is named by those. */
export function isAtLeast(version: string, needed: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > needed[0] || (major === needed[0] && minor >= needed[1]);
}
