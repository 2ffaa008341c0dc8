import type { JsonSchemaProperty, Tool } from '../src/tools/define.ts';
import { commands, findTool } from '../src/tools/registry.ts';

/** `docs/tool-reference.md`, from the registry. */
export function toolReference(): string {
  return `# Tool reference

Generated from \`src/tools\` by \`npm run generate\`. Every tool is an MCP tool, unless it says otherwise, and with hyphens for underscores a
command of \`pitcrew\`; each command takes \`--json\` and \`--help\`.

| tool | effect | what it does |
| --- | --- | --- |
${commands.map((tool) => `| [\`${tool.name}\`](#${tool.name}) | ${tool.effect} | ${tool.title} |`).join('\n')}

${commands.map(section).join('\n')}`;
}

function section(tool: Tool): string {
  const required = new Set(tool.inputSchema.required ?? []);
  const rows = Object.entries(tool.inputSchema.properties).map(([name, property]) =>
    row(name, property, required.has(name)),
  );
  const table =
    rows.length === 0
      ? 'No arguments.'
      : `| argument | type | meaning |\n| --- | --- | --- |\n${rows.join('\n')}`;
  return `## ${tool.name}

${tool.description}${findTool(tool.name) ? '' : ' Only a command: a model is not offered it.'}

${table}

\`\`\`sh
${tool.examples.map((example) => `pitcrew ${example}`).join('\n')}
\`\`\`
`;
}

function row(name: string, property: JsonSchemaProperty, required: boolean): string {
  const type = property.enum
    ? property.enum.map((value) => `\`${value}\``).join(', ')
    : property.type === 'array'
      ? `list of ${property.items?.type ?? 'values'}`
      : (property.type ?? 'value');
  const fallback = property.default === undefined ? '' : ` Default: \`${JSON.stringify(property.default)}\`.`;
  return `| \`${name}\`${required ? ' (required)' : ''} | ${type} | ${property.description ?? ''}${fallback} |`;
}
