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
  if (code !== undefined && isTlsCode(code)) return tlsText(code, host);
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

/** True for a handshake or certificate that failed; nothing was sent then, the token least of all. */
export const isTlsCode = (code: string): boolean => /CERT|SELF_SIGNED|TLS|SSL|UNABLE_TO/.test(code);

/** Codes as in https://nodejs.org/api/tls.html#x509-certificate-error-codes. Verification stays on in every advice. */
function tlsText(code: string, host: string): readonly [string, string] {
  const refused = `The TLS certificate of ${host} is not accepted (${code}).`;
  if (code === 'CERT_HAS_EXPIRED')
    return [refused, 'It has expired: have it renewed, and check that the clock of this machine is right.'];
  if (code === 'CERT_NOT_YET_VALID')
    return [refused, 'Its time has not begun yet: check that the clock of this machine is right.'];
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return [
      refused,
      'It is of another host: set SENTRY_URL to the name that the certificate is made out for.',
    ];
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || code === 'EPROTO')
    return [
      `${host} does not speak TLS as expected (${code}).`,
      'Check the port in SENTRY_URL; a server without TLS needs http: there, and the token then travels unencrypted.',
    ];
  return [
    refused,
    'Name the certificate authority of your server in NODE_EXTRA_CA_CERTS (a PEM file), then start again.',
  ];
}
