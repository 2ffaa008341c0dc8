import type { Contract } from './vendor-contract.ts';
import type { Node } from './vendor-schema.ts';

/**
 * What a server made from the description alone answers: only what is required; all that is named; all that is named
 * with null wherever it is not required; all with numbers and texts of numbers exchanged.
 */
export type Style = 'required' | 'all' | 'nulls' | 'swapped';

/** A value of a schema. Lists have one item, but for `required`, where only the outermost has. */
export function sampleOf(contract: Contract, schema: Node, style: Style, depth = 0): unknown {
  const node = contract.follow(schema);
  if (node.nullable === true && style !== 'all' && depth > 0) return null;
  const choice = (node.oneOf ?? node.anyOf) as Node[] | undefined;
  if (choice) return sampleOf(contract, choice[0] ?? {}, style, depth);
  if (node.allOf)
    return Object.assign({}, ...(node.allOf as Node[]).map((one) => sampleOf(contract, one, style, depth)));
  if (Array.isArray(node.enum)) return node.enum[0];
  // Schemas refer to themselves (a repository's template is a repository).
  if (depth > 8) return node.type === 'array' ? [] : null;
  if (node.type === 'array')
    return style === 'required' && depth > 0
      ? []
      : [sampleOf(contract, node.items as Node, style, depth + 1)];
  if (node.type === 'object' || node.properties) return objectOf(contract, node, style, depth);
  return plainOf(node, style);
}

function objectOf(contract: Contract, node: Node, style: Style, depth: number): Node {
  const required = new Set((node.required ?? []) as string[]);
  const entries = Object.entries((node.properties ?? {}) as Record<string, Node>).flatMap(
    ([name, schema]) => {
      if (required.has(name)) return [[name, sampleOf(contract, schema, style, depth + 1)]];
      if (style === 'required') return [];
      return [[name, style === 'nulls' ? null : sampleOf(contract, schema, style, depth + 1)]];
    },
  );
  return Object.fromEntries(entries);
}

function plainOf(node: Node, style: Style): unknown {
  const isSwapped = style === 'swapped';
  if (node.type === 'integer' || node.type === 'number') return isSwapped ? '7' : 7;
  if (node.type === 'boolean') return false;
  if (node.format === 'date-time') return '2026-11-20T12:00:00Z';
  if (node.format === 'uri') return 'https://example.com/somewhere';
  if (node.type === 'string') return isSwapped && !node.format ? 7 : '7';
  return {};
}
