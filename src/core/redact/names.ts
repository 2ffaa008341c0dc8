/** True for names whose value is a credential whatever it looks like: `Authorization`, `api_key`, `password`. */
export const isSecretName = (name: string): boolean => SECRET_FIELD.test(name);

/**
 * True where a field's name says that its value opens something. Wider than `isSecretName`: for the fields of an event,
 * where a false alarm costs one value.
 */
export const isSensitiveName = (name: string): boolean => {
  const plain = name.slice(0, 200);
  return isSecretName(plain) || SENSITIVE_FIELD.test(plain);
};

const SECRET_FIELD =
  /(^|[^a-z])(authorization|cookies?|set-cookie|passw(or)?d|passphrase|secret|token|credentials?|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|session[-_ ]?id|csrf|x-auth|dsn)([^a-z]|$)|token$|secret$|password$/i;

const SENSITIVE_FIELD =
  /passw|passphrase|passcode|secret|token|credential|cookie|authoriz|api[-_ ]?key|(?:access|private|account|encryption|signing|master|license|webhook)[-_ ]?key|signature|csrf|xsrf|jwt|bearer|session[-_ ]?(id|key)|webhook[-_ ]?url|connection[-_ ]?string|(^|[^a-z])(auth|sid|sig|session|otp|pin|pwd|pass|ssn|cvv|cvc|iban|dsn|card[-_ ]?number)([^a-z]|$)|^(code|key|state|nonce)$/i;
