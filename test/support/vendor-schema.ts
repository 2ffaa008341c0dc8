/** A node of an OpenAPI document or of a JSON Schema, unread. */
export type Node = Record<string, unknown>;

interface Reading {
  /** Objects with named properties and no word on others take no others. */
  closed: boolean;
  /** The `$id` under which the document's components are known. */
  root?: string;
}

/**
 * An OpenAPI 3.0 schema as JSON Schema: `nullable` becomes a type, references lead into `root`, and what has no
 * meaning for a value (examples, descriptions, discriminators) is left out.
 */
export const schemaOf = (node: Node, reading: Reading): Node => converted(node, reading) as Node;

/** The document's named schemas, as one schema that others refer to by `id`. */
export const componentsOf = (document: Node, id: string, closed: boolean): Node => ({
  $id: id,
  components: { schemas: namesOf(((document.components as Node)?.schemas as Node) ?? {}, { closed }) },
});

const DROPPED = new Set([
  'nullable',
  'example',
  'examples',
  'description',
  'discriminator',
  'xml',
  'deprecated',
]);

function converted(node: unknown, reading: Reading): unknown {
  if (Array.isArray(node)) return node.map((one) => converted(one, reading));
  if (typeof node !== 'object' || node === null) return node;
  const given = node as Node;
  if (typeof given.$ref === 'string') return { $ref: `${reading.root ?? ''}${given.$ref}` };
  const words = Object.entries(given).filter(([key]) => !DROPPED.has(key));
  const plain: Node = Object.fromEntries(
    words.map(([key, value]) => [
      key,
      key === 'properties'
        ? namesOf(value as Node, reading)
        : key === 'enum'
          ? value
          : converted(value, reading),
    ]),
  );
  // One of Sentry's schemas has a whole schema where the name of a format belongs.
  if (typeof plain.format === 'object') delete plain.format;
  const named = given.properties !== undefined && Object.keys(given.properties as Node).length > 0;
  if (reading.closed && named && given.additionalProperties === undefined) plain.additionalProperties = false;
  return given.nullable === true ? orNull(plain) : plain;
}

const namesOf = (names: Node, reading: Reading): Node =>
  Object.fromEntries(Object.entries(names).map(([name, value]) => [name, converted(value, reading)]));

function orNull(schema: Node): Node {
  return { anyOf: [schema, { type: 'null' }] };
}
