/** True for a handshake or certificate that failed; nothing was sent then, the token least of all. */
export const isTlsCode = (code: string): boolean => /CERT|SELF_SIGNED|TLS|SSL|UNABLE_TO|^EPROTO$/.test(code);

/**
 * The sentence and the next step for a failed handshake with `host`, whose address stands in the variable `setting`.
 * Codes as in https://nodejs.org/api/tls.html#x509-certificate-error-codes. Verification stays on in every advice.
 */
export function tlsText(
  code: string,
  host: string,
  setting: string,
): readonly [sentence: string, hint: string] {
  const refused = `The TLS certificate of ${host} is not accepted (${code}).`;
  if (code === 'CERT_HAS_EXPIRED')
    return [refused, 'It has expired: have it renewed, and check that the clock of this machine is right.'];
  if (code === 'CERT_NOT_YET_VALID')
    return [refused, 'Its time has not begun yet: check that the clock of this machine is right.'];
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return [
      refused,
      `It is of another host: set ${setting} to the name that the certificate is made out for.`,
    ];
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || code === 'EPROTO')
    return [
      `${host} does not speak TLS as expected (${code}).`,
      `Check the port in ${setting}; a server without TLS needs http: there, and the token then travels unencrypted.`,
    ];
  return [
    refused,
    'Name the certificate authority of your server in NODE_EXTRA_CA_CERTS (a PEM file), then start again.',
  ];
}
