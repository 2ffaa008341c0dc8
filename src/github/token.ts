import type { RunResult } from '../core/run.ts';

export interface FoundToken {
  value: string;
  /** Where it was found, for people: `GITHUB_TOKEN`, `GH_TOKEN`, `gh auth token`. */
  source: string;
}

export interface TokenSources {
  env: NodeJS.ProcessEnv;
  /** Runs the `gh` program; exit code 127 where there is none. */
  runGh: (args: string[], timeoutMs: number) => Promise<Pick<RunResult, 'code' | 'stdout'>>;
  /** The API that the token is for; without it `GITHUB_API_URL`, else github.com's. */
  baseUrl?: string;
}

/**
 * `GITHUB_TOKEN`, then `GH_TOKEN`, then `gh auth token`, which is asked only when the first two are empty, once a
 * call, and for the host of the API: a token of github.com is not handed to another server.
 */
export async function findGitHubToken({
  env,
  runGh,
  baseUrl,
}: TokenSources): Promise<FoundToken | undefined> {
  for (const source of ['GITHUB_TOKEN', 'GH_TOKEN']) {
    const value = env[source]?.trim();
    if (value) return { value, source };
  }
  const host = hostOf(baseUrl ?? env.GITHUB_API_URL ?? 'https://api.github.com');
  if (host === undefined) return undefined;
  const { code, stdout } = await runGh(['auth', 'token', '--hostname', host], GH_TIMEOUT_MS);
  const value = stdout.trim();
  return code === 0 && /^\S+$/.test(value) ? { value, source: 'gh auth token' } : undefined;
}

const GH_TIMEOUT_MS = 5000;

/** The host by which `gh` knows a server: github.com and ghe.com have their API under `api.`. */
function hostOf(baseUrl: string): string | undefined {
  if (!URL.canParse(baseUrl)) return undefined;
  return new URL(baseUrl).host.replace(/^api\.(?=github\.com$|[\w-]+\.ghe\.com$)/, '');
}
