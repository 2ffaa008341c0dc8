import { existsSync, readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { componentsOf, type Node, schemaOf } from './vendor-schema.ts';

export type Vendor = 'sentry' | 'github';

/** A request and its answer, the path without what a proxy or a sandbox put before it. */
export interface Exchange {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
  status: number;
  answerHeaders: Record<string, string | string[] | undefined>;
  answer: unknown;
}

export interface Parameter {
  in: string;
  name: string;
  required?: boolean;
  schema: Node;
}

export interface Operation {
  method: string;
  /** `/repos/{owner}/{repo}/pulls` */
  template: string;
  parameters: Parameter[];
  /** Of a JSON body, where there is one. */
  body: Node | undefined;
  bodyRequired: boolean;
  /** By status: the schema of its JSON and the vendor's examples of it. */
  answers: Map<string, { schema: Node | undefined; examples: unknown[]; headers: string[] }>;
}

export interface Contract {
  operations: Operation[];
  operationOf(method: string, path: string): Operation | undefined;
  /** What is wrong with `value`, as `/path keyword message`; `closed` also refuses properties that are not named. */
  problems(schema: Node, value: unknown, closed?: boolean): string[];
  /** A `$ref` of the document followed to what it names. */
  follow(node: Node): Node;
}

// The vendors' descriptions are not part of this repository: they lie beside it where somebody put them.
const fileOf = (vendor: Vendor) =>
  new URL(`../../../shared/contracts/${vendor}-openapi.json`, import.meta.url);

/** The published description of a vendor's API; undefined, and said loudly, where it is not there. */
export function vendorContract(vendor: Vendor): Contract | undefined {
  const file = fileOf(vendor);
  if (existsSync(file)) return contractOf(JSON.parse(readFileSync(file, 'utf8')) as Node);
  console.warn(`SKIPPED: the ${vendor} OpenAPI description is not there; nothing is held against it.`);
  return undefined;
}

function contractOf(document: Node): Contract {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  addFormats.default(ajv);
  // Named by the vendors and unknown to JSON Schema; what they mean is checked by nobody.
  for (const format of ['repo.nwo', 'timestamp', 'int64', 'double']) ajv.addFormat(format, true);
  ajv.addSchema(componentsOf(document, 'open', false));
  ajv.addSchema(componentsOf(document, 'closed', true));
  const compiled = { open: new Map<Node, ValidateFunction>(), closed: new Map<Node, ValidateFunction>() };
  const follow = (node: Node): Node => {
    const path = typeof node.$ref === 'string' ? node.$ref.slice(2).split('/') : undefined;
    return path ? follow(path.reduce((found: Node, key) => found[key] as Node, document)) : node;
  };
  const operations = Object.entries(document.paths as Node).flatMap(([template, item]) =>
    Object.entries(item as Node)
      .filter(([method]) => ['get', 'put', 'post', 'patch', 'delete'].includes(method))
      .map(([method, operation]) => operationFrom(method, template, operation as Node, follow)),
  );
  return {
    operations,
    operationOf: (method, path) => {
      const fitting = operations.filter(
        (one) => one.method === method.toUpperCase() && expressionOf(one.template).test(path),
      );
      // `/issues/{n}` and `/issues/comments`: the template with fewer holes says more.
      return fitting.toSorted((one, other) => holes(one.template) - holes(other.template))[0];
    },
    problems: (schema, value, closed = false) => {
      const mode = closed ? 'closed' : 'open';
      const known = compiled[mode].get(schema);
      const validate = known ?? ajv.compile(schemaOf(schema, { closed, root: mode }));
      compiled[mode].set(schema, validate);
      if (validate(value)) return [];
      return (validate.errors ?? []).map((error) => {
        const more = error.params.additionalProperty ?? '';
        return `${error.instancePath.replace(/\/\d+(?=\/|$)/g, '/*')} ${error.message ?? ''} ${more}`.trim();
      });
    },
    follow,
  };
}

function operationFrom(
  method: string,
  template: string,
  operation: Node,
  follow: (node: Node) => Node,
): Operation {
  const list = (value: unknown) => (Array.isArray(value) ? (value as Node[]) : []);
  const body = operation.requestBody as Node | undefined;
  return {
    method: method.toUpperCase(),
    template,
    parameters: list(operation.parameters).map((one) => follow(one) as unknown as Parameter),
    body: jsonOf(body)?.schema as Node | undefined,
    bodyRequired: body?.required === true,
    answers: new Map(
      Object.entries(operation.responses as Node).map(([status, given]) => {
        const answer = follow(given as Node);
        const json = jsonOf(answer);
        const examples = Object.values((json?.examples as Node) ?? {}).map(
          (example) => follow(example as Node).value,
        );
        const single = json && 'example' in json ? [json.example] : [];
        return [
          status,
          {
            schema: json?.schema as Node | undefined,
            examples: [...examples, ...single],
            headers: Object.keys((answer.headers as Node) ?? {}),
          },
        ];
      }),
    ),
  };
}

const jsonOf = (holder: Node | undefined): Node | undefined =>
  (holder?.content as Node | undefined)?.['application/json'] as Node | undefined;

/** `{path}`, `{ref}`, `{branch}` and `{basehead}` of GitHub take slashes. */
const expressionOf = (template: string): RegExp =>
  new RegExp(
    `^${template
      .replace(/[.]/g, '\\.')
      .replace(/\{(path|ref|branch|basehead)\}/g, '.+')
      .replace(/\{[^}]+\}/g, '[^/]+')}$`,
  );

const holes = (template: string): number => template.split('{').length;
