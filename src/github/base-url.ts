import { inputError } from '../core/errors.ts';

/**
 * The root of the REST API: https, or plain http to this machine and its own network, where no stranger listens on
 * the way. Throws an input error for anything else, and for an address that holds a password.
 */
export function checkedBaseUrl(text: string): URL {
  const url = URL.parse(text.trim());
  if (
    url &&
    !url.username &&
    !url.password &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && isOwnNetwork(url.hostname)))
  )
    return url;
  throw inputError(
    "GitHub's API address is not an https URL, or it holds a password.",
    'Set GITHUB_API_URL to https://api.github.com, or to https://HOST/api/v3 for GitHub Enterprise Server.',
  );
}

export const isLoopback = ({ hostname }: URL): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);

/** Loopback, the private ranges of RFC 1918 and RFC 4193, and names that no public resolver has (RFC 6761, 6762, 8375). */
const isOwnNetwork = (host: string): boolean =>
  /^(127|10)\.\d+\.\d+\.\d+$|^192\.168\.\d+\.\d+$|^172\.(1[6-9]|2\d|3[01])\.\d+\.\d+$|^\[(::1|f[cd][0-9a-f]{2}:.*)\]$/.test(
    host,
  ) || /^[a-z0-9_-]*[a-z_-][a-z0-9_-]*$|\.(localhost|local|internal|test|home\.arpa)$/.test(host);
