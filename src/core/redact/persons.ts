import { isIPv6 } from 'node:net';
import { type FinderGroup, patternFinder } from './finder.ts';

/**
 * Addresses of persons: e-mail, and IP addresses that belong to somebody on the internet. Not loopback, private,
 * link-local, multicast or unspecified ones, which say something of the fault and nothing of a person, and not what
 * looks like a version.
 */
export const PERSON_FINDERS: readonly FinderGroup[] = [
  {
    gate: /@/,
    finders: [
      patternFinder(
        'email',
        ['@'],
        /(?<![\w.+-]|\w'|:\/\/)[\w][\w.+'-]{0,63}@(?=[a-z0-9-]{0,62}[a-z])[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,62}){0,6}\.[a-z]{2,24}(?![\w@(])/gi,
        { token: '[email]', accept: ([address]) => isEmail(address) },
      ),
    ],
  },
  {
    gate: /\d\.\d|[23][0-9a-f]{3}:/i,
    finders: [
      patternFinder(
        'ip',
        ['.'],
        /(?<![\w.@^~-]|\d,)(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\d|\.\d|-[a-z\d]|\.?[a-z])/gi,
        { token: '[ip]', accept: (match, text) => isPublic4(match[0]) && !isVersion(match, text) },
      ),
      // Every address that is routed on the internet begins with 2 or 3: names like `dead::beef` are none.
      patternFinder('ip', [':'], /(?<![\w:.])[23][0-9a-f]{3}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi, {
        token: '[ip]',
        accept: ([address]) => isIPv6(address),
      }),
    ],
  },
];

/** No user of `git@github.com`, no `this@Label.method` of Kotlin, no `icon@2x.png`, no `package@1.0.0.beta`. */
function isEmail(address: string): boolean {
  const [user = '', host = ''] = address.split('@');
  const labels = host.split('.');
  return (
    !/^(?:git|hg|svn|this|super|return|break|continue)$/i.test(user) &&
    !FILE_EXTENSION.test(labels.at(-1) ?? '') &&
    labels.slice(0, -1).some((label) => /[a-z]/i.test(label)) &&
    !/^\d+x$/i.test(labels[0] ?? '')
  );
}

const FILE_EXTENSION =
  /^(?:png|jpe?g|gif|svg|webp|avif|ico|js|mjs|cjs|jsx|ts|mts|cts|tsx|json|html?|s?css|less|map|lock|ya?ml|toml|txt|log|whl|t?gz|tar|zip|dll|exe|jar|class|so|dylib|rb|php|java|kts?|swift|cpp|hpp|vue|wasm|service|target)$/i;

function isPublic4(address: string): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  if ([a, b, c, d].filter((part) => part < 10).length >= 3) return false;
  const isPrivate = a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168);
  const isShared = (a === 169 && b === 254) || (a === 100 && b >= 64 && b < 128);
  return a !== 0 && a !== 127 && a < 224 && !isPrivate && !isShared;
}

/** `v1.20.3.4`, `version 1.20.3.4`, `Version=1.20.3.4`, `lib==1.20.3.4`, `Chrome/120.0.0.0`. */
function isVersion({ 0: address, index }: RegExpExecArray, text: string): boolean {
  const before = text.slice(Math.max(0, index - 16), index);
  if (/(?:\bv|version|ver\.?|release|build|assembly|[<>=~!]=)["':=\s]{0,3}$/i.test(before)) return true;
  return /[a-z]\/$/i.test(before) && address.endsWith('.0');
}
