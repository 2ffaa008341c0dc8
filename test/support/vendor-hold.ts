import type { Contract, Exchange, Operation, Parameter } from './vendor-contract.ts';

/** What is wrong with a request by the vendor's description; empty where nothing is. */
export function requestProblems(contract: Contract, exchange: Exchange): string[] {
  const operation = contract.operationOf(exchange.method, exchange.path);
  if (!operation) return [named(exchange, 'no such operation')];
  return [
    ...queryProblems(contract, operation, exchange),
    ...bodyProblems(contract, operation, exchange),
  ].map((problem) => named(exchange, problem));
}

/** What is wrong with an answer: its status, its body, the headers that its description names. */
export function answerProblems(contract: Contract, exchange: Exchange): string[] {
  const operation = contract.operationOf(exchange.method, exchange.path);
  if (!operation) return [named(exchange, 'no such operation')];
  const described = operation.answers.get(String(exchange.status));
  if (!described && !ANYWHERE.has(exchange.status))
    return [named(exchange, 'not a status of this operation')];
  const problems = described?.schema ? contract.problems(described.schema, exchange.answer) : [];
  const missing = (described?.headers ?? [])
    .map((header) => header.toLowerCase())
    // A list that is whole on one page has no Link.
    .filter((header) => header !== 'link' && exchange.answerHeaders[header] === undefined);
  return [...problems, ...missing.map((header) => `no header ${header}`)].map((problem) =>
    named(exchange, problem),
  );
}

/** Any request may be answered so, whether or not the operation's description says it. */
const ANYWHERE = new Set([400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 502, 503]);

const named = ({ method, path, status }: Exchange, problem: string): string =>
  `${method} ${path} ${status || ''}: ${problem}`;

function queryProblems(contract: Contract, operation: Operation, { query }: Exchange): string[] {
  const known = operation.parameters.filter((one) => one.in === 'query');
  const unknown = [...new Set(query.keys())].filter((name) => !known.some((one) => one.name === name));
  return [
    ...unknown.map((name) => `query ${name} is not described`),
    ...known.flatMap((parameter) => parameterProblems(contract, parameter, query.getAll(parameter.name))),
  ];
}

function parameterProblems(contract: Contract, parameter: Parameter, given: string[]): string[] {
  if (given.length === 0) return parameter.required ? [`query ${parameter.name} is missing`] : [];
  const { type, items } = contract.follow(parameter.schema) as { type?: string; items?: { type?: string } };
  if (type !== 'array' && given.length > 1) return [`query ${parameter.name} comes more than once`];
  const value = type === 'array' ? given.map((one) => read(one, items?.type)) : read(given[0] ?? '', type);
  return contract
    .problems(parameter.schema, value)
    .map((problem) => `query ${parameter.name}=${given.join()} ${problem}`);
}

/** The text of a query as the type that is wanted, where it can be one. */
function read(text: string, type: string | undefined): unknown {
  if (type === 'integer' || type === 'number') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

function bodyProblems(contract: Contract, operation: Operation, { body, headers }: Exchange): string[] {
  if (body === undefined) return operation.bodyRequired ? ['the body is missing'] : [];
  if (!operation.body) return ['a body where none is described'];
  const type = String(headers['content-type'] ?? '');
  const isJson = /^application\/json\b/.test(type);
  const wrong = contract.problems(operation.body, body, true).map((problem) => `body ${problem}`);
  return isJson ? wrong : [...wrong, `content-type ${type}`];
}
