import { firstLine } from '../loose.ts';
import type { ExceptionValue } from './exceptions.ts';
import { crashFrame, type Frame } from './frames.ts';

export interface Heading {
  type: 'error' | 'default';
  title: string;
  metadata: Record<string, string>;
  location: string | null;
  culprit: string;
}

/** How many characters of a value or message a title shows, and how many the metadata keep: Sentry's numbers. */
const TITLE_CHARACTERS = 100;
const VALUE_CHARACTERS = 1024;

/** What an issue is called, by Sentry's own rules for errors and for messages. */
export function headingOf(
  exceptions: readonly ExceptionValue[],
  frames: readonly Frame[],
  message: string | null,
  platform: string,
  givenCulprit: string | null,
): Heading {
  const main = exceptions.at(-1);
  const culprit = givenCulprit ?? culpritOf(frames, platform);
  if (!main && frames.length === 0) {
    const title = titleLine(message) || '<unlabeled event>';
    return { type: 'default', title, metadata: { title }, location: null, culprit };
  }
  const frame = crashFrame(frames);
  // A synthetic exception is one the SDK made up to carry a stack: its type says nothing.
  const type = main?.mechanism?.synthetic === true ? null : (main?.type ?? null);
  const value = main?.value ?? message ?? '';
  // SDKs attach a stack to a plain message by means of such an exception: the message is its name then.
  const called = frame?.function === '?' ? null : (frame?.function ?? null);
  const name = type ?? ([message, called, value].map(titleLine).find((line) => line !== '') || '<unknown>');
  const tail = type === null || value === '' ? '' : `: ${titleLine(value)}`;
  const location = frame?.filename ?? frame?.absPath ?? null;
  return {
    type: 'error',
    title: `${name}${tail}`,
    metadata: present({
      type,
      value: value.slice(0, VALUE_CHARACTERS),
      filename: location,
      function: frame?.function ?? null,
    }),
    location,
    culprit,
  };
}

const titleLine = (text: string | null): string => firstLine(text ?? '', TITLE_CHARACTERS);

function culpritOf(frames: readonly Frame[], platform: string): string {
  const frame = crashFrame(frames);
  if (!frame) return '';
  const where = frame.platform ?? platform;
  if (['objc', 'cocoa', 'native'].includes(where)) return frame.function ?? '?';
  const place = frame.module ?? frame.filename;
  if (place === null) return '';
  const name = frame.function ?? '?';
  return ['javascript', 'node'].includes(where) ? `${name}(${place})` : `${place} in ${name}`;
}

const present = (fields: Record<string, string | null>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter((field): field is [string, string] => field[1] !== null));
