import { text } from './random.ts';
import type { Make } from './secrets.ts';

const lines = (random: () => number, count: number, width: number): string =>
  Array.from({ length: count }, () => text(random, 'base64', width)).join('\n');

/** A key over many lines; its second line stands for all of it. */
const block =
  (label: string, width = 64, header = ''): Make =>
  (random) => {
    const body = lines(random, 6, width);
    const [begin, end] = ['BEGIN', 'END'].map((word) => ['-----', word, ' ', label, '-----'].join(''));
    return { text: `${begin}\n${header}${body}\n${end}`, secret: body.split('\n')[1] ?? '' };
  };

const KEY = ['PRIVATE', 'KEY'].join(' ');

/** Private keys, whole, cut short, and a line alone as a frame's source shows it. */
export const BLOCKS: readonly [string, Make][] = [
  ['pkcs8 key', block(KEY)],
  ['rsa key', block(`RSA ${KEY}`)],
  ['ec key', block(`EC ${KEY}`)],
  ['openssh key', block(`OPENSSH ${KEY}`, 70)],
  ['encrypted key', block(`RSA ${KEY}`, 64, 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\n')],
  ['pgp key', block(`PGP ${KEY} BLOCK`, 64, 'Version: GnuPG v2\n\n')],
  [
    'cut key',
    (random) => {
      const { text: whole, secret } = block(KEY)(random);
      return { text: whole.slice(0, whole.lastIndexOf('-----END') - 30), secret };
    },
  ],
  [
    'line of a key',
    (random) => {
      const line = text(random, 'base64', 64);
      return { text: line, secret: line };
    },
  ],
  [
    'putty key',
    (random) => {
      const body = lines(random, 4, 64);
      return {
        text: `Private-Lines: 4\n${body}\nPrivate-MAC: ${text(random, 'hex', 40)}`,
        secret: body.split('\n')[1] ?? '',
      };
    },
  ],
  [
    'json web key',
    (random) => {
      const secret = text(random, 'url', 43);
      return { text: `{"kty":"EC","crv":"P-256","d":"${secret}"}`, secret };
    },
  ],
  [
    'service account',
    (random) => {
      const { text: key, secret } = block(KEY)(random);
      return { text: JSON.stringify({ type: 'service_account', private_key: key }), secret };
    },
  ],
];
