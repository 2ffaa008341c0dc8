/**
 * Who has to act before the same call can succeed: `input` the caller (the arguments, the configuration),
 * `refused` a policy or a missing earlier step, `upstream` Sentry, GitHub, git or the network.
 * Anything else that is thrown is our own bug.
 */
export type ErrorKind = 'input' | 'refused' | 'upstream';

/** A failure that a person or an agent can do something about: a sentence, and a hint that names the next step. */
export class PitcrewError extends Error {
  readonly kind: ErrorKind;
  readonly hint: string;

  constructor(kind: ErrorKind, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'PitcrewError';
    this.kind = kind;
    this.hint = hint;
  }
}

export const inputError = (message: string, hint: string, cause?: unknown): PitcrewError =>
  new PitcrewError('input', message, hint, { cause });

export const refusedError = (message: string, hint: string): PitcrewError =>
  new PitcrewError('refused', message, hint);

export const upstreamError = (message: string, hint: string, cause?: unknown): PitcrewError =>
  new PitcrewError('upstream', message, hint, { cause });

/** The message of whatever was thrown; never throws itself. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  try {
    return String(thrown);
  } catch {
    return 'something without a text';
  }
}
