import { packageVersion } from '../core/package-root.ts';
import type { JsonSchemaProperty, Tool } from '../tools/define.ts';
import { commands, toolOfCommand } from '../tools/registry.ts';
import { commandName } from './arguments.ts';
import { inCommands } from './in-commands.ts';
import { LEDGER_HELP } from './ledger-help.ts';
import { DOCTOR_HELP, INIT_HELP } from './setup-help.ts';

/** The commands that are no tools. */
export const PROGRAM_COMMANDS: readonly { name: string; summary: string; help: string }[] = [
  {
    name: 'init',
    summary: 'Find the settings of this repository, show a plan, and write it after a yes.',
    help: INIT_HELP,
  },
  {
    name: 'doctor',
    summary: 'Check the whole chain, and say the next step for what fails.',
    help: DOCTOR_HELP,
  },
  {
    name: 'stop',
    summary: 'Stop every write of every session in this repository at once.',
    help: `pitcrew stop [REASON] [--json]

From now on every tool that writes is refused in this repository, in all sessions and worktrees, and checks that run
are ended. Claims, worktrees and commits stay. It makes the file .pitcrew/stop; with PITCREW_STOP=1 in its
environment a session is stopped too.

Examples:
  pitcrew stop
  pitcrew stop 'freeze until the release is out'
`,
  },
  {
    name: 'resume',
    summary: 'Let the work go on after pitcrew stop; only for a person.',
    help: `pitcrew resume [--json]

Takes a stop back. Refused in a shell that an agent runs.

Example:
  pitcrew resume
`,
  },
  {
    name: 'ledger',
    summary: 'Everything about who works on what: status, watch, history, doctor, takeover, ...',
    help: LEDGER_HELP,
  },
  {
    name: 'mcp',
    summary: 'Serve the tools to an MCP client on stdin and stdout.',
    help: `pitcrew mcp

Serves the tools to an MCP client on stdin and stdout, until the client goes away.

Example, for clients with an .mcp.json:
  {"mcpServers": {"pitcrew": {"command": "npx", "args": ["-y", "pitcrew", "mcp"]}}}
`,
  },
  {
    name: 'sandbox',
    summary: 'Run a Sentry-compatible inbox on this machine: point SENTRY_DSN at it.',
    help: `pitcrew sandbox [--port 9999] [--data FOLDER] [--organization NAME] [--project NAME] [--repository OWNER/NAME] [--remote GIT] [--json]

Runs a Sentry-compatible inbox, and a GitHub-compatible API, on 127.0.0.1 until it is interrupted. Real SDKs send
their crashes to the DSN that it prints; the tools read them with the SENTRY_URL and token that it prints.
With --remote, a bare git repository, a pull request needs its branch there, as on GitHub.
Issues are kept in FOLDER (default: .pitcrew/sandbox) across restarts.

Examples:
  pitcrew sandbox
  pitcrew sandbox --port 9999 --project web
`,
  },
];

/** What `pitcrew --help` prints. */
export function programHelp(): string {
  const rows = [
    ...PROGRAM_COMMANDS.map(({ name, summary }) => [name, summary]),
    ...commands.map((tool) => [commandName(tool), `${tool.title}.`]),
  ];
  const width = Math.max(...rows.map(([name = '']) => name.length));
  return `pitcrew ${packageVersion()}: from a production crash in Sentry to a proven fix on a draft pull request.

Usage: pitcrew COMMAND [ARGUMENTS] [--json]

${rows.map(([name = '', summary]) => `  ${name.padEnd(width)}  ${summary}`).join('\n')}

Examples:
  pitcrew sentry-list-issues --top 5
  pitcrew ledger-status --json

pitcrew COMMAND --help shows a command's arguments. Exit codes: 0 done, 1 a fault in Pitcrew, 2 input, 3 refused, 4 upstream.
`;
}

/** What `pitcrew COMMAND --help` prints; undefined for an unknown command. */
export function commandHelp(command: string): string | undefined {
  const own = PROGRAM_COMMANDS.find(({ name }) => name === command);
  if (own) return own.help;
  const tool = toolOfCommand(command);
  return tool ? toolHelp(tool) : undefined;
}

function toolHelp(tool: Tool): string {
  const required = new Set(tool.inputSchema.required ?? []);
  const properties = Object.entries(tool.inputSchema.properties);
  const rows = properties.map(([name, property]) => [
    `${name === tool.positional ? name.toUpperCase() : `--${name.replaceAll('_', '-')}${placeholder(property)}`}`,
    describe(property, required.has(name)),
  ]);
  rows.push(['--json', 'Print {"schema_version":1,"data":...} for programs.']);
  const width = Math.max(...rows.map(([flag = '']) => flag.length));
  const usage =
    tool.positional === undefined
      ? ''
      : ` ${required.has(tool.positional) ? tool.positional.toUpperCase() : `[${tool.positional.toUpperCase()}]`}`;
  return `pitcrew ${commandName(tool)}${usage} [FLAGS]

${inCommands(tool.description)}

${rows.map(([flag = '', text]) => `  ${flag.padEnd(width)}  ${text}`).join('\n')}

Examples:
${tool.examples.map((example) => `  pitcrew ${example}`).join('\n')}
`;
}

function placeholder(property: JsonSchemaProperty): string {
  if (property.type === 'boolean') return '';
  if (property.type === 'array') return ' A,B';
  return property.type === 'integer' || property.type === 'number' ? ' N' : ' TEXT';
}

function describe(property: JsonSchemaProperty, required: boolean): string {
  const notes = [
    property.enum ? `One of ${property.enum.join(', ')}.` : '',
    property.default === undefined ? '' : `Default: ${JSON.stringify(property.default)}.`,
    required ? 'Required.' : '',
  ];
  return [inCommands(property.description ?? ''), ...notes].filter(Boolean).join(' ');
}
