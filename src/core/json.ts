export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** The outer form of all JSON that leaves the program; a reader checks `schema_version` before anything else. */
export interface Envelope<Data> {
  schema_version: 1;
  data: Data;
}

export const envelope = <Data>(data: Data): Envelope<Data> => ({ schema_version: 1, data });

/** Parses `text`, or answers `undefined` where it is not JSON. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
