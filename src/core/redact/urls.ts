import { patternFinder } from './finder.ts';
import { isPlaceholder, mixes } from './values.ts';

/** Credentials in URLs, their queries, and strings that are nearly URLs. */
export const URLS = [
  patternFinder(
    'url-credentials',
    ['://'],
    /((?<![A-Za-z0-9])[a-z][a-z0-9+.-]{1,30}:\/\/)[^\s/@:"'`<>\\]{0,200}:[^\s/"'`<>\\]{1,300}(?=@)/gi,
    { accept: ([whole]) => !isPlaceholder(whole.slice(whole.lastIndexOf(':') + 1)) },
  ),
  // A token in the place of the user, as in Sentry's DSN.
  patternFinder(
    'url-credentials',
    ['://'],
    /((?<![A-Za-z0-9])[a-z][a-z0-9+.-]{1,30}:\/\/)[A-Za-z0-9_~.-]{16,300}(?=@)/gi,
    { accept: ([whole]) => mixes(whole.slice(whole.indexOf('://') + 3)) },
  ),
  // As Go's MySQL driver has it: user:password@tcp(host:3306)/name.
  patternFinder(
    'connection-string',
    ['@tcp(', '@unix('],
    /((?<![\w.-])[\w.-]{1,64}:)[^\s:@/()"']{1,200}(?=@(?:tcp|unix)\()/g,
  ),
  // AWS, Google, Azure, CloudFront and Alibaba sign URLs; others put keys in them. The value ends the pair.
  patternFinder(
    'signed-url',
    ['='],
    /((?<![a-z0-9])(?:x-(?:amz|goog|oss|ms)-(?:signature|credential|security-token)|awsaccesskeyid|googleaccessid|ossaccesskeyid|key-pair-id|sig|signature|hmac|policy|se?ig)=)[^\s&"'`<>#;,)\]}]{8,4000}/gi,
    { accept: ([whole, kept = '']) => mixes(whole.slice(kept.length)) },
  ),
  patternFinder(
    'query',
    ['='],
    /([?&;](?:[\w.-]{0,40}[_.-])?(?:key|code|auth|apikey|ticket|state|nonce|hash|jwt|session|sid|sso|token|assertion|samlresponse|credential)=)[^\s&"'`<>#;,)\]}]{8,4000}/gi,
    { accept: ([whole, kept = '']) => mixes(whole.slice(kept.length)) },
  ),
];
