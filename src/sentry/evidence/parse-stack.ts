import type { ExceptionRecord, Frame, Thread } from '../event.ts';
import { guessInApp } from './in-app.ts';
import { asBoolean, asCount, asList, asRecord, asRecords, asText, firstText, type Loose } from './loose.ts';

/** Sentry keeps 250 frames of a stack; more than this many come from something that is not an SDK. */
const MOST_FRAMES = 2000;
const MOST_EXCEPTIONS = 50;
const MOST_THREADS = 500;

/** The exceptions of an event, innermost cause first, outermost last, from `{values}`, a list, or a lone one. */
export function parseExceptions(raw: unknown): ExceptionRecord[] {
  const record = asRecord(raw);
  const values = record && !Array.isArray(record.values) ? [record] : asList(raw).slice(-MOST_EXCEPTIONS);
  return values.map(parseException).filter((exception) => exception !== undefined);
}

function parseException(raw: unknown): ExceptionRecord | undefined {
  const record = asRecord(raw);
  if (!record) return undefined;
  const frames = parseFrames(record.stacktrace, record.rawStacktrace, record.raw_stacktrace);
  const type = asText(record.type) ?? '';
  const value = asText(record.value) ?? jsonOf(record.value);
  if (type === '' && value === '' && frames.length === 0) return undefined;
  const mechanism = asRecord(record.mechanism);
  return {
    type,
    value,
    module: asText(record.module),
    handled: asBoolean(mechanism?.handled),
    mechanism: asText(mechanism?.type) ?? asText(record.mechanism),
    frames,
  };
}

function jsonOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  try {
    return JSON.stringify(value).slice(0, 2000);
  } catch {
    // Nested deeper than the stack allows.
    return '';
  }
}

export function parseThreads(raw: unknown): Thread[] {
  return asRecords(raw, MOST_THREADS).map((thread) => ({
    id: asText(thread.id),
    name: asText(thread.name),
    crashed: thread.crashed === true,
    current: thread.current === true,
    frames: parseFrames(thread.stacktrace, thread.rawStacktrace, thread.raw_stacktrace),
  }));
}

/** The frames of the first of `stacks` that has any, oldest first. */
export function parseFrames(...stacks: readonly unknown[]): Frame[] {
  for (const stack of stacks) {
    const list = Array.isArray(stack) ? stack : asList(asRecord(stack)?.frames);
    // The crash is at the end: of an endless stack, the end is kept.
    const frames = list
      .slice(-MOST_FRAMES)
      .map(asRecord)
      .filter((frame) => frame !== undefined)
      .map(parseFrame);
    if (frames.length > 0) return frames;
  }
  return [];
}

function parseFrame(raw: Loose): Frame {
  const line = asCount(raw.lineNo ?? raw.lineno);
  const frame = {
    file: asText(raw.filename),
    absolutePath: firstText(raw, 'absPath', 'abs_path'),
    module: asText(raw.module),
    function: asText(raw.function),
    line,
    column: asCount(raw.colNo ?? raw.colno),
    package: asText(raw.package),
    address: firstText(raw, 'instructionAddr', 'instruction_addr'),
    variables: asRecord(raw.vars),
  };
  return {
    ...frame,
    inApp: asBoolean(raw.inApp ?? raw.in_app) ?? guessInApp(frame),
    context: parseContext(raw, line),
  };
}

/** Numbered source lines, from the API's `context` pairs or the SDK's lines before, at and after. */
function parseContext(raw: Loose, line: number | undefined): [number, string][] {
  if (Array.isArray(raw.context)) return raw.context.slice(0, 40).flatMap(contextPair);
  const at = typeof raw.context_line === 'string' ? raw.context_line : undefined;
  if (at === undefined || line === undefined) return [];
  const before = textLines(raw.pre_context).slice(-20);
  const after = textLines(raw.post_context).slice(0, 20);
  const first = line - before.length;
  return [...before, at, ...after].map((text, offset) => [first + offset, text]);
}

function contextPair(pair: unknown): [number, string][] {
  if (!Array.isArray(pair)) return [];
  const number = asCount(pair[0]);
  return number === undefined || typeof pair[1] !== 'string' ? [] : [[number, pair[1]]];
}

const textLines = (value: unknown): string[] =>
  asList(value).map((line) => (typeof line === 'string' ? line : ''));
