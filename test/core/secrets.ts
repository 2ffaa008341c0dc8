// Made up, and put together here so that no scanner takes this file for a leak.
const hex = (length: number) => '0123456789abcdef'.repeat(20).slice(0, length);
const mixed = (length: number) => 'aB3dE6gH9jK2mN5pQ8sT1vW4xY7z'.repeat(20).slice(0, length);
const of = (...parts: string[]) => parts.join('');
const body = `\n${Array(6).fill(mixed(64)).join('\n')}\n`;
const pem = (label: string) => of('-----BEGIN ', label, '-----', body, '-----END ', label, '-----');

/** Secrets that are known by their own looks, with the name of the token that replaces them. */
export const KINDS: [kind: string, secret: string][] = [
  ['private-key', pem('PRIVATE KEY')],
  ['private-key', pem('RSA PRIVATE KEY')],
  ['private-key', pem('OPENSSH PRIVATE KEY')],
  ['private-key', pem('PGP PRIVATE KEY BLOCK')],
  ['sentry-token', of('sntr', 'ys_', 'eyJpYXQiOjE3MDB9_', mixed(40))],
  ['sentry-token', of('sntr', 'yu_', hex(64))],
  ['github-token', of('gh', 'p_', mixed(36))],
  ['github-token', of('gh', 's_', mixed(36))],
  ['github-token', of('gh', 'o_', mixed(36))],
  ['github-token', of('github', '_pat_', mixed(22), '_', mixed(59))],
  ['gitlab-token', of('gl', 'pat-', mixed(20))],
  ['slack-token', of('xo', 'xb-', '123456789012-1234567890123-', mixed(24))],
  ['slack-token', of('hooks.sl', 'ack.com/services/', 'T00000000/B00000000/', mixed(24))],
  ['aws-key', of('AK', 'IA', 'IOSFODNN7EXAMPLE')],
  ['aws-key', of('AS', 'IA', 'IOSFODNN7EXAMPLE')],
  ['google-key', of('AI', 'za', mixed(35))],
  ['google-key', of('ya', '29.', mixed(60))],
  ['stripe-key', of('sk', '_live_', mixed(24))],
  ['stripe-key', of('rk', '_test_', mixed(24))],
  ['stripe-key', of('wh', 'sec_', mixed(32))],
  ['anthropic-key', of('sk-', 'ant-api03-', mixed(93))],
  ['openai-key', of('sk-', 'proj-', mixed(48))],
  ['openai-key', of('sk-', mixed(48))],
  ['npm-token', of('np', 'm_', mixed(36))],
  ['pypi-token', of('py', 'pi-', mixed(80))],
  ['sendgrid-key', of('S', 'G.', mixed(22), '.', mixed(43))],
  ['twilio-key', of('S', 'K', hex(32))],
  ['jwt', of('ey', 'J', mixed(30), '.', mixed(60), '.', mixed(43))],
];

const value = 'hunter2Hunter2';

/** Secrets that are known only by what stands before them: the text, and what must not remain of it. */
export const UNTYPED: [text: string, secret: string][] = [
  [`password=${value}`, value],
  [`DB_PASSWORD: ${value}`, value],
  [`--token=${value}`, value],
  [`{"password":"${value}"}`, value],
  [`{ clientSecret: '${value}' }`, value],
  [`secretAccessKey => "${value}"`, value],
  [`x-api-key: ${value}`, value],
  [`export SENTRY_AUTH_TOKEN=${hex(64)}`, hex(64)],
  [`//registry.example.org/:_authToken=${value}`, value],
  [`Authorization: Bearer ${mixed(40)}`, mixed(40)],
  [`authorization: Basic ${mixed(24)}==`, mixed(24)],
  [`postgres://app:${value}@db.internal:5432/shop`, value],
  [`redis://:${value}@cache:6379`, value],
  [`https://x-access-token:${value}@github.com/a/b.git`, value],
  [`Cookie: session=${value}`, value],

  [`{\\"password\\":\\"${value}\\"}`, value],
  // A header of a PEM block has hyphens (`Proc-Type`, `DEK-Info`), which end the pattern.
  [
    of(
      '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n',
      body,
      '-----END RSA PRIVATE KEY-----',
    ),
    mixed(64),
  ],
  // Names that end in KEY behind the word: Django, Rails, and what childEnvironment already takes for secrets.
  [`SECRET_KEY = '${value}'`, value],
  [`SECRET_KEY_BASE=${value}`, value],
  [`ENCRYPTION_KEY=${value}`, value],
  [`db pwd=${value}`, value],
  // A cookie behind the first, and one behind a short first.
  [`Cookie: theme=darker; sessionid=${value}`, value],
  // Other schemes.
  [`Authorization: Token ${hex(40)}`, hex(40)],
  // Quoted values with blanks, brackets or commas.
  [`password: "correct horse ${value}"`, value],
  [`password="a,(${value})"`, value],
  [of('xa', 'pp-', `1-A0123456789-1234567890123-${hex(64)}`), hex(64)],
  [`app_password ${value} --password ${value}`, `--password ${value}`],
];

export const ORDINARY: string[] = [
  "TypeError: Cannot read properties of undefined (reading 'terms')",
  'SyntaxError: Unexpected token < in JSON at position 0',
  'at contractDiscount (file:///app/src/orders/pricing.mjs:20:13)',
  'http://localhost:3000/@vite/client?t=1700000000000',
  'GET https://api.example.org/v1/users/42?page=2 failed with 502',
  'password: null',
  'token=undefined',
  'The token is wrong or expired.',
  'Missing secret',
  'Unexpected token: name',
  'secret: no',
  'commit 4f1c2d3e4b5a69788796a5b4c3d2e1f00f1e2d3c',
  'id 8c0f8b1e-7d3a-4f5e-9b1a-2c3d4e5f6a7b',
  'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  'user@example.org wrote to https://example.org/~user',
  'sk-loading',
  'const npm_config = read();',
  'C:\\Users\\me\\project',
  'a => a.token',
  'if (token === null) return;',
  '',
];
