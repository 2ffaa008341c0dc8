import { text, uuid } from './random.ts';
import type { Make } from './secrets.ts';

const of = (...parts: string[]): string => parts.join('');

/** A secret with what stands around it: the second value of `build` is what must go. */
const within =
  (secretOf: (random: () => number) => string, build: (secret: string) => string): Make =>
  (random) => {
    const secret = secretOf(random);
    return { text: build(secret), secret };
  };

const mixed = (length: number) => (random: () => number) => text(random, 'mixed', length);
const hex = (length: number) => (random: () => number) => text(random, 'hex', length);
const base64 = (length: number) => (random: () => number) => text(random, 'base64', length);
/** As a person makes one up. */
const password = (random: () => number): string =>
  of(text(random, 'letters', 6), text(random, 'digits', 3), '!', text(random, 'letters', 2));
const pair = (random: () => number): string =>
  Buffer.from(`svc-${text(random, 'lower', 5)}:${text(random, 'mixed', 14)}`).toString('base64');

/** Secrets that are known by what stands around them. */
export const CONTEXTS: readonly [string, Make][] = [
  ['password', within(password, (secret) => `password=${secret}`)],
  ['password', within(password, (secret) => `DB_PASSWORD: ${secret}`)],
  ['password', within(password, (secret) => `{"password":"${secret}"}`)],
  ['password', within(password, (secret) => `{ user: 'app', password: '${secret}' }`)],
  ['password', within(password, (secret) => `--password ${secret}`)],
  ['password', within(password, (secret) => `<password>${secret}</password>`)],
  ['password', within(password, (secret) => `[password] => ${secret}`)],
  ['api key', within(mixed(24), (secret) => `X-Api-Key: ${secret}`)],
  ['api key', within(mixed(24), (secret) => `api_key = "${secret}"`)],
  ['api key', within(uuid, (secret) => `HEROKU_API_KEY=${secret}`)],
  ['api key', within(hex(32), (secret) => `DD_API_KEY=${secret}`)],
  ['client secret', within(mixed(30), (secret) => `client_secret=${secret}&grant_type=x`)],
  ['session token', within(mixed(40), (secret) => `"sessionToken": "${secret}"`)],
  ['access token', within(mixed(40), (secret) => `access_token=${secret}`)],
  ['npmrc token', within(mixed(40), (secret) => `//registry.example.org/:_authToken=${secret}`)],
  ['signing key', within(hex(64), (secret) => `SECRET_KEY_BASE=${secret}`)],
  ['encryption key', within(mixed(32), (secret) => `ENCRYPTION_KEY='${secret}'`)],
  ['aws secret key', within(base64(40), (secret) => `aws_secret_access_key = ${secret}`)],
  ['bearer', within(mixed(40), (secret) => `Authorization: Bearer ${secret}`)],
  ['bearer', within(mixed(32), (secret) => `sent Bearer ${secret} to the API`)],
  ['basic', within(pair, (secret) => `Authorization: Basic ${secret}`)],
  ['token scheme', within(hex(40), (secret) => `authorization: token ${secret}`)],
  [
    'digest',
    within(
      hex(32),
      (secret) =>
        `Authorization: Digest username="ann", realm="shop", nonce="abc123def", uri="/", response="${secret}"`,
    ),
  ],
  [
    'aws signature header',
    within(
      hex(64),
      (secret) =>
        `Authorization: AWS4-HMAC-SHA256 Credential=x/20260101/eu/s3/aws4_request, SignedHeaders=host, Signature=${secret}`,
    ),
  ],
  ['okta', within(mixed(42), (secret) => `Authorization: SSWS ${secret}`)],
  ['cookie', within(mixed(32), (secret) => `Cookie: theme=dark; sessionid=${secret}`)],
  ['set-cookie', within(mixed(32), (secret) => `Set-Cookie: sid=${secret}; Path=/; HttpOnly`)],
  ['session cookie', within(mixed(26), (secret) => `PHPSESSID=${secret}`)],
  ['csrf token', within(mixed(32), (secret) => `csrf_token=${secret}`)],
  ['postgres url', within(mixed(14), (secret) => `postgres://app:${secret}@db.internal:5432/shop`)],
  ['mongodb url', within(mixed(14), (secret) => `mongodb+srv://app:${secret}@cluster0.example.net/shop`)],
  ['redis url', within(mixed(20), (secret) => `redis://:${secret}@cache:6379/0`)],
  ['amqp url', within(password, (secret) => `amqps://guest:${secret}@queue.example.net/vhost`)],
  ['git url', within(mixed(30), (secret) => `https://x-access-token:${secret}@github.com/a/b.git`)],
  ['sentry dsn', within(hex(32), (secret) => `https://${secret}@o1.ingest.sentry.io/42`)],
  ['mysql dsn', within(mixed(12), (secret) => `app:${secret}@tcp(127.0.0.1:3306)/shop`)],
  [
    'ado connection string',
    within(password, (secret) => `Server=tcp:sql.example.net;User ID=sa;Password=${secret};Encrypt=true`),
  ],
  ['jdbc', within(mixed(12), (secret) => `jdbc:postgresql://db/shop?user=app&password=${secret}`)],
  [
    'azure storage',
    within(
      base64(86),
      (secret) =>
        `DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=${secret}==;EndpointSuffix=core.windows.net`,
    ),
  ],
  [
    'azure service bus',
    within(
      base64(43),
      (secret) =>
        `Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${secret}=`,
    ),
  ],
  [
    'azure sas',
    within(
      mixed(43),
      (secret) =>
        `https://shop.blob.core.windows.net/a?sv=2024-01-01&se=2026-01-01&sr=b&sp=r&sig=${secret}%3D`,
    ),
  ],
  [
    'aws signed url',
    within(
      hex(64),
      (secret) =>
        `https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-Signature=${secret}`,
    ),
  ],
  [
    'gcs signed url',
    within(
      hex(128),
      (secret) => `https://storage.googleapis.com/b/k?X-Goog-Expires=900&X-Goog-Signature=${secret}`,
    ),
  ],
  [
    'cloudfront',
    within(mixed(80), (secret) => `https://d1.cloudfront.net/x?Expires=1&Key-Pair-Id=K2&Signature=${secret}`),
  ],
  [
    'slack webhook',
    within(mixed(24), (secret) => of('https://hooks.sl', 'ack.com/services/T0123ABCD/B0123ABCD/', secret)),
  ],
  [
    'discord webhook',
    within(mixed(68), (secret) => `https://discord.com/api/webhooks/112233445566778899/${secret}`),
  ],
  [
    'teams webhook',
    within(
      hex(32),
      (secret) => `https://acme.webhook.office.com/webhookb2/9a-1@9b-2/IncomingWebhook/${secret}/9c-3`,
    ),
  ],
  ['zapier webhook', within(mixed(16), (secret) => `https://hooks.zapier.com/hooks/catch/1234/${secret}/`)],
  ['curl user', within(mixed(12), (secret) => `curl -s -u deploy:${secret} https://example.org/`)],
  ['netrc', within(mixed(12), (secret) => `machine example.org login deploy password ${secret}`)],
  ['sql', within(password, (secret) => `CREATE USER app IDENTIFIED BY '${secret}'`)],
  ['oauth code', within(mixed(30), (secret) => `/callback?code=${secret}&state=1`)],
  ['invite link', within(mixed(30), (secret) => `https://shop.example.org/reset?token=${secret}`)],
];
