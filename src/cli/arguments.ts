import { inputError } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';
import { untrustedLine } from '../core/untrusted.ts';
import type { JsonSchemaProperty, Tool } from '../tools/define.ts';

/**
 * Turns `WEB-3F --detail full --files a.ts,b.ts` into a tool's arguments. The flags are the parameters with hyphens
 * for underscores; lists take commas or repetition; a boolean takes no value (`--no-x` for false).
 * Throws an input error for an unknown flag, naming those that exist.
 */
export function parseToolArguments(tool: Tool, argv: readonly string[]): Record<string, JsonValue> {
  const parsed: Record<string, JsonValue> = {};
  const queue = [...argv];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === '--json') continue;
    if (word.startsWith('--')) readFlag(tool, word, queue, parsed);
    else readPositional(tool, word, parsed);
  }
  return parsed;
}

function readFlag(tool: Tool, word: string, queue: string[], parsed: Record<string, JsonValue>): void {
  const [flag = '', inline] = splitOnce(word.slice(2), '=');
  const { name, property, negated } = findProperty(tool, flag);
  if (property.type === 'boolean') {
    if (inline !== undefined && inline !== 'true' && inline !== 'false') {
      throw inputError(
        `--${flag} is true or false, not "${untrustedLine(inline, 40)}".`,
        `See: pitcrew ${commandName(tool)} --help`,
      );
    }
    parsed[name] = (inline !== 'false') !== negated;
    return;
  }
  const value = inline ?? queue.shift();
  if (value === undefined)
    throw inputError(`--${flag} needs a value.`, `See: pitcrew ${commandName(tool)} --help`);
  store(parsed, name, property, value, flag);
}

function readPositional(tool: Tool, word: string, parsed: Record<string, JsonValue>): void {
  const property = tool.positional === undefined ? undefined : tool.inputSchema.properties[tool.positional];
  if (
    tool.positional === undefined ||
    !property ||
    (parsed[tool.positional] !== undefined && property.type !== 'array')
  ) {
    throw inputError(
      `pitcrew ${commandName(tool)} cannot place "${untrustedLine(word, 60)}".`,
      tool.positional === undefined
        ? `It goes behind a flag: ${flagsOf(tool)}.`
        : `See: pitcrew ${commandName(tool)} --help`,
    );
  }
  store(parsed, tool.positional, property, word, tool.positional);
}

function store(
  parsed: Record<string, JsonValue>,
  name: string,
  property: JsonSchemaProperty,
  value: string,
  flag: string,
): void {
  if (property.type === 'array') {
    const held = parsed[name];
    parsed[name] = [...(Array.isArray(held) ? held : []), ...itemsOf(value)];
  } else if (property.type === 'integer' || property.type === 'number') {
    const number = Number(value);
    if (value.trim() === '' || !Number.isFinite(number)) {
      throw inputError(
        `--${flag} needs a number, not "${untrustedLine(value, 40)}".`,
        `For example: --${flag} 5`,
      );
    }
    parsed[name] = number;
  } else {
    parsed[name] = value;
  }
}

/** Between commas, but not those in braces: `lib/{a,b}/**` is one pattern. A brace that nobody closes is a letter. */
function itemsOf(value: string): string[] {
  const items = [''];
  let depth = 0;
  for (let at = 0; at < value.length; at++) {
    const character = value[at] ?? '';
    if (character === '{' && value.includes('}', at)) depth += 1;
    if (character === '}') depth = Math.max(0, depth - 1);
    if (character === ',' && depth === 0) items.push('');
    else items.push(`${items.pop()}${character}`);
  }
  return items.map((item) => item.trim()).filter(Boolean);
}

function findProperty(
  tool: Tool,
  flag: string,
): { name: string; property: JsonSchemaProperty; negated: boolean } {
  const { properties } = tool.inputSchema;
  const name = flag.replaceAll('-', '_');
  const own = (key: string) => (Object.hasOwn(properties, key) ? properties[key] : undefined);
  const property = own(name);
  if (property) return { name, property, negated: false };
  const positive = name.startsWith('no_') ? name.slice(3) : '';
  const negatedProperty = own(positive);
  if (negatedProperty?.type === 'boolean')
    return { name: positive, property: negatedProperty, negated: true };
  throw inputError(
    `pitcrew ${commandName(tool)} has no flag --${untrustedLine(flag, 60)}.`,
    `Its flags: ${flagsOf(tool)}.`,
  );
}

const flagsOf = ({ inputSchema }: Tool): string =>
  [...Object.keys(inputSchema.properties), 'json'].map((key) => `--${key.replaceAll('_', '-')}`).join(', ');

export const commandName = (tool: Tool): string => tool.name.replaceAll('_', '-');

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
