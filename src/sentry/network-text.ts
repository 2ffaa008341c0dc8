import { isTlsCode, tlsText } from '../core/tls-text.ts';
import { untrustedLine } from '../core/untrusted.ts';

/** The sentence and the next step for a connection that did not come about or broke, by the code of its error. */
export function networkText(
  code: string | undefined,
  detail: string,
  host: string,
): readonly [sentence: string, hint: string] {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return [`The name ${host} cannot be found (${code}).`, 'Check SENTRY_URL and the network.'];
  if (code === 'ECONNREFUSED')
    return [`Nothing listens at ${host} (${code}).`, 'Check SENTRY_URL; start the server if it is your own.'];
  if (code !== undefined && isTlsCode(code)) return tlsText(code, host, 'SENTRY_URL');
  if (code === 'UND_ERR_SOCKET')
    return [
      `The connection to ${host} failed: the other side closed it without an answer (${code}).`,
      'Check the network and SENTRY_URL, then try again; a server that speaks TLS needs https: in SENTRY_URL.',
    ];
  return [
    `The connection to ${host} failed (${code ?? untrustedLine(detail, 120)}).`,
    'Check the network and SENTRY_URL, then try again.',
  ];
}
