import { tryParseJson } from '../core/json.ts';
import { redactValues } from '../core/redact.ts';
import type { Exchanged, Headers } from './exchange.ts';
import { detailOf, looksLikeHtml, SentryFailure } from './failure.ts';

export interface SentryAnswer {
  status: number;
  headers: Headers;
  /** Undefined only for a write that succeeded with an empty answer, or with one that broke off. */
  json: unknown;
}

type Outcome =
  | { answer: SentryAnswer; target?: undefined; failure?: undefined }
  | { target: string; answer?: undefined; failure?: undefined }
  | { answer?: Exchanged; target?: undefined; failure: SentryFailure };

interface Expectations {
  mustBeJson: boolean;
  token: string;
  /** Where the answer sends us, if it does and we may go. */
  redirect(answer: Exchanged): string | undefined;
}

/** Sorts what came back into an answer, a redirect or a failure; only what is neither is thrown (a cancellation, our own bug). */
export async function outcomeOf(
  sending: Promise<Exchanged>,
  { mustBeJson, token, redirect }: Expectations,
): Promise<Outcome> {
  let answer: Exchanged;
  let target: string | undefined;
  try {
    answer = await sending;
    target = redirect(answer);
  } catch (error) {
    if (error instanceof SentryFailure) return { failure: error };
    throw error;
  }
  if (target !== undefined) return { target };
  const { status, headers, text } = answer;
  if (status < 200 || status > 299) {
    // A server may echo the token in its error. Taken out before anything is cut: half a token is no known secret.
    const detail = detailOf(redactValues(text.slice(0, MAX_ERROR_TEXT), [token]));
    return { answer, failure: new SentryFailure({ reason: 'status', detail, status }) };
  }
  const json = tryParseJson(text);
  // A page is not Sentry's: what it answers was not taken, whatever its status says.
  const isTaken = !mustBeJson && !looksLikeHtml(text);
  if (json !== undefined || isTaken) return { answer: { status, headers, json } };
  return { answer, failure: notJson(text, status) };
}

const MAX_ERROR_TEXT = 65_536;

/** JSON that begins and does not end was cut on its way, which may go better the next time. */
function notJson(text: string, status: number): SentryFailure {
  if (/^\s*[[{]/.test(text))
    return new SentryFailure({ reason: 'cut-off', detail: 'half of a JSON text', status });
  const detail = text.trim() === '' ? 'an empty body' : looksLikeHtml(text) ? 'an HTML page' : 'plain text';
  return new SentryFailure({ reason: 'not-json', detail, status });
}
