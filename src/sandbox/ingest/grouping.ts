import { createHash } from 'node:crypto';
import { asText, type Loose } from '../loose.ts';
import type { ExceptionValue } from './exceptions.ts';
import type { Frame } from './frames.ts';

export interface GroupingInput {
  fingerprint: unknown;
  exceptions: readonly ExceptionValue[];
  frames: readonly Frame[];
  /** The message's template where there is one, so that its parameters do not split the issue. */
  message: string | null;
  /** What `{{ level }}` and the like stand for in a fingerprint. */
  variables: Record<string, string | null>;
}

/** A hash (32 hexadecimal digits) that the events of one issue share. */
export function groupingHash(input: GroupingInput): string {
  const own = Array.isArray(input.fingerprint) ? input.fingerprint.map(asText) : [];
  const given = own.filter((part): part is string => part !== null);
  const parts = given.length === 0 ? defaultParts(input) : given.flatMap((part) => expanded(part, input));
  return createHash('sha256').update(parts.join('\u0000')).digest('hex').slice(0, 32);
}

/** Numbers, ids, addresses and dates out of a message: what is left is the same for every occurrence. */
export function withoutParticulars(message: string): string {
  return message
    .slice(0, 4096)
    .replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi, '<uuid>')
    .replace(/\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}/g, '<email>')
    .replace(/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, '<date>')
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '<ip>')
    .replace(/\b0x[0-9a-f]+\b/gi, '<hex>')
    .replace(/\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gi, '<hex>')
    .replace(/\d+(?:\.\d+)?/g, '<number>');
}

function expanded(part: string, input: GroupingInput): string[] {
  if (/^\{\{\s*default\s*\}\}$/.test(part)) return defaultParts(input);
  return [part.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (whole, name: string) => input.variables[name] ?? whole)];
}

function defaultParts({ exceptions, frames, message }: GroupingInput): string[] {
  const main = exceptions.at(-1);
  const type = main?.type ?? '';
  const inApp = frames.filter((frame) => frame.inApp);
  const places = (inApp.length > 0 ? inApp : frames).map(placeOf).filter((place) => place !== '');
  if (places.length > 0) return ['stack', type, ...withoutRepeats(places)];
  return ['message', type, withoutParticulars(main?.value ?? message ?? '')];
}

/** Function and file, without what differs between builds: line numbers, content hashes, hosts, query strings. */
function placeOf(frame: Frame): string {
  const file = (frame.filename ?? frame.absPath ?? frame.module ?? frame.package ?? '')
    .replace(/^[a-z][a-z+.-]*:\/\/[^/]*/i, '')
    .replace(/[?#].*$/, '')
    .replace(/(?<=[._-])(?=[a-f]*\d)[0-9a-f]{8,}(?=[._-])/gi, '<hash>');
  const name = (frame.function ?? '').replace(/\b0x[0-9a-f]+\b|\$\d+|(?<=\{closure#)\d+/gi, '');
  return file === '' && name === '' ? '' : `${name}@${file}`;
}

/** Deep recursion differs in depth from crash to crash; the issue is the same. */
const withoutRepeats = (places: readonly string[]): string[] =>
  places.filter((place, index) => place !== places[index - 1]);

/** The variables a fingerprint may name, from an event's own fields. */
export function fingerprintVariables(event: Loose, main: ExceptionValue | undefined, message: string | null) {
  return {
    type: main?.type ?? null,
    'error.type': main?.type ?? null,
    value: main?.value ?? null,
    'error.value': main?.value ?? null,
    message: main?.value ?? message,
    level: asText(event.level),
    logger: asText(event.logger),
    transaction: asText(event.transaction),
  };
}
