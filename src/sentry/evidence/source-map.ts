import type { SourceMapInput, TraceMap } from '@jridgewell/trace-mapping';
import type { Checkout } from './checkout.ts';
import { asRecord, asText } from './loose.ts';
import { isInside } from './paths.ts';
import { linesOf } from './source-match.ts';

type Tracing = typeof import('@jridgewell/trace-mapping');

/** A built script of the checkout, with the way back to what it was built from. */
export interface BuiltScript {
  path: string;
  lines: readonly string[];
  /** The build's own mark (`//# debugId=`), which SDKs send along. */
  debugId?: string;
  /** The original place of a place in the script: line from 1, column from 0 (undefined: the line's first mapping). */
  trace(line: number, column: number | undefined): OriginalPlace | undefined;
}

export interface OriginalPlace {
  /** As the map names it, resolved against the map's own place: `src/a.ts`, `webpack://shop/./src/a.ts`. */
  source: string;
  line: number;
  /** From 0. */
  column: number;
  /** What the token there was called. */
  name?: string;
  /** The original file's text where the map carries it. */
  content?: string;
  /** True where the map says that it is not the application's own code. */
  ignored: boolean;
}

/**
 * Reads a built script and its map: the one it names (a file beside it or inline), else `PATH.map`. `undefined` where there is
 * none, or it cannot be read.
 */
export async function builtScript(checkout: Checkout, path: string): Promise<BuiltScript | undefined> {
  const text = await checkout.readBuilt(path);
  const map = text === undefined ? undefined : await mapTextOf(checkout, path, text);
  if (text === undefined || map === undefined) return undefined;
  // Only events of bundled code need it, so it is not loaded at start.
  const tracing = await import('@jridgewell/trace-mapping');
  const parsed = parsedMap(tracing, map.text, map.path);
  return (
    parsed && {
      path,
      lines: linesOf(text),
      debugId: DEBUG_ID.exec(text.slice(-2000))?.[1]?.toLowerCase() ?? parsed.debugId,
      trace: (line, column) => trace(tracing, parsed.map, line, column),
    }
  );
}

const DEBUG_ID = /\/\/[#@] debugId=([0-9a-f-]{32,36})/i;

/** The text of the map, and the path against which its sources are resolved. */
async function mapTextOf(
  checkout: Checkout,
  path: string,
  text: string,
): Promise<{ text: string; path: string } | undefined> {
  const named = namedMap(text);
  if (named?.startsWith('data:')) {
    const inline = inlineMap(named);
    return inline === undefined ? undefined : { text: inline, path };
  }
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const beside = named !== undefined && /^[\w@.-]{1,200}\.map$/.test(named) ? [`${folder}${named}`] : [];
  for (const candidate of [...beside, `${path}.map`]) {
    const found = isInside(candidate) ? await checkout.readBuilt(candidate) : undefined;
    if (found !== undefined) return { text: found, path: candidate };
  }
  return undefined;
}

/** The last `sourceMappingURL`: bundles hold those of what they swallowed before it. */
function namedMap(text: string): string | undefined {
  const at = text.lastIndexOf('sourceMappingURL=');
  return at < 0 ? undefined : /^\S*/.exec(text.slice(at + 'sourceMappingURL='.length))?.[0];
}

function inlineMap(url: string): string | undefined {
  const comma = url.indexOf(',');
  const kind = url.slice(0, 200).split(',', 1)[0] ?? '';
  if (comma < 0 || !/^data:application\/json\b/.test(kind)) return undefined;
  const body = url.slice(comma + 1);
  try {
    return kind.endsWith(';base64') ? Buffer.from(body, 'base64').toString('utf8') : decodeURIComponent(body);
  } catch {
    return undefined;
  }
}

function parsedMap(
  tracing: Tracing,
  text: string,
  path: string,
): { map: TraceMap; debugId?: string } | undefined {
  try {
    // Old servers put `)]}'` before the JSON, so that it is no script.
    const json: unknown = JSON.parse(text.replace(/^\)\]\}'[^\n]*\n/, ''));
    const record = asRecord(json);
    const debugId = asText(record?.debugId) ?? asText(record?.debug_id);
    return {
      map: new tracing.FlattenMap(json as SourceMapInput, path),
      debugId: debugId?.toLowerCase(),
    };
  } catch {
    // Cut off, of another version, or no map at all: the frame is shown as it was reported.
    return undefined;
  }
}

function trace(
  tracing: Tracing,
  map: TraceMap,
  line: number,
  column: number | undefined,
): OriginalPlace | undefined {
  try {
    const bias = column === undefined ? tracing.LEAST_UPPER_BOUND : tracing.GREATEST_LOWER_BOUND;
    const found = tracing.originalPositionFor(map, { line, column: column ?? 0, bias });
    if (typeof found.source !== 'string') return undefined;
    const { source, line: at, column: from } = found;
    const content = asText(tracing.sourceContentFor(map, source));
    return {
      source,
      line: at,
      column: from,
      name: asText(found.name),
      content,
      ignored: tracing.isIgnored(map, source),
    };
  } catch {
    // Mappings are decoded when first asked for: broken ones fail here.
    return undefined;
  }
}
