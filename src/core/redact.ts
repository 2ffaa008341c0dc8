import { SECRET_FINDERS } from './redact/finders.ts';
import { PERSON_FINDERS } from './redact/persons.ts';
import { replaceFound } from './redact/replace.ts';

export { isSecretName, isSensitiveName } from './redact/names.ts';

/**
 * Replaces credentials in `text` by typed tokens such as `[secret:github-token]`, whether they stand there plainly,
 * URL-encoded, escaped as in JSON, or wrapped in base64. Linear in the length of the text; redacting twice (before
 * storage and before the answer) changes nothing more. Why these rules are our own: docs/decisions/0008-redaction.md.
 */
export const redact = (text: string): string => replaceFound(text, SECRET_FINDERS);

/** `redact`, and e-mail addresses and public IP addresses as `[email]` and `[ip]`: for what a model or GitHub reads. */
export const redactPersonal = (text: string): string => replaceFound(text, ALL_FINDERS);

/** E-mail addresses and public IP addresses alone. */
export const maskPersons = (text: string): string => replaceFound(text, PERSON_FINDERS);

/** `redact`, and the given values wherever they stand: for tokens that the program itself holds. */
export function redactValues(text: string, values: readonly string[]): string {
  let clean = text;
  for (const value of values) {
    if (value.length >= 8) clean = clean.replaceAll(value, '[secret:own-token]');
  }
  return redact(clean);
}

const ALL_FINDERS = [...SECRET_FINDERS, ...PERSON_FINDERS];
