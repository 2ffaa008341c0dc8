import { asBoolean, asList, asNumber, asRecord, asText, type Loose } from '../loose.ts';

/** A frame in the form of Sentry's API; the crash is the last of a list of them. */
export interface Frame {
  filename: string | null;
  absPath: string | null;
  module: string | null;
  package: string | null;
  platform: string | null;
  function: string | null;
  rawFunction: string | null;
  lineNo: number | null;
  colNo: number | null;
  context: [number, string][];
  vars: Loose | null;
  inApp: boolean;
  instructionAddr: string | null;
  symbolAddr: string | null;
  symbol: string | null;
  trust: string | null;
  errors: null;
}

export interface Stacktrace {
  frames: Frame[];
  framesOmitted: null;
  registers: Loose | null;
  hasSystemFrames: boolean;
}

/** A stack trace in the API's form from what an SDK sent, or null where there is none. */
export function stacktraceOf(value: unknown): Stacktrace | null {
  const given = asRecord(value);
  const frames = asList(Array.isArray(value) ? value : given?.frames).map(frameOf);
  if (!given && frames.length === 0) return null;
  return {
    frames,
    framesOmitted: null,
    registers: asRecord(given?.registers) ?? null,
    hasSystemFrames: frames.some((frame) => frame.inApp) && frames.some((frame) => !frame.inApp),
  };
}

/** The last in-app frame, else the last frame: where Sentry says an error happened. */
export function crashFrame(frames: readonly Frame[]): Frame | undefined {
  return frames.findLast((frame) => frame.inApp) ?? frames.at(-1);
}

function frameOf(value: unknown): Frame {
  const frame = asRecord(value) ?? { function: value };
  const lineNo = asNumber(frame.lineno);
  const shape = {
    filename: asText(frame.filename),
    absPath: asText(frame.abs_path),
    module: asText(frame.module),
    package: asText(frame.package),
    platform: asText(frame.platform),
    function: asText(frame.function),
  };
  return {
    ...shape,
    rawFunction: asText(frame.raw_function),
    lineNo,
    colNo: asNumber(frame.colno),
    context: contextOf(frame, lineNo),
    vars: asRecord(frame.vars) ?? null,
    inApp: asBoolean(frame.in_app) ?? looksInApp(shape),
    instructionAddr: asText(frame.instruction_addr),
    symbolAddr: asText(frame.symbol_addr),
    symbol: asText(frame.symbol),
    trust: asText(frame.trust),
    errors: null,
  };
}

function contextOf(frame: Loose, lineNo: number | null): [number, string][] {
  if (lineNo === null || typeof frame.context_line !== 'string') return [];
  const before = Array.isArray(frame.pre_context) ? frame.pre_context : [];
  const after = Array.isArray(frame.post_context) ? frame.post_context : [];
  const lines = [...before, frame.context_line, ...after];
  return lines.map((line, index) => [lineNo - before.length + index, asText(line) ?? '']);
}

/** For SDKs that do not say: everything is the app's own but what a runtime, a system or a package brings. */
function looksInApp(frame: Pick<Frame, 'filename' | 'absPath' | 'module' | 'package' | 'function'>): boolean {
  const places = [frame.filename, frame.absPath, frame.package].filter((place) => place !== null);
  if (places.some((place) => FOREIGN_PLACE.test(place))) return false;
  return !FOREIGN_MODULE.test(frame.module ?? '') && !FOREIGN_FUNCTION.test(frame.function ?? '');
}

const FOREIGN_PLACE =
  /(^|[\\/])(node_modules|site-packages|dist-packages|bower_components|\.cargo[\\/]registry|rustc[\\/][0-9a-f]+|gems|vendor)[\\/]|^(node:|internal[\\/]|<|\[native code\]|native$|webpack[\\/]bootstrap|\/usr\/(local\/)?(lib|include)|\/lib(64)?\/|\/system\/|\/System\/|\/Library\/|\/apex\/|[a-z]:\\windows)|(^|[\\/])(lib(c|pthread|system_\w+|art|dispatch|objc)[.\d-]*\.(so|dylib)[.\d]*|ntdll\.dll|kernel(32|base)\.dll)$/i;

const FOREIGN_MODULE =
  /^(java|javax|jdk|sun|com\.sun|kotlin|kotlinx|scala|android|androidx|com\.android|dalvik|System|Microsoft|node|internal)[.:/]/;

const FOREIGN_FUNCTION =
  /^(std::|core::|alloc::|__rust_|_?start$|__libc_|<?(std|core|alloc)::|runtime\.(goexit|main|panic))/;
