import { asPairs, asRecord, asText, type Loose } from '../loose.ts';

export interface Tag {
  key: string;
  value: string;
}

/** Sentry's own limits for a tag. */
const MAX_KEY = 200;
const MAX_VALUE = 200;

/** The tags an SDK set, and those that Sentry derives itself, which win; sorted by key. */
export function tagsOf(event: Loose, derived: Record<string, string | null>): Tag[] {
  const tags = new Map(asPairs(event.tags));
  for (const [key, value] of [...Object.entries(contextTags(event)), ...Object.entries(derived)])
    if (value) tags.set(key, value);
  return [...tags]
    .filter(([key, value]) => key.length <= MAX_KEY && value !== '')
    .map(([key, value]) => ({ key, value: (value.split('\n', 1)[0] ?? '').slice(0, MAX_VALUE) }))
    .sort((one, other) => (one.key < other.key ? -1 : 1));
}

function contextTags(event: Loose): Record<string, string | null> {
  const contexts = asRecord(event.contexts) ?? {};
  const named = ['runtime', 'os', 'browser'].flatMap((kind): [string, string | null][] => {
    const context = asRecord(contexts[kind]);
    const name = asText(context?.name);
    const version = asText(context?.version);
    if (name === null) return [];
    return [
      [kind, version === null ? name : `${name} ${version}`],
      [`${kind}.name`, name],
    ];
  });
  return { ...Object.fromEntries(named), device: asText(asRecord(contexts.device)?.model) };
}
