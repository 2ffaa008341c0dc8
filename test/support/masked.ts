import type { Stage } from './stage.ts';

/** An answer with what differs from run to run replaced by its kind, so that the whole of it can be a snapshot. */
export function masked(text: string, stage: Pick<Stage, 'repository' | 'folder' | 'sandbox'>): string {
  const named = [
    [stage.repository, '<repository>'],
    [stage.folder, '<folder>'],
    [stage.sandbox.url, '<sandbox>'],
  ] as const;
  const plain = named.reduce((rest, [value, name]) => rest.replaceAll(value, name), text);
  return VARYING.reduce((rest, [pattern, name]) => rest.replace(pattern, name), plain);
}

const VARYING: readonly (readonly [RegExp, string])[] = [
  [/TRIAGE-\d{8}/g, 'TRIAGE-<day>'],
  [/\b\d{8}-[0-9a-f]{6}\b/g, '<triage>'],
  [/\br\d+-[0-9a-f]{4,}\b/g, '<run>'],
  [/pid \d+ on [^\s,;.)]+/g, 'pid <pid> on <host>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>'],
  [/\b20\d\d-\d\d-\d\d\b/g, '<date>'],
  [/\b[0-9a-f]{40}\b/g, '<sha>'],
  [/\b[0-9a-f]{32}\b/g, '<event>'],
  [/\b[0-9a-f]{12}\b/g, '<short-sha>'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,9}\b/g, '<short-sha>'],
  [/\bserver:[0-9a-f-]{36}/g, 'server:<uuid>'],
  [/(since |\|)\d+ ?(?:s|min)(?=[;|])/g, '$1<age>'],
  [/\d+ (?:s|min) ago/g, '<age> ago'],
  [/\b\d+\.\d s\b/g, '<n> s'],
  [/duration_ms [\d.]+/g, 'duration_ms <n>'],
];
