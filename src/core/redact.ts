/**
 * Replaces credentials in `text` by typed tokens such as `[secret:github-token]`.
 * Each rule is linear: one pass, bounded repetition, no nested quantifiers. A replaced text is stable under a
 * second pass, so that redacting twice (before storage and before the answer) changes nothing.
 */
export function redact(text: string): string {
  let clean = text;
  for (const rule of RULES) {
    if (rule.hint.test(clean)) clean = clean.replace(rule.pattern, rule.replacement);
  }
  return clean;
}

/** `redact`, and the given values wherever they stand: for tokens that the program itself holds. */
export function redactValues(text: string, values: readonly string[]): string {
  let clean = text;
  for (const value of values) {
    if (value.length >= 8) clean = clean.replaceAll(value, '[secret:own-token]');
  }
  return redact(clean);
}

/** True for names whose value is a credential whatever it looks like: `Authorization`, `api_key`, `password`. */
export const isSecretName = (name: string): boolean => SECRET_FIELD.test(name);

const SECRET_FIELD =
  /(^|[^a-z])(authorization|cookies?|set-cookie|passw(or)?d|passphrase|secret|token|credentials?|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|session[-_ ]?id|csrf|x-auth|dsn)([^a-z]|$)|token$|secret$|password$/i;

interface Rule {
  /** A cheap test: most texts have none of these, and skip the replacement. */
  hint: RegExp;
  pattern: RegExp;
  replacement: string;
}

const rule = (name: string, hint: RegExp, pattern: RegExp, replacement?: string): Rule => ({
  hint,
  pattern,
  replacement: replacement ?? `[secret:${name}]`,
});

const RULES: readonly Rule[] = [
  rule(
    'private-key',
    /PRIVATE KEY/,
    /-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----[^-]{0,20000}(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|$)/g,
  ),
  rule('sentry-token', /sntry/, /\bsntry[a-z]_[A-Za-z0-9+/=_-]{10,400}/g),
  rule(
    'github-token',
    /gh[pousr]_|github_pat_/,
    /\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255})/g,
  ),
  rule('gitlab-token', /glpat-/, /\bglpat-[A-Za-z0-9_-]{20,64}/g),
  rule(
    'slack-token',
    /xox[abeoprs]-|hooks\.slack/,
    /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}|hooks\.slack\.com\/services\/[A-Za-z0-9/]{20,100}/g,
  ),
  rule('aws-key', /A[KS]IA|AGPA|AIDA|AROA/, /\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}\b/g),
  rule('google-key', /AIza|ya29\./, /\bAIza[A-Za-z0-9_-]{35}|\bya29\.[A-Za-z0-9_-]{20,500}/g),
  rule(
    'stripe-key',
    /_(?:live|test)_|whsec_/,
    /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,250}|\bwhsec_[A-Za-z0-9]{24,100}/g,
  ),
  rule('anthropic-key', /sk-ant-/, /\bsk-ant-[A-Za-z0-9_-]{20,250}/g),
  rule('openai-key', /sk-/, /\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32,250}/g),
  rule('npm-token', /npm_/, /\bnpm_[A-Za-z0-9]{36}/g),
  rule('pypi-token', /pypi-/, /\bpypi-[A-Za-z0-9_-]{50,300}/g),
  rule('vercel-token', /vc[a-z]_/, /\bvc[a-z]_[A-Za-z0-9]{24,100}/g),
  rule('sendgrid-key', /SG\./, /\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}/g),
  rule('twilio-key', /SK|AC/, /\b(?:SK|AC)[0-9a-f]{32}\b/g),
  rule('jwt', /eyJ/, /\beyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,8000}(?:\.[A-Za-z0-9_-]{0,2000})?/g),
  rule(
    'url-credentials',
    /:\/\//,
    /\b([a-z][a-z0-9+.-]{1,30}:\/\/)[^\s/@:"'<>]{0,200}:[^\s/@"'<>]{1,200}@/gi,
    '$1[secret:url-credentials]@',
  ),
  rule(
    'authorization',
    /bearer|basic|token/i,
    /\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{12,4000}/gi,
    '$1 [secret:authorization]',
  ),
  rule(
    'assignment',
    /passw|secret|token|api|access|private|authorization|cookie|credential/i,
    /\b([A-Za-z0-9_.-]{0,60}(?:password|passwd|passphrase|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|authorization|cookie|credentials?)["']?\s{0,4}(?:=>|[=:])\s{0,4}["']?)(?!\[secret:|(?:bearer|basic)\s|null\b|true\b|false\b|undefined\b)[^\s"',;&<>(){}[\]]{6,4000}/gi,
    '$1[secret:assignment]',
  ),
];
