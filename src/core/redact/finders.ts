import { ASSIGNMENTS } from './assignments.ts';
import { wrappedIn } from './base64.ts';
import { CLOUD_TOKENS } from './cloud-tokens.ts';
import type { FinderGroup } from './finder.ts';
import { HEADERS } from './headers.ts';
import { KEY_BLOCKS, KEY_LINES } from './key-blocks.ts';
import { PERSON_FINDERS } from './persons.ts';
import { SERVICE_TOKENS } from './service-tokens.ts';
import { URLS } from './urls.ts';

/**
 * What is known by its own looks, the most specific first, then what is known by what stands around it. Most texts
 * (names of functions, paths, short messages) pass no gate and cost a few microseconds.
 */
const PLAIN: readonly FinderGroup[] = [
  { gate: /PRIVATE KEY|Private-Lines|"kty"/, finders: KEY_BLOCKS },
  // Every vendor's token has such a run.
  { gate: /[A-Za-z0-9_+/=-]{16}/, finders: [...CLOUD_TOKENS, ...SERVICE_TOKENS] },
  { gate: /:\/\/|[=@]/, finders: URLS },
  {
    gate: /pass|p[ws]|secret|credential|key|token|auth|cookie|bearer|basic|negotiate|ntlm|sess|sid|jwt|otp|[cx]srf|pat|dsn|salt|seed|sk|connection|dpop|sso|identified|login|curl|wget|http/i,
    finders: [...HEADERS, ...ASSIGNMENTS],
  },
  { gate: /[A-Za-z0-9+/]{60}/, finders: KEY_LINES },
];

/** Every secret; base64 is looked into for addresses too, because what it wraps is not shown either way. */
export const SECRET_FINDERS: readonly FinderGroup[] = [
  ...PLAIN,
  { gate: /[A-Za-z0-9+/_-]{16}/, finders: [wrappedIn([...PLAIN, ...PERSON_FINDERS])] },
];
