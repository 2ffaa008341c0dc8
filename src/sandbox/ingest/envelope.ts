import { tryParseJson } from '../../core/json.ts';
import { asNumber, asRecord, asText, type Loose } from '../loose.ts';
import { Fault } from '../router.ts';

export interface EnvelopeItem {
  type: string;
  payload: Buffer;
}

export interface ParsedEnvelope {
  header: Loose;
  items: EnvelopeItem[];
}

const NEWLINE = 0x0a;

/**
 * Sentry's envelope: a JSON line for the whole, then for each item a JSON line and its payload, which is
 * `length` bytes long, or ends at the next line break where no length is given.
 * Source: https://develop.sentry.dev/sdk/data-model/envelopes/. Faults: 400 when it is malformed.
 */
export function parseEnvelope(bytes: Buffer): ParsedEnvelope {
  let position = 0;
  const takeLine = (): Buffer => {
    const end = bytes.indexOf(NEWLINE, position);
    const line = bytes.subarray(position, end === -1 ? bytes.length : end);
    position = end === -1 ? bytes.length : end + 1;
    return line;
  };

  const header = headerOf(takeLine(), 'envelope');
  const items: EnvelopeItem[] = [];
  while (position < bytes.length) {
    const line = takeLine();
    if (line.length === 0) continue;
    const itemHeader = headerOf(line, 'item');
    const type = asText(itemHeader.type);
    if (type === null) throw malformed('an item header has no type');
    const length = asNumber(itemHeader.length);
    if (length === null) {
      items.push({ type, payload: takeLine() });
      continue;
    }
    if (length < 0 || !Number.isInteger(length) || position + length > bytes.length)
      throw malformed('unexpected end of an item: its length goes beyond the envelope');
    items.push({ type, payload: bytes.subarray(position, position + length) });
    position += length;
    if (position < bytes.length && bytes[position] !== NEWLINE)
      throw malformed('an item does not end where its length says');
    position += 1;
  }
  return { header, items };
}

function headerOf(line: Buffer, what: string): Loose {
  const header = asRecord(tryParseJson(line.toString('utf8')));
  if (!header) throw malformed(`failed to parse the ${what} header`);
  return header;
}

const malformed = (cause: string): Fault =>
  new Fault(400, { detail: 'invalid event envelope', causes: [cause] });
