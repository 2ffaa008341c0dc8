import type { Program } from './program.ts';

type Json = Record<string, unknown>;

/** What a case keeps of an event: what was raised, where, and what led there, with the paths of the place it claims to be from. */
export function keptEvent(event: Json, program: Program): Json {
  const kept = Object.fromEntries(
    KEPT.filter((name) => event[name] !== undefined).map((name) => [name, event[name]]),
  );
  const browser = program.facts.browser !== undefined;
  return {
    event_id: '0123456789abcdef0123456789abcdef',
    timestamp: 1_770_000_000,
    ...(mapped(kept, (name, value) => rewritten(name, value, program, browser)) as Json),
    ...(browser ? { platform: 'javascript' } : {}),
  };
}

const KEPT = [
  'platform',
  'level',
  'transaction',
  'logentry',
  'message',
  'logger',
  'exception',
  'threads',
  'breadcrumbs',
];

/** Noise of this run, and in a browser what only a server's SDK can know. */
const DROPPED = /^(vars|timestamp|thread_id|post_context_truncated)$/;
const UNKNOWN_TO_BROWSERS = /^(context_line|pre_context|post_context|module)$/;

function rewritten(name: string, value: unknown, program: Program, browser: boolean): unknown {
  if (DROPPED.test(name) || (browser && UNKNOWN_TO_BROWSERS.test(name))) return undefined;
  return typeof value === 'string' ? relocated(value, program) : value;
}

function relocated(text: string, { folder, facts }: Program): string {
  const root = facts.root ?? '/app';
  const deployed = facts.deployed ? `${folder}/${facts.deployed}` : folder;
  const moved = text
    .replaceAll(deployed, root)
    .replaceAll(folder, root)
    // The SDK lies beside this repository; where it is deployed, beside the program.
    .replace(/^\/.*(?=\/node_modules\/@sentry\/)/, root);
  const windows = root.includes('\\') && moved.includes(root);
  return windows ? moved.replace(/[^\s()]*:\\[^\s():]*/g, (path) => path.replaceAll('/', '\\')) : moved;
}

function mapped(value: unknown, change: (name: string, value: unknown) => unknown, name = ''): unknown {
  if (Array.isArray(value)) return trimmed(value).map((each) => mapped(each, change, name));
  if (value === null || typeof value !== 'object') return change(name, value);
  if (change(name, value) === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]): [string, unknown] => [
        key,
        change(key, each) === undefined ? undefined : mapped(each, change, key),
      ])
      .filter(([, each]) => each !== undefined),
  );
}

/** The two ends of a long stack, as Sentry keeps them. */
const trimmed = (list: readonly unknown[]): readonly unknown[] =>
  list.length > MOST_FRAMES ? [...list.slice(0, MOST_FRAMES / 2), ...list.slice(-MOST_FRAMES / 2)] : list;

const MOST_FRAMES = 40;
